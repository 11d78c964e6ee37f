// Random transforms that move pixels, as a loader runs them: with the numbers of a sample's key. What they
// draw elsewhere is compared with torchvision in geometric-goldens.test.ts.

import test from 'ava'
import { KeyedRandom, nextRandom, withRandomKey } from '../../../lib/data/random.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const key = (index: number) => ({ seed: 1, epoch: 0, purpose: 'sample', index }) as const

const ramp = (...shape: number[]): Tensor =>
  torch.arange(shape.reduce((product, size) => product * size, 1)).reshape(shape)

const pipeline = transforms.pipeline()

const CHAINS = {
  randomCrop: pipeline.randomCrop([9, 14], { padding: 3 }),
  randomCropInPlace: pipeline.randomCrop([16, 20]),
  randomZoomOut: pipeline.randomZoomOut({ p: 1 }),
  randomZoomOutNever: pipeline.randomZoomOut({ p: 0 }),
  randomRotation: pipeline.randomRotation(40, { expand: true, interpolation: 'bilinear' }),
  randomAffine: pipeline.randomAffine(10, { translate: [0.2, 0.1], scale: [0.8, 1.2], shear: 5 }),
  randomPerspective: pipeline.randomPerspective({ p: 1 }),
  elasticTransform: pipeline.elasticTransform({ sigma: 1 }),
  randomGaussianBlur: pipeline.randomGaussianBlur(3),
  randomErasing: pipeline.randomErasing({ p: 1, value: 'random' }),
  scaleJitter: pipeline.scaleJitter([24, 24]),
  randomShortestSize: pipeline.randomShortestSize([8, 10, 12], { maxSize: 14 }),
  randomResize: pipeline.randomResize(4, 12),
} as const

for (const [name, chain] of Object.entries(CHAINS)) {
  test(`${name} is a function of its key, and takes one stream of it`, (t) => {
    const image = torch.rand([3, 16, 20])
    const seed = torch.initialSeed()
    const before = torch.getRngState().toBytes()
    const draw = (index: number) =>
      withRandomKey(key(index), () => [chain(image).toArray(), nextRandom().uniform(0, 1)])
    const once = draw(0)
    t.deepEqual(draw(0), once)
    for (const index of [0, 1, 2]) {
      t.is(draw(index)[1], new KeyedRandom(key(index), 1).uniform(0, 1))
    }
    if (!/Never|InPlace/.test(name)) {
      t.true(
        [1, 2, 3, 4].some((index) => JSON.stringify(draw(index)[0]) !== JSON.stringify(once[0])),
      )
    }
    // torch's own generator is left alone.
    t.is(torch.initialSeed(), seed)
    t.deepEqual(torch.getRngState().toBytes(), before)
  })
}

test('randomCrop cuts out of the padded image', (t) => {
  const image = ramp(1, 4, 5).add(1)
  const places = new Set<string>()
  for (let index = 0; index < 200; index++) {
    const crop = withRandomKey(key(index), () =>
      transforms.randomCrop(image, [4, 5], { padding: 1, fill: -1 }),
    )
    t.deepEqual([...crop.shape], [1, 4, 5])
    places.add(JSON.stringify(crop.toArray()))
  }
  // Three rows and three columns to begin at.
  t.is(places.size, 9)
})

test('randomCrop: a smaller image is refused, or padded by what it lacks on both sides', (t) => {
  const image = torch.ones([1, 2, 6])
  t.throws(() => transforms.randomCrop(image, 4), {
    instanceOf: RangeError,
    message: /randomCrop: expected an image of at least 4 x 4 with its padding, got 2 x 6/,
  })
  for (let index = 0; index < 20; index++) {
    const crop = withRandomKey(key(index), () =>
      transforms.randomCrop(image, 4, { padIfNeeded: true, fill: 0 }),
    )
    t.deepEqual([...crop.shape], [1, 4, 4])
    // Two rows of ones between two and two of zeros, of which four are cut out.
    t.is(crop.sum().item(), 4 * 2)
  }
  t.is(transforms.randomCrop(image, [2, 6]).shape.join(), '1,2,6')
})

test('randomErasing overwrites a box smaller than the image, and leaves the image', (t) => {
  const image = torch.ones([3, 20, 20])
  for (let index = 0; index < 20; index++) {
    const erased = withRandomKey(key(index), () =>
      transforms.randomErasing(image, { p: 1, scale: [0.2, 0.3] }),
    )
    const share = 1 - (erased.mean().item() as number)
    // Sides are rounded to whole pixels.
    t.true(share > 0.14 && share < 0.36, `${share}`)
  }
  t.is(image.sum().item(), 1200)
  t.is(transforms.randomErasing(image, { p: 0 }), image)
  t.is(transforms.randomErasing(image, { p: 1, inplace: true }), image)
  t.true((image.sum().item() as number) < 1200)
})

test('erase: numbers, one per channel, tensors, in place', (t) => {
  const image = torch.zeros([2, 2, 2])
  const erased = (v: number | number[] | Tensor) =>
    transforms.erase(image, 0, 1, 2, 1, v).flatten().toArray()
  t.deepEqual(erased(5), [0, 5, 0, 5, 0, 5, 0, 5])
  t.deepEqual(erased([1, 2]), [0, 1, 0, 1, 0, 2, 0, 2])
  t.deepEqual(erased(torch.tensor([[3], [4]])), [0, 3, 0, 4, 0, 3, 0, 4])
  t.throws(() => erased([1, 2, 3]), { message: /1 or 2 numbers.* for v/ })
  t.throws(() => transforms.erase(image, 1, 0, 2, 1, 0), {
    message: /erase: expected a box inside of the image of 2 x 2, got rows 1 to 3/,
  })
  t.throws(() => transforms.erase(image, 0, 0, 2, 1, torch.zeros([2, 1, 2])), {
    message: /^transforms\.erase: expected v to broadcast to \[.*2, 1\], got \[2, 1, 2\]$/,
  })
  t.is(transforms.erase(image, 0, 0, 1, 1, 1, { inplace: true }), image)
  t.is(image.sum().item(), 2)
})

