// Composite, automatic and batch transforms draw as torchvision does after the same seed, and leave torch's
// generator in the same state; the goldens hold sha256 of the results.

import test from 'ava'
import { native } from '../../../lib/native.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import type { DType } from '../../../lib/torch/types.js'
import { decodeImage } from '../../../lib/vision/image/index.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { table } from '../../../lib/vision/transforms/table.js'
import { golden } from '../../helpers/goldens.js'
import { type Brief, brief, formulaBytes, generatorState, inDtype } from '../../helpers/images.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

interface Drawn extends Brief {
  readonly seed: number
  readonly generator: string
}

interface Augmentation extends Drawn {
  readonly input: string
  readonly inputDtype: DType
  readonly op: keyof typeof table
  readonly args: readonly unknown[]
}

interface Mix {
  readonly seed: number
  readonly generator: string
  readonly name: string
  readonly inputDtype: DType
  readonly soft: boolean
  readonly x: Brief
  readonly y: Brief
}

interface Goldens {
  readonly fish: { readonly file: string; readonly box: readonly number[] }
  readonly augmentations: readonly Augmentation[]
  readonly composites: readonly (Drawn & { readonly name: string })[]
  readonly mixes: readonly Mix[]
}

// As the goldens were made: sums over several threads differ in the last bit.
torch.setNumThreads(1)

const goldens = golden<Goldens>('transforms_composite')

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
  inputs.set('grey', formulaBytes([1, 19, 22], 5000))
  inputs.set('batch', formulaBytes([2, 3, 16, 11], 9000))
})

for (const op of new Set(goldens.augmentations.map((entry) => entry.op))) {
  test.serial(`${op} equals torchvision after the same seed`, (t) => {
    for (const entry of goldens.augmentations.filter((other) => other.op === op)) {
      const { seed, input, inputDtype, args, generator, dtype, shape, sha256 } = entry
      const what = `seed ${seed} ${input} ${inputDtype} ${JSON.stringify(args)}`
      const image = inDtype(inputs.get(input) as Tensor, inputDtype)
      const before = brief(image)
      torch.manualSeed(seed)
      const result = (table[op] as (image: Tensor, ...args: unknown[]) => Tensor)(image, ...args)
      t.is(generatorState(), generator, what)
      if (isExact) t.deepEqual(brief(result), { dtype, shape, sha256 }, what)
      t.deepEqual(brief(image), before, `${what} leaves its input alone`)
    }
  })
}

const { randomInvert, colorJitter } = transforms
const parts = [
  randomInvert,
  colorJitter.step({ brightness: 0.4 }),
  transforms.pipeline().randomPosterize(2, 0.9),
]
const COMPOSITES: Readonly<Record<string, transforms.Pipeline>> = {
  randomApply: transforms.pipeline().randomApply(parts.slice(0, 2), 0.6),
  randomChoice: transforms.pipeline().randomChoice(parts),
  weightedChoice: transforms.pipeline().randomChoice(parts, [1, 0, 3]),
  randomOrder: transforms.pipeline().randomOrder(parts),
  nested: transforms
    .pipeline()
    .randomOrder([
      transforms.randomApply.step(
        [
          transforms.randomChoice.step([
            transforms.randomSolarize.step(99),
            transforms.randomEqualize,
          ]),
        ],
        0.7,
      ),
      colorJitter.step({ hue: 0.3 }),
    ])
    .randomGrayscale(0.3),
}

for (const [name, chain] of Object.entries(COMPOSITES)) {
  test.serial(`${name}: parts draw in torchvision's order`, (t) => {
    const entries = goldens.composites.filter((other) => other.name === name)
    t.is(entries.length, 12)
    for (const { seed, generator, dtype, shape, sha256 } of entries) {
      torch.manualSeed(seed)
      const result = chain(inputs.get('fish') as Tensor)
      t.is(generatorState(), generator, `seed ${seed}`)
      if (isExact) t.deepEqual(brief(result), { dtype, shape, sha256 }, `seed ${seed}`)
    }
  })
}

const { mixUp, cutMix, randomChoice } = transforms
const MIXES: Readonly<Record<string, (numClasses: number) => transforms.BatchStep>> = {
  mixUp: (numClasses) => mixUp.step({ numClasses }),
  'mixUp0.2': (numClasses) => mixUp.step({ alpha: 0.2, numClasses }),
  cutMix: (numClasses) => cutMix.step({ numClasses }),
  'cutMix0.4': (numClasses) => cutMix.step({ alpha: 0.4, numClasses }),
  either: (numClasses) =>
    randomChoice.step([cutMix.step({ numClasses }), mixUp.step({ numClasses })]),
}

for (const [name, make] of Object.entries(MIXES)) {
  test.serial(`${name}: a batch and its labels equal torchvision's`, (t) => {
    const mix = make(5)
    const classes = torch.tensor([3, 0, 4, 1], { dtype: 'int64' })
    const soft = inDtype(formulaBytes([4, 5], 40000), 'float32')
    const entries = goldens.mixes.filter((other) => other.name === name)
    t.is(entries.length, 16)
    for (const entry of entries) {
      const what = `seed ${entry.seed} ${entry.inputDtype} ${entry.soft}`
      const images = inDtype(formulaBytes([4, 3, 16, 11], 30000), entry.inputDtype)
      torch.manualSeed(entry.seed)
      const [x, y] = mix([images, entry.soft ? soft : classes])
      t.is(generatorState(), entry.generator, what)
      if (isExact) t.deepEqual([brief(x), brief(y)], [entry.x, entry.y], what)
    }
  })
}
