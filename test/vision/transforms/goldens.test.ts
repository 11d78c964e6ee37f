// Every result must have torchvision's bytes: the goldens hold their sha256.

import test from 'ava'
import { nextRandom } from '../../../lib/data/random.js'
import { native } from '../../../lib/native.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import { decodeImage } from '../../../lib/vision/image/index.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import {
  digest,
  type GoldenDigest,
  type GoldenTensor,
  golden,
  tensorOf,
} from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

interface Args {
  readonly dtype: transforms.ImageDType
  readonly scale: boolean
  readonly size: transforms.CropSize
  readonly maxSize?: number
  readonly interpolation?: transforms.Interpolation
  readonly antialias?: boolean
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
  readonly box: readonly [number, number, number, number]
  readonly factor: number
  readonly numOutputChannels: 1 | 3
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

interface Case extends GoldenDigest {
  readonly image: string
  readonly inputDtype: 'uint8' | 'float32'
  readonly op: string
  readonly args: Args
  readonly slice: GoldenTensor
  readonly at: readonly number[]
}

interface Goldens {
  readonly images: readonly {
    readonly name: string
    readonly file: string
    readonly height: number
    readonly width: number
    readonly decodedRgbSha256: string
  }[]
  readonly cases: readonly Case[]
  readonly normalizedBlackAndWhite: GoldenTensor
  readonly params: readonly Params[]
}

type Params = { readonly seed: number } & (
  | {
      readonly op: 'randomResizedCrop'
      readonly height: number
      readonly width: number
      readonly box: readonly number[]
    }
  | {
      readonly op: 'colorJitter'
      readonly brightness: number
      readonly contrast: number
      readonly saturation: number
      readonly hue: number
      readonly order: readonly number[]
      readonly factors: readonly number[]
    }
  | { readonly op: 'randomHorizontalFlip'; readonly p: number; readonly flips: boolean }
)

// As the goldens were made: sums over several threads differ in the last bit.
torch.setNumThreads(1)

const goldens = golden<Goldens>('transforms')

// Without fused multiply-add, as on old CPUs, the last bit differs.
const EXACT = ['AVX2', 'AVX512'].includes(native.versions().cpuCapability)

const close = (a: Tensor, b: Tensor, tolerance: number): boolean =>
  Number(a.to('float64').sub(b.to('float64')).abs().max().item()) <= tolerance

const images = new Map<string, Promise<Tensor>>()
test.after(() => images.clear())
expectNoLiveTensors(test)

function image(name: string): Promise<Tensor> {
  const { file } = goldens.images.find((entry) => entry.name === name) ?? {}
  const decoded =
    images.get(name) ?? decodeImage(new URL(`../../../examples/photos/${file}`, import.meta.url))
  images.set(name, decoded)
  return decoded
}

const evaluation = transforms.pipeline().resize(256).centerCrop(224)

const OPERATIONS: Readonly<Record<string, (image: Tensor, args: Args) => Tensor>> = {
  toTensor: (x) => transforms.toTensor(x),
  toDtype: (x, { dtype, scale }) => transforms.toDtype(x, dtype, { scale }),
  resize: (x, { size, ...options }) => transforms.resize(x, size, options),
  centerCrop: (x, { size }) => transforms.centerCrop(x, size),
  crop: (x, { top, left, height, width }) => transforms.crop(x, top, left, height, width),
  horizontalFlip: (x) => transforms.horizontalFlip(x),
  verticalFlip: (x) => transforms.verticalFlip(x),
  adjustBrightness: (x, { factor }) => transforms.adjustBrightness(x, factor),
  adjustContrast: (x, { factor }) => transforms.adjustContrast(x, factor),
  adjustSaturation: (x, { factor }) => transforms.adjustSaturation(x, factor),
  adjustHue: (x, { factor }) => transforms.adjustHue(x, factor),
  rgbToGrayscale: (x, { numOutputChannels }) => transforms.rgbToGrayscale(x, numOutputChannels),
  resizedCrop: (x, { box, size }) => {
    return transforms.resizedCrop(x, ...box, size)
  },
  resize256CenterCrop224: (x) => evaluation(x),
  resize256CenterCrop224Normalize: (x, { mean, std }) =>
    evaluation.toTensor().normalize(mean, std)(x),
}

for (const { name, height, width, decodedRgbSha256 } of goldens.images) {
  test(`decodeImage gives Pillow's pixels: ${name}`, async (t) => {
    const decoded = await image(name)
    const { sha256 } = digest(decoded.permute(1, 2, 0))
    t.deepEqual(
      [decoded.shape, decoded.dtype, sha256],
      [[3, height, width], 'uint8', decodedRgbSha256],
    )
  })
}

for (const op of new Set(goldens.cases.map((entry) => entry.op))) {
  test(`${op} equals torchvision`, async (t) => {
    const run = OPERATIONS[op]
    if (run === undefined) return t.fail(`no operation ${op}`)
    for (const entry of goldens.cases.filter((other) => other.op === op)) {
      const source = await image(entry.image)
      const input = entry.inputDtype === 'uint8' ? source : transforms.toTensor(source)
      const result = run(input, entry.args)
      const what = `${entry.image} ${entry.inputDtype} ${JSON.stringify(entry.args)}`
      t.deepEqual([...result.shape], [...entry.shape], what)
      const { slice, at } = entry
      const part = slice.shape.reduce(
        (x, size, axis) => x.narrow(axis, at[axis] as number, size),
        result,
      )
      const { dtype, shape, sha256 } = entry
      if (EXACT) {
        t.deepEqual(part.toArray(), tensorOf(slice).toArray(), what)
        t.deepEqual(digest(result), { dtype, shape, sha256 }, what)
      } else {
        t.true(close(part, tensorOf(slice), dtype === 'uint8' ? 1 : 1e-5), what)
      }
    }
  })
}

test('normalize maps black and white to the values of the tutorial', (t) => {
  const blackAndWhite = torch.stack([torch.zeros([3, 1, 1]), torch.ones([3, 1, 1])])
  const result = transforms.normalize(blackAndWhite, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
  t.deepEqual(result.toArray(), tensorOf(goldens.normalizedBlackAndWhite).toArray())
})

test.serial('random parameters outside a loader are those of Python after the same seed', (t) => {
  for (const entry of goldens.params) {
    const what = JSON.stringify(entry)
    torch.manualSeed(entry.seed)
    const random = nextRandom()
    if (entry.op === 'randomResizedCrop') {
      const options = { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] } as const
      const { top, left, height, width } = transforms.randomResizedCropBox(
        entry.height,
        entry.width,
        options,
        random,
      )
      t.deepEqual([top, left, height, width], [...entry.box], what)
    } else if (entry.op === 'colorJitter') {
      const { brightness, contrast, saturation, hue } = entry
      const { params } = transforms.colorJitter.step({ brightness, contrast, saturation, hue })
      const names = ['brightness', 'contrast', 'saturation', 'hue'] as const
      const steps = transforms.colorJitterSteps(params, random)
      t.deepEqual(
        steps.map(([name]) => name),
        entry.order.map((id) => names[id]),
        what,
      )
      for (const [index, [, factor]] of steps.entries()) {
        const expected = entry.factors[entry.order[index] as number] as number
        t.true(Math.abs(factor - expected) <= (EXACT ? 0 : 1e-6), what)
      }
    } else {
      const ramp = torch.arange(3).reshape([1, 1, 3])
      const flipped = transforms.randomHorizontalFlip(ramp, entry.p)
      t.is(flipped.select(-1, 0).item() === 2, entry.flips, what)
    }
  }
})
