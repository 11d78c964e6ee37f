import { fail } from '../../check.js'
import type { WeightsFile } from '../../hub/index.js'

/** How pictures must be prepared for a set of weights; torchvision's `ImageClassification` preset. */
export interface WeightsTransforms {
  /** Shorter side after the bilinear, antialiased resize, in pixels. */
  readonly resizeSize: number
  /** Side of the centre crop, in pixels. */
  readonly cropSize: number
  /** Mean of each channel, which is subtracted. */
  readonly mean: readonly [number, number, number]
  /** Standard deviation of each channel, by which is divided. */
  readonly std: readonly [number, number, number]
}

/** Published weights of a model, as torchvision's weights enums list them. */
export interface Weights {
  /** torchvision's name for them, `'IMAGENET1K_V1'`. */
  readonly name: string
  /** The same weights from different places, in order of preference. */
  readonly files: readonly WeightsFile[]
  readonly numClasses: number
  readonly numParams: number
  /** Top-1 and top-5 accuracy on ImageNet's validation set, in percent. */
  readonly metrics: { readonly acc1: number; readonly acc5: number }
  /** Multiply-adds for one picture of `cropSize`, in 10^9. */
  readonly gflops: number
  readonly transforms: WeightsTransforms
}

const IMAGENET_MEAN = [0.485, 0.456, 0.406] as const
const IMAGENET_STD = [0.229, 0.224, 0.225] as const

const imagenet = (resizeSize: number): WeightsTransforms => ({
  resizeSize,
  cropSize: 224,
  mean: IMAGENET_MEAN,
  std: IMAGENET_STD,
})

/** A file of torchvision's: its name ends in the first 8 digits of its checksum. */
const torchvisionFile = (
  fileName: string,
  known: Partial<Pick<WeightsFile, 'sha256' | 'size'>> = {},
): WeightsFile => ({
  fileName,
  url: `https://download.pytorch.org/models/${fileName}`,
  sha256: fileName.slice(-12, -4),
  ...known,
})

const RESNET18_V1: Weights = {
  name: 'IMAGENET1K_V1',
  files: [
    torchvisionFile('resnet18-f37072fd.pth', {
      sha256: 'f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec',
      size: 46_830_571,
    }),
    {
      fileName: 'resnet18.tv_in1k.safetensors',
      url: 'https://huggingface.co/timm/resnet18.tv_in1k/resolve/main/model.safetensors',
      sha256: '694f673df6520a3158624e8a89af086f59923ee4cd7436fe5bc3bc71d295ad81',
      size: 46_807_446,
    },
  ],
  numClasses: 1000,
  numParams: 11_689_512,
  metrics: { acc1: 69.758, acc5: 89.078 },
  gflops: 1.814,
  transforms: imagenet(256),
}

const RESNET34_V1: Weights = {
  name: 'IMAGENET1K_V1',
  files: [torchvisionFile('resnet34-b627a593.pth')],
  numClasses: 1000,
  numParams: 21_797_672,
  metrics: { acc1: 73.314, acc5: 91.42 },
  gflops: 3.664,
  transforms: imagenet(256),
}

const RESNET50_V1: Weights = {
  name: 'IMAGENET1K_V1',
  files: [torchvisionFile('resnet50-0676ba61.pth')],
  numClasses: 1000,
  numParams: 25_557_032,
  metrics: { acc1: 76.13, acc5: 92.862 },
  gflops: 4.089,
  transforms: imagenet(256),
}

const RESNET50_V2: Weights = {
  name: 'IMAGENET1K_V2',
  files: [torchvisionFile('resnet50-11ad3fa6.pth')],
  numClasses: 1000,
  numParams: 25_557_032,
  metrics: { acc1: 80.858, acc5: 95.434 },
  gflops: 4.089,
  transforms: imagenet(232),
}

/** For each model its weights; as in torchvision, the last are the best, and the `'DEFAULT'`. */
const WEIGHTS: ReadonlyMap<string, readonly Weights[]> = new Map([
  ['resnet18', [RESNET18_V1]],
  ['resnet34', [RESNET34_V1]],
  ['resnet50', [RESNET50_V1, RESNET50_V2]],
])

/** The published weights of a model; none for a model without any. */
export function listWeights(model: string): readonly Weights[] {
  return WEIGHTS.get(model) ?? []
}

/**
 * The weights of a model by torchvision's name, or `'DEFAULT'` for the best. `true` means `IMAGENET1K_V1`, as
 * `pretrained=True` does in torchvision.
 *
 * @throws TypeError that lists the names there are
 */
export function findWeights(model: string, name: string | true): Weights {
  const all = listWeights(model)
  const wanted = name === true ? 'IMAGENET1K_V1' : name
  const found = wanted === 'DEFAULT' ? all.at(-1) : all.find((weights) => weights.name === wanted)
  if (found !== undefined) return found
  const names = all.map((weights) => `'${weights.name}'`)
  const choices = names.length === 0 ? 'no weights are published' : `one of ${names.join(', ')}`
  fail(model, 'weights', choices, name)
}
