// What the goldens do not hold: refusals, edge cases, and what the random forms draw in a loader.

import test from 'ava'
import { withRandomKey } from '../../../lib/data/random.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { table } from '../../../lib/vision/transforms/table.js'
import { formulaBytes } from '../../helpers/images.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const keyed = <T>(index: number, fn: () => T): T =>
  withRandomKey({ seed: 3, epoch: 0, purpose: 'sample', index }, fn)

const bytes = (): Tensor => formulaBytes([3, 9, 11])

test('empty images go through unchanged', (t) => {
  for (const shape of [
    [3, 0, 4],
    [0, 3, 5, 5],
    [2, 3, 0, 0],
  ]) {
    for (const dtype of ['uint8', 'float32'] as const) {
      const empty = torch.zeros(shape, { dtype })
      const results = [
        transforms.adjustGamma(empty, 2),
        transforms.adjustSharpness(empty, 2),
        transforms.autocontrast(empty),
        transforms.equalize(empty),
        transforms.invert(empty),
        transforms.posterize(empty, 2),
        transforms.solarize(empty, 0.5),
        transforms.permuteChannels(empty, [2, 1, 0]),
        transforms.gaussianNoise(empty),
        transforms.randomPhotometricDistort(empty, { p: 1, contrast: [1, 1] }),
      ]
      for (const result of results) t.deepEqual([result.dtype, result.shape], [dtype, shape])
    }
  }
})

test('invert, solarize and posterize undo and repeat themselves', (t) => {
  const image = bytes()
  t.deepEqual(transforms.invert(transforms.invert(image)).toArray(), image.toArray())
  t.deepEqual(transforms.solarize(image, 0).toArray(), transforms.invert(image).toArray())
  const coarse = transforms.posterize(image, 3)
  t.deepEqual(transforms.posterize(coarse, 3).toArray(), coarse.toArray())
  t.is(transforms.posterize(image, 8), image)
  const signed = torch.tensor([0, 1, 127, 64], { dtype: 'int8' }).reshape([1, 2, 2])
  t.deepEqual(transforms.invert(signed).flatten().toArray(), [127, 126, 0, 63])
})

test('transposed images give the same as contiguous ones', (t) => {
  const flipped = bytes().permute([0, 2, 1])
  for (const adjust of [
    transforms.autocontrast,
    transforms.equalize,
    transforms.invert,
    (x: Tensor) => transforms.adjustSharpness(x, 1.5),
    (x: Tensor) => transforms.posterize(x, 3),
  ]) {
    t.deepEqual(adjust(flipped).toArray(), adjust(flipped.contiguous()).toArray())
  }
})

test('wrong settings and images are refused by name', (t) => {
  const image = bytes()
  const refuse = (fn: () => unknown, message: RegExp) => t.throws(fn, { message })
  refuse(() => transforms.adjustGamma(image, -1), /adjustGamma: .* for gamma, got -1/)
  refuse(() => transforms.adjustSharpness(image, -1), /adjustSharpness: .* for factor, got -1/)
  refuse(() => transforms.posterize(image, 9), /posterize: .* for bits, got 9/)
  refuse(() => transforms.posterize(image, 1.5), /posterize: expected an integer .* got 1.5/)
  refuse(() => transforms.solarize(image, 256), /solarize: .*255 of white for threshold, got 256/)
  refuse(() => transforms.solarize(image.to('float32'), 1.01), /at most the 1 of white/)
  refuse(() => transforms.permuteChannels(image, [0, 1]), /3 numbers.* for permutation/)
  refuse(() => transforms.permuteChannels(image, [0, 1, 1]), /every channel once/)
  refuse(() => transforms.permuteChannels(image, [0, 1, 3]), /from 0 to 2 for permutation, got 3/)
  refuse(() => transforms.randomInvert(image, 1.5), /randomInvert: .* for p, got 1.5/)
  refuse(() => transforms.rgbToGrayscale(image, 2 as never), /1 or 3 for numOutputChannels, got 2/)
  refuse(() => transforms.grayscale(torch.zeros([4, 2, 2])), /grayscale: expected 1 or 3 channels/)
  refuse(() => transforms.autocontrast(torch.zeros([2, 2, 2])), /autocontrast: expected 1 or 3/)
  refuse(
    () => transforms.equalize(torch.zeros([5, 5])),
    /equalize: expected shape \[\.\.\., C, H, W]/,
  )
  refuse(
    () => transforms.invert(torch.zeros([1, 2, 2], { dtype: 'bool' })),
    /invert: .* got "bool"/,
  )
  refuse(() => transforms.jpeg(image, 0), /jpeg: .*from 1 to 100 for quality, got 0/)
  refuse(() => transforms.jpeg(image.to('float32'), 5), /jpeg: .*uint8.*got "float32 on cpu"/)
  refuse(() => transforms.jpeg(torch.zeros([2, 4, 4]), 5), /jpeg: expected 1 or 3 channels/)
  refuse(() => transforms.randomJpeg(image, [9, 5]), /randomJpeg: .* for quality, got 5/)
  refuse(() => transforms.randomJpeg(image, [1.5, 5]), /randomJpeg: .* for quality, got 1.5/)
  refuse(() => transforms.gaussianNoise(image.to('int16')), /gaussianNoise: .* got "int16"/)
  refuse(() => transforms.gaussianNoise(image, { sigma: -0.1 }), /for sigma, got -0.1/)
  refuse(() => transforms.gaussianNoise(image, { std: 1 } as never), /unknown option "std"/)
  refuse(
    () => transforms.randomPhotometricDistort(image, { hue: [-0.6, 0] }),
    /randomPhotometricDistort: .* for hue, got -0.6/,
  )
  refuse(
    () => transforms.randomPhotometricDistort(image, { contrast: [2, 1] }),
    /randomPhotometricDistort: .* for contrast, got 1/,
  )
})

