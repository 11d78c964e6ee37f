import test from 'ava'
import { native } from '../../../lib/native.js'
import { torch } from '../../../lib/torch/index.js'
import { decodeImage } from '../../../lib/vision/image/index.js'
import * as models from '../../../lib/vision/models/index.js'
import type { Interpolation } from '../../../lib/vision/transforms/index.js'
import { presets } from '../../../lib/vision/transforms/index.js'
import { golden } from '../../helpers/goldens.js'
import { type Brief, brief } from '../../helpers/images.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

interface Case extends Required<presets.ImageClassificationOptions> {
  readonly interpolation: Interpolation
  readonly uint8: Brief
  readonly float32: Brief
  readonly presetOnPillow: { readonly most: number; readonly share: number }
}

const goldens = golden<{ readonly file: string; readonly cases: readonly Case[] }>('presets')

// As the goldens were made: sums over several threads differ in the last bit.
torch.setNumThreads(1)

// Without fused multiply-add, as on old CPUs, the last bit differs.
const isExact = ['AVX2', 'AVX512'].includes(native.versions().cpuCapability)

expectNoLiveTensors(test)

const photo = new URL(`../../../examples/photos/${goldens.file}`, import.meta.url)

const keyOf = ({
  resizeSize,
  cropSize,
  interpolation,
  mean,
  std,
}: Required<Omit<presets.ImageClassificationOptions, 'antialias'>>): string =>
  JSON.stringify([resizeSize, cropSize, interpolation, mean, std])

for (const entry of goldens.cases) {
  const { resizeSize, cropSize, interpolation, mean, std } = entry
  test(`resize ${resizeSize} ${interpolation}, crop ${cropSize}, std ${std} as torchvision`, async (t) => {
    const prepare = presets.imageClassification({ resizeSize, cropSize, interpolation, mean, std })
    const bytes = await decodeImage(photo)
    const results = [prepare(bytes), prepare(bytes.to('float32').div(255))].map(brief)
    t.deepEqual(results[0]?.shape, [3, cropSize, cropSize])
    if (isExact) t.deepEqual(results, [entry.uint8, entry.float32])
  })
}

test('every published set of weights has one of these presets', (t) => {
  const known = new Set(goldens.cases.map(keyOf))
  for (const model of models.list()) {
    for (const { name, transforms } of models.listWeights(model)) {
      t.true(known.has(keyOf(transforms)), `${model} ${name}`)
      const { resizeSize, cropSize, interpolation, mean, std } = transforms
      const options = { resizeSize, cropSize, interpolation, mean, std }
      const names = presets.imageClassification(options).steps
      t.deepEqual(transforms().steps, names, `${model} ${name}`)
    }
  }
})

test("from Pillow's way of resizing bytes presets differ by two levels at most", (t) => {
  for (const { presetOnPillow, interpolation } of goldens.cases) {
    t.true(presetOnPillow.most <= (interpolation === 'bicubic' ? 2 : 1))
    t.true(presetOnPillow.share < 0.011)
  }
})

test('a preset decodes pictures, takes batches, and checks its options', async (t) => {
  const prepare = presets.imageClassification({ cropSize: 32, resizeSize: 40 })
  const one = await prepare(photo)
  t.deepEqual([one.dtype, one.shape], ['float32', [3, 32, 32]])
  const batch = prepare((await decodeImage(photo)).expand([2, -1, -1, -1]))
  t.deepEqual(batch.select(0, 1).toArray(), one.toArray())
  t.is(prepare(torch.zeros([3, 50, 60], { dtype: 'float64' })).dtype, 'float32')
  t.throws(() => presets.imageClassification({ cropSize: 0 }), { message: /got 0/ })
  t.throws(() => presets.imageClassification({ crop: 3 } as never), { message: /"crop"/ })
})