test('fiveCrop: corners and middle; tenCrop: these of the mirrored image, too', (t) => {
  const image = ramp(1, 3, 4)
  const values = (crops: Tensor[]) => crops.map((crop) => crop.flatten().toArray())
  const five = [[0], [3], [8], [11], [6]]
  const mirrored = [[3], [0], [11], [8], [5]]
  t.deepEqual(values(transforms.fiveCrop(image, 1)), five)
  t.deepEqual(values(transforms.tenCrop(image, 1)), [...five, ...mirrored])
  const upsideDown = [[8], [11], [0], [3], [6]]
  t.deepEqual(values(transforms.tenCrop(image, 1, { verticalFlip: true })), [
    ...five,
    ...upsideDown,
  ])
  t.throws(() => transforms.fiveCrop(image, 4), {
    message: /fiveCrop: expected an image of at least 4 x 4, got 3 x 4/,
  })
  t.throws(() => transforms.tenCrop(image, 1, { vertical: true } as never), {
    message: /unknown option "vertical"/,
  })
  t.throws(() => transforms.fiveCrop(3 as never, 1), { message: /fiveCrop: expected a Tensor/ })
})

test('in a pipeline crops are a batch for the steps behind', (t) => {
  const image = torch.randint(256, [3, 12, 12], { dtype: 'uint8' })
  const mean = [0.5, 0.4, 0.3]
  const crops = transforms.pipeline().fiveCrop(8).toTensor().normalize(mean, 1)(image)
  const each = transforms
    .fiveCrop(image, 8)
    .map((crop) => transforms.normalize(transforms.toTensor(crop), mean, 1))
  t.deepEqual(crops.toArray(), torch.stack(each).toArray())
})

test('hflip and vflip are the flips', (t) => {
  t.is(transforms.hflip, transforms.horizontalFlip)
  t.is(transforms.functional.vflip, transforms.verticalFlip)
  t.is(transforms.pipeline().hflip().steps[0]?.name, 'horizontalFlip')
})

test('wrong settings are refused by name, where the chain is written', (t) => {
  const refuse = (fn: () => unknown, message: RegExp) => t.throws(fn, { message })
  refuse(() => pipeline.randomRotation(-1), /transforms\.randomRotation: .*at least 0 for degrees/)
  refuse(() => pipeline.randomRotation([2, 1]), /at least 2 for degrees, got 1/)
  refuse(() => pipeline.randomRotation('30' as never), /a number or \[min, max\] for degrees/)
  refuse(() => pipeline.randomAffine(1, { translate: [2, 0] }), /from 0 to 1 for translate, got 2/)
  refuse(() => pipeline.randomAffine(1, { scale: [0, 1] }), /above 0 for scale, got 0/)
  refuse(() => pipeline.randomAffine(1, { shear: [1, 2, 3] as never }), /\[min, max\] for shear/)
  refuse(() => pipeline.randomPerspective({ distortionScale: 1.5 }), /distortionScale, got 1\.5/)
  refuse(() => pipeline.randomPerspective({ p: -1 }), /from 0 to 1 for p, got -1/)
  refuse(() => pipeline.elasticTransform({ sigma: [1, 0] }), /above 0, or 0 for both, for sigma/)
  refuse(() => pipeline.elasticTransform({ alpha: [1, 2, 3] as never }), /for alpha, got an array/)
  refuse(() => pipeline.randomGaussianBlur(2), /an odd integer for kernelSize, got 2/)
  refuse(() => pipeline.randomGaussianBlur(3, { sigma: [2, 1] }), /at least 2 for sigma, got 1/)
  refuse(() => pipeline.randomErasing({ value: 'noise' as never }), /'random' for value/)
  refuse(() => pipeline.randomErasing({ scale: [0, 2] }), /for scale, got 2/)
  refuse(() => pipeline.randomErasing({ ratio: [0, 1] }), /above 0 for ratio, got 0/)
  refuse(() => pipeline.randomCrop(0), /transforms\.randomCrop: .*size, got 0/)
  refuse(() => pipeline.randomCrop(4, { padding: -1 }), /padding, got -1/)
  refuse(() => pipeline.randomCrop(4, { padding: '1' as never }), /by name for padding, got "1"/)
  refuse(() => pipeline.pad({ top: 1, lef: 2 } as never), /unknown option "lef"; the options are/)
  refuse(() => pipeline.randomCrop(4, { paddingMode: 'wrap' as never }), /for paddingMode, got/)
  refuse(
    () => pipeline.randomCrop(4, { paddingMode: 'edge', fill: [1, 2] }),
    /one number with a paddingMode of 'edge' for fill/,
  )
  refuse(() => pipeline.randomZoomOut({ sideRange: [0.5, 2] }), /at least 1 for sideRange/)
  refuse(() => pipeline.scaleJitter(3 as never), /\[width, height\] for targetSize, got 3/)
  refuse(() => pipeline.randomShortestSize([]), /one or more integers for minSize/)
  refuse(() => pipeline.randomResize(9, 9), /more than the least size, 9, for maxSize, got 9/)
  refuse(
    () => pipeline.resize(9, { interpolation: 'lanczos', antialias: false }),
    /'lanczos' goes with antialias: true/,
  )
})