test('linearTransformation: subtracts, multiplies, keeps the shape', (t) => {
  const matrix = torch.tensor([
    [0, 1, 0, 0],
    [1, 0, 0, 0],
    [0, 0, 2, 0],
    [0, 0, 0, 1],
  ])
  const mean = torch.tensor([1, 2, 3, 4])
  const image = torch.tensor([1, 3, 5, 7]).reshape([1, 2, 2])
  const result = transforms.linearTransformation(image, matrix, mean)
  t.deepEqual(result.toArray(), [
    [
      [1, 0],
      [4, 3],
    ],
  ])
  const batch = transforms.linearTransformation(torch.stack([image, image]), matrix, mean)
  t.deepEqual(batch.select(0, 1).toArray(), result.toArray())
  const refuse = (fn: () => unknown, message: RegExp) => t.throws(fn, { message })
  refuse(() => transforms.linearTransformation(image, mean, mean), /for transformationMatrix/)
  refuse(() => transforms.linearTransformation(image, matrix, matrix), /tensor \[4] for meanVector/)
  refuse(() => transforms.linearTransformation(bytes(), matrix, mean), /an image of 4 numbers/)
})

test('gaussianNoise: mean and deviation are those asked for; bytes are cut off or wrap', (t) => {
  const grey = torch.full([3, 100, 100], 0.5)
  const noise = transforms.gaussianNoise(grey, { mean: 0.1, sigma: 0.05 }).sub(grey)
  // 30000 values: the standard errors are 0.0003 and 0.0002.
  t.true(Math.abs((noise.mean().item() as number) - 0.1) < 0.002)
  t.true(Math.abs((noise.std().item() as number) - 0.05) < 0.002)
  const white = torch.full([1, 50, 50], 255, { dtype: 'uint8' })
  const clipped = transforms.gaussianNoise(white, { mean: 0.5, sigma: 0 })
  t.is(clipped.amin().item(), 255)
  const wrapped = transforms.gaussianNoise(white, { mean: 0.5, sigma: 0, clip: false })
  t.is(wrapped.amax().item(), (255 + 127) % 256)
})

test('in a loader noise belongs to the pixels, whatever their order in memory', (t) => {
  const image = formulaBytes([3, 20, 30])
  const channelsLast = image.permute([1, 2, 0]).contiguous().permute([2, 0, 1])
  for (const dtype of ['uint8', 'float32'] as const) {
    const noisy = (x: Tensor) => keyed(1, () => transforms.gaussianNoise(x.to(dtype)).toArray())
    t.deepEqual(noisy(channelsLast), noisy(image))
  }
})

