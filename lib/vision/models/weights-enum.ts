// Published weights as torchvision describes them: one object for each set, gathered into one enum for each model.

import type { WeightsFile } from '../../hub/index.js'
import type { Pipeline } from '../transforms/pipeline.js'
import { imageClassification } from '../transforms/presets.js'
import { NAMES } from './imagenet.generated.js'

/**
 * How pictures must be prepared for a set of weights; torchvision's `ImageClassification` preset. Called, it
 * makes the transforms: `weights.transforms()`.
 */
export interface WeightsTransforms extends Preparation {
  /** The pipeline that prepares a picture: torchvision's `weights.transforms()`. */
  (): Pipeline
}

interface Preparation {
  /** Shorter side after the antialiased resize, in pixels. */
  readonly resizeSize: number
  /** Side of the centre crop, in pixels. */
  readonly cropSize: number
  /** How the resize interpolates. */
  readonly interpolation: 'bilinear' | 'bicubic'
  /** Mean of each channel, which is subtracted. */
  readonly mean: readonly [number, number, number]
  /** Standard deviation of each channel, by which is divided. */
  readonly std: readonly [number, number, number]
}

/** Published weights of a model, as torchvision's weights enums list them. */
export interface Weights {
  /** torchvision's name for them, `'IMAGENET1K_V1'`. */
  readonly name: string
  /** torchvision's name of the model they are for, `'resnet50'`. */
  readonly model: string
  readonly url: string
  /** The same weights from different places, in order of preference, with what is known of their sha256. */
  readonly files: readonly WeightsFile[]
  readonly numClasses: number
  readonly numParams: number
  /** Top-1 and top-5 accuracy on ImageNet's validation set, in percent; NaN where the classifier is not trained. */
  readonly metrics: { readonly acc1: number; readonly acc5: number }
  /** Multiply-adds for one picture of `cropSize`, in 10^9. torchvision's `_ops`. */
  readonly gflops: number
  /** Size of the file in MiB. */
  readonly fileSize: number
  /** The smallest pictures that the model takes, in pixels. */
  readonly minSize: readonly [height: number, width: number]
  readonly transforms: WeightsTransforms
  /** Names of the classes by number; null where the classifier is not trained. */
  readonly categories: readonly string[] | null
  /** Where it is described how they were trained. */
  readonly recipe: string
  /** Where their licence is, if it is not torchvision's. */
  readonly license?: string
}

/** The published weights of a model by name; `DEFAULT` are the best. */
export type WeightsEnum<Name extends string = string> = Readonly<Record<Name | 'DEFAULT', Weights>>

type Preset = Pick<Preparation, 'resizeSize' | 'cropSize'> & Partial<Preparation>
type Kept = 'numParams' | 'metrics' | 'gflops' | 'fileSize' | 'minSize' | 'recipe' | 'license'

/** What is written down of a set of weights. */
interface Entry extends Pick<Weights, Kept> {
  readonly file: string
  readonly transforms: Preset
  readonly categories?: null
}

/** Names of ImageNet's 1000 classes, by number. */
export const IMAGENET_CATEGORIES: readonly string[] = Object.freeze(NAMES.split('\n'))

const USUAL: Omit<Preparation, 'resizeSize' | 'cropSize'> = {
  interpolation: 'bilinear',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
}

/** What is known of files beyond torchvision's own definitions: whole checksums, sizes, and other places. */
const MORE: Readonly<Record<string, Partial<WeightsFile> & { mirrors: readonly WeightsFile[] }>> = {
  'resnet18-f37072fd.pth': {
    sha256: 'f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec',
    size: 46_830_571,
    mirrors: [
      {
        fileName: 'resnet18.tv_in1k.safetensors',
        url: 'https://huggingface.co/timm/resnet18.tv_in1k/resolve/main/model.safetensors',
        sha256: '694f673df6520a3158624e8a89af086f59923ee4cd7436fe5bc3bc71d295ad81',
        size: 46_807_446,
      },
    ],
  },
}

/** A file of torchvision's, whose name ends in the first digits of its checksum, and others with the same content. */
function filesOf(fileName: string): readonly [WeightsFile, ...WeightsFile[]] {
  const { mirrors = [], ...known } = MORE[fileName] ?? {}
  const url = `https://download.pytorch.org/models/${fileName}`
  const sha256 = fileName.slice(fileName.lastIndexOf('-') + 1, -'.pth'.length)
  return [{ fileName, url, sha256, ...known }, ...mirrors]
}

const preparing = (preparation: Preparation): WeightsTransforms =>
  Object.freeze(Object.assign(() => imageClassification(preparation), preparation))

const byModel = new Map<string, WeightsEnum>()
const byName = new Map<string, WeightsEnum>()

/**
 * Makes and registers the enum of a model's weights.
 *
 * @param name torchvision's name of the enum
 */
export function weightsEnum<Name extends string>(
  name: string,
  model: string,
  best: NoInfer<Name>,
  entries: Readonly<Record<Name, Entry>>,
): WeightsEnum<Name> {
  const made = Object.entries<Entry>(entries).map(([key, { file, transforms, ...entry }]) => {
    const files = filesOf(file)
    const weights: Weights = {
      name: key,
      model,
      url: files[0].url,
      files,
      numClasses: IMAGENET_CATEGORIES.length,
      categories: IMAGENET_CATEGORIES,
      ...entry,
      transforms: preparing({ ...USUAL, ...transforms }),
    }
    return [key, Object.freeze(weights)] as const
  })
  const members = Object.fromEntries(made) as Record<Name, Weights>
  const result = Object.freeze({ ...members, DEFAULT: members[best] })
  byModel.set(model, result)
  byName.set(name, result)
  return result
}

/** The enum of a model; undefined where no weights are published. */
export const weightsOfModel = (model: string): WeightsEnum | undefined => byModel.get(model)

/** The enum of torchvision's name `'ResNet18_Weights'`, or ours, `'ResNet18Weights'`. */
export const weightsEnumNamed = (name: string): WeightsEnum | undefined =>
  byName.get(name) ?? [...byName].find(([known]) => withoutUnderscores(known) === name)?.[1]

/** torchvision's name without underscores; between digits they stay: regnet_y_1_6gf is not regnet_y_16gf. */
const withoutUnderscores = (name: string): string => name.replace(/(?<!\d)_|_(?!\d)/g, '')
