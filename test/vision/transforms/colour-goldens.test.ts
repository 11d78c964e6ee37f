// Every result must have torchvision's bytes, on every type; the goldens hold their sha256.

import test from 'ava'
import { native } from '../../../lib/native.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import type { DType } from '../../../lib/torch/types.js'
import { decodeImage } from '../../../lib/vision/image/index.js'
import { table } from '../../../lib/vision/transforms/table.js'
import { golden } from '../../helpers/goldens.js'
import { type Brief, brief, formulaBytes, generatorState, inDtype } from '../../helpers/images.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

interface Case extends Brief {
  readonly input: string
  readonly inputDtype: DType
  readonly op: keyof typeof table
  readonly args: readonly unknown[]
}

interface RandomCase extends Omit<Case, 'input'> {
  readonly seed: number
  readonly generator: string
}

interface JpegCase extends Brief {
  readonly input: string
  readonly quality: number
}

interface Goldens {
  readonly fish: { readonly file: string; readonly box: readonly number[] }
  readonly cases: readonly Case[]
  readonly random: readonly RandomCase[]
  readonly jpeg: readonly JpegCase[]
}

// As the goldens were made: sums over several threads differ in the last bit.
torch.setNumThreads(1)

const goldens = golden<Goldens>('transforms_colour')

// Without fused multiply-add, as on old CPUs, the last bit differs.
const isExact = ['AVX2', 'AVX512'].includes(native.versions().cpuCapability)

const inputs = new Map<string, Tensor>()
test.after(() => inputs.clear())
expectNoLiveTensors(test)

test.before(async () => {
  const { file, box } = goldens.fish
  const [top, left, height, width] = box as [number, number, number, number]
  const photo = await decodeImage(new URL(`../../../examples/photos/${file}`, import.meta.url))
  inputs.set('fish', photo.narrow(1, top, height).narrow(2, left, width).contiguous())
  inputs.set('formula', formulaBytes([3, 37, 45]))
  inputs.set('grey', formulaBytes([1, 19, 22], 5000))
  inputs.set('batch', formulaBytes([2, 3, 16, 11], 9000))
  inputs.set('video', formulaBytes([2, 2, 3, 9, 8], 20000))
  const levels = torch.tensor([7, 200, 0], { dtype: 'uint8' }).reshape([3, 1, 1])
  inputs.set('flat', levels.expand([3, 5, 6]).contiguous())
  inputs.set('thin', formulaBytes([3, 2, 9], 700))
})

const apply = (op: Case['op'], image: Tensor, args: readonly unknown[]): Tensor =>
  (table[op] as (image: Tensor, ...args: unknown[]) => Tensor)(image, ...args)

for (const op of new Set(goldens.cases.map((entry) => entry.op))) {
  test(`${op} equals torchvision on every type`, (t) => {
    for (const entry of goldens.cases.filter((other) => other.op === op)) {
      const { input, inputDtype, args, dtype, shape, sha256 } = entry
      const what = `${input} ${inputDtype} ${JSON.stringify(args)}`
      const image = inDtype(inputs.get(input) as Tensor, inputDtype)
      const before = brief(image)
      const result = brief(apply(op, image, args))
      t.deepEqual({ dtype: result.dtype, shape: result.shape }, { dtype, shape }, what)
      if (isExact) t.is(result.sha256, sha256, what)
      t.deepEqual(brief(image), before, `${what} leaves its input alone`)
    }
  })
}

for (const op of new Set(goldens.random.map((entry) => entry.op))) {
  test.serial(`${op} draws as torchvision does after the same seed`, (t) => {
    for (const entry of goldens.random.filter((other) => other.op === op)) {
      const { seed, inputDtype, args, dtype, shape, sha256, generator } = entry
      const what = `seed ${seed} ${inputDtype} ${JSON.stringify(args)}`
      const image = inDtype(inputs.get('fish') as Tensor, inputDtype)
      torch.manualSeed(seed)
      const result = apply(op, image, args)
      t.is(generatorState(), generator, what)
      if (isExact) t.deepEqual(brief(result), { dtype, shape, sha256 }, what)
    }
  })
}

const withJpeg = native.decodesJpeg() ? test : test.skip

withJpeg("jpeg leaves of a picture what Pillow's compression does", (t) => {
  for (const { input, quality, dtype, shape, sha256 } of goldens.jpeg) {
    const image = inputs.get(input) as Tensor
    const before = brief(image)
    const what = `${input} ${quality}`
    t.deepEqual(brief(apply('jpeg', image, [quality])), { dtype, shape, sha256 }, what)
    t.deepEqual(brief(image), before, what)
  }
  const batch = inputs.get('batch') as Tensor
  const both = apply('jpeg', batch, [40])
  for (const index of [0, 1]) {
    const one = apply('jpeg', batch.select(0, index), [40])
    t.deepEqual(brief(both.select(0, index)), brief(one))
  }
})

withJpeg('randomJpeg draws a quality within its range', (t) => {
  const image = inputs.get('fish') as Tensor
  const drawn = (min: number, max: number) => apply('randomJpeg', image, [[min, max]])
  t.deepEqual(brief(drawn(30, 30)), brief(apply('jpeg', image, [30])))
  const all = new Set([20, 21, 22].map((quality) => brief(apply('jpeg', image, [quality])).sha256))
  const seen = new Set(Array.from({ length: 60 }, () => brief(drawn(20, 22)).sha256))
  t.deepEqual([...seen].sort(), [...all].sort())
})