test('in a loader every random transform takes one stream, whatever it draws', (t) => {
  const image = bytes()
  const after = (chain: transforms.Pipeline) =>
    keyed(7, () => chain(image).sub(image.to('int16')).toArray())
  const noise = transforms.pipeline().gaussianNoise({ sigma: 0.2 })
  // The noise of the second step must not depend on which step comes before it.
  const firsts = [
    transforms.pipeline().randomGrayscale(0),
    transforms.pipeline().randomInvert(0),
    transforms.pipeline().randomPosterize(1, 0),
    transforms.pipeline().randomSolarize(3, 0),
    transforms.pipeline().randomAutocontrast(0),
    transforms.pipeline().randomEqualize(0),
    transforms.pipeline().randomAdjustSharpness(2, 0),
    transforms.pipeline().randomPhotometricDistort({ p: 0 }),
    transforms.pipeline().randomApply([noise], 0),
    transforms.pipeline().gaussianNoise({ sigma: 0 }),
    transforms.pipeline().randomOrder([transforms.pipeline()]),
    transforms.pipeline().randomChoice([transforms.pipeline(), transforms.pipeline()]),
    transforms.pipeline().randAugment({ numOps: 0 }),
  ]
  const results = firsts.map((first) => after(transforms.compose([first, noise])))
  for (const result of results) t.deepEqual(result, results[0])
  t.notDeepEqual(after(noise), results[0])
})

test('in a loader the numbers of a sample are its own and can be repeated', (t) => {
  const image = formulaBytes([3, 24, 24])
  const names = [
    'randomPhotometricDistort',
    'randomChannelPermutation',
    'gaussianNoise',
    'autoAugment',
    'randAugment',
    'trivialAugmentWide',
    'augMix',
  ] as const
  for (const name of names) {
    const run = (index: number) =>
      JSON.stringify(keyed(index, () => (table[name] as transforms.Transform<[]>)(image).toArray()))
    const all = Array.from({ length: 12 }, (_, index) => run(index))
    t.is(all[5], run(5), name)
    t.true(new Set(all).size > 4, name)
  }
})

test('the image alone decides the device: nothing is made on another one', (t) => {
  // Tensors of the device `meta` have no values, and refuse to meet tensors of another device.
  const chain = transforms
    .pipeline()
    .adjustBrightness(0.5)
    .adjustContrast(0.5)
    .adjustSaturation(0.5)
    .rgbToGrayscale(3)
    .adjustGamma(2, 1.5)
    .invert()
    .posterize(3)
    .autocontrast()
    .gaussianNoise()
    .randomApply([transforms.invert], 1)
    .toDtype('float32', { scale: true })
    .normalize([0, 0, 0], [1, 1, 1])
  const result = chain(torch.empty([2, 3, 12, 10], { dtype: 'uint8', device: 'meta' }))
  t.deepEqual([result.device, result.dtype, result.shape], ['meta', 'float32', [2, 3, 12, 10]])
})

const onCuda = torch.cuda.isAvailable() ? test : test.skip

onCuda('on a GPU the results are those of the CPU, within a level', (t) => {
  const one = transforms.pipeline()
  const chains = [
    one.adjustBrightness(0.5).adjustContrast(1.5).adjustSaturation(0.5).adjustHue(0.2),
    one.adjustGamma(2, 1.5).adjustSharpness(2).rgbToGrayscale(3),
    one.invert().posterize(3).solarize(100).autocontrast().equalize().permuteChannels([2, 0, 1]),
  ]
  const image = formulaBytes([2, 3, 12, 10])
  for (const chain of chains) {
    const there = chain(image.to('cuda'))
    t.is(there.device, 'cuda:0')
    const difference = there.to('cpu').to('int16').sub(chain(image)).abs().amax().item() as number
    t.true(difference <= 1)
  }
  const random = one
    .colorJitter({ brightness: 0.3, hue: 0.3 })
    .randomPhotometricDistort({ p: 1 })
    .gaussianNoise()
    .autoAugment()
    .randAugment()
    .trivialAugmentWide()
    .augMix()
  for (let index = 0; index < 20; index++) {
    const run = (): unknown => keyed(index, () => random(image.to('cuda')).toArray())
    t.deepEqual(run(), run())
    t.is(random(image.to('cuda')).device, 'cuda:0')
  }
})
