import test from 'ava'
import { withRandomKey } from '../../../lib/data/random.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const ramp = (...shape: number[]): Tensor =>
  torch.arange(shape.reduce((product, size) => product * size, 1)).reshape(shape)

test('resizedSize: the longer edge is rounded down', (t) => {
  t.deepEqual(transforms.resizedSize(375, 500, [256]), [256, 341])
  t.deepEqual(transforms.resizedSize(500, 375, [256]), [341, 256])
  t.deepEqual(transforms.resizedSize(10, 1000, [20], 100), [1, 100])
  t.deepEqual(transforms.resizedSize(10, 20, null, 30), [15, 30])
  t.deepEqual(transforms.resizedSize(10, 20, [7, 9]), [7, 9])
})

test('resize keeps the image when it has the size', (t) => {
  const image = ramp(3, 4, 6)
  t.is(transforms.resize(image, 4), image)
})

test('resize works on batches, and on types that have no kernel', (t) => {
  const batch = torch.rand([2, 3, 8, 10])
  const both = transforms.resize(batch, [4, 5])
  t.deepEqual([...both.shape], [2, 3, 4, 5])
  t.deepEqual(both.select(0, 1).toArray(), transforms.resize(batch.select(0, 1), [4, 5]).toArray())
  const wide = transforms.resize(ramp(1, 4, 4).to('int16'), 2)
  t.is(wide.dtype, 'int16')
  t.deepEqual(transforms.resize(ramp(1, 4, 4).to('float16'), 2).dtype, 'float16')
})

test('resize keeps channels together in memory where they are', (t) => {
  const apart = torch.rand([3, 8, 10])
  const together = apart.permute(1, 2, 0).contiguous().permute(2, 0, 1)
  for (const interpolation of ['bilinear', 'bicubic', 'nearest'] as const) {
    const resized = transforms.resize(together, [5, 7], { interpolation })
    t.deepEqual([...resized.stride()], [1, 21, 3])
    const difference = resized.sub(transforms.resize(apart, [5, 7], { interpolation }))
    t.true((difference.abs().max().item() as number) < 1e-6)
  }
})

test('centerCrop: 256 to 224 begins at 16, 341 at 58 (halves go to the even pixel)', (t) => {
  const image = ramp(1, 256, 341)
  const crop = transforms.centerCrop(image, 224)
  t.is(crop.select(1, 0).select(1, 0).item(), 16 * 341 + 58)
  const odd = transforms.centerCrop(ramp(1, 1, 7), [1, 4])
  // (7 - 4) / 2 = 1.5 goes to 2.
  t.deepEqual(odd.toArray(), [[[2, 3, 4, 5]]])
})

test('centerCrop pads a smaller image, one more pixel below and on the right', (t) => {
  const crop = transforms.centerCrop(torch.ones([1, 1, 2]), [2, 5])
  t.deepEqual(crop.toArray(), [
    [
      [0, 1, 1, 0, 0],
      [0, 0, 0, 0, 0],
    ],
  ])
})

test('crop: outside of the image is zero', (t) => {
  const image = ramp(1, 2, 3).add(1)
  t.deepEqual(transforms.crop(image, 0, 1, 2, 2).toArray(), [
    [
      [2, 3],
      [5, 6],
    ],
  ])
  t.deepEqual(transforms.crop(image, -1, 2, 2, 3).toArray(), [
    [
      [0, 0, 0],
      [3, 0, 0],
    ],
  ])
  t.deepEqual(transforms.crop(image, 5, -9, 1, 2).toArray(), [[[0, 0]]])
})

test('pad: constant, edge, reflect, symmetric', (t) => {
  const row = ramp(1, 1, 3).add(1)
  const line = (x: Tensor) => (x.toArray() as number[][][])[0]?.[0]
  t.deepEqual(line(transforms.pad(row, { left: 2, right: 1 }, { fill: 9 })), [9, 9, 1, 2, 3, 9])
  t.deepEqual(line(transforms.pad(row, [2, 0], { paddingMode: 'edge' })), [1, 1, 1, 2, 3, 3, 3])
  t.deepEqual(line(transforms.pad(row, [2, 0], { paddingMode: 'reflect' })), [3, 2, 1, 2, 3, 2, 1])
  t.deepEqual(
    line(transforms.pad(row, [2, 0], { paddingMode: 'symmetric' })),
    [2, 1, 1, 2, 3, 3, 2],
  )
  t.deepEqual([...transforms.pad(row, [1, 2, 3, 4]).shape], [1, 7, 7])
  const colours = transforms.pad(torch.zeros([2, 1, 1], { dtype: 'uint8' }), 1, { fill: [3, 200] })
  t.deepEqual([colours.dtype, colours.select(1, 0).select(1, 0).toArray()], ['uint8', [3, 200]])
  t.throws(() => transforms.pad(row, [3, 0], { paddingMode: 'reflect' }), {
    message: /at most 2 pixels of 'reflect'/,
  })
  t.throws(() => transforms.pad(row, [1, 2, 3] as never), { message: /2 or 4 numbers/ })
  t.throws(() => transforms.pad(row, -1), { message: /padding, got -1/ })
  t.throws(() => transforms.pad(row, 1, { fill: [1, 2] }), { message: /1 or 1 values/ })
})

test('randomResizedCrop: the fallback for extreme images is the largest box in the middle', (t) => {
  // No box of 99 % of a 1 x 100 image has a ratio near 1.
  const options = { scale: [0.99, 1], ratio: [3 / 4, 4 / 3] } as const
  const never = {
    uniform: (_low: number, high: number) => high,
    logUniform: () => 1,
    integer: () => 0,
    permutation: () => [],
  }
  t.deepEqual(transforms.randomResizedCropBox(1, 100, options, never), {
    top: 0,
    left: 49,
    height: 1,
    width: 1,
  })
  t.deepEqual(transforms.randomResizedCropBox(100, 30, options, never), {
    top: 30,
    left: 0,
    height: 40,
    width: 30,
  })
  t.deepEqual(transforms.randomResizedCropBox(10, 400, options, never), {
    top: 0,
    left: 193,
    height: 10,
    width: 13,
  })
})

test('randomResizedCrop is the box, resized; keyed it repeats', (t) => {
  const image = torch.rand([3, 20, 30])
  const draw = (index: number) =>
    withRandomKey({ seed: 1, epoch: 0, purpose: 'sample', index }, () =>
      transforms.randomResizedCrop(image, 8).toArray(),
    )
  t.deepEqual(draw(1), draw(1))
  t.notDeepEqual(draw(1), draw(2))
})

test('random flips: never, always, and about half of the time', (t) => {
  const image = ramp(1, 2, 2)
  t.is(transforms.randomHorizontalFlip(image, 0), image)
  t.deepEqual(transforms.randomHorizontalFlip(image, 1).toArray(), [
    [
      [1, 0],
      [3, 2],
    ],
  ])
  t.deepEqual(transforms.randomVerticalFlip(image, 1).toArray(), [
    [
      [2, 3],
      [0, 1],
    ],
  ])
  let flips = 0
  for (let index = 0; index < 400; index++) {
    const key = { seed: 1, epoch: 0, purpose: 'sample', index } as const
    if (withRandomKey(key, () => transforms.randomHorizontalFlip(image)) !== image) flips += 1
  }
  // Standard deviation 10.
  t.true(Math.abs(flips - 200) < 50)
})

test('wrong images and sizes are refused by name', (t) => {
  const image = ramp(3, 4, 4)
  const refuse = (fn: () => unknown, message: RegExp) => t.throws(fn, { message })
  refuse(
    () => transforms.resize(3 as never, 4),
    /transforms\.resize: expected a Tensor .* image, got 3/,
  )
  refuse(
    () => transforms.resize(torch.zeros([2, 2]), 4),
    /\[\.\.\., C, H, W\] for image, got \[2, 2\]/,
  )
  refuse(() => transforms.resize(image, 0), /size, got 0/)
  refuse(() => transforms.resize(image, [1, 2, 3] as never), /size, got an array of length 3/)
  refuse(() => transforms.resize(image, null), /size of null needs maxSize/)
  refuse(
    () => transforms.resize(image, [1, 2], { maxSize: 3 }),
    /maxSize goes with a size of one number/,
  )
  refuse(
    () => transforms.resize(image, 5, { maxSize: 5 }),
    /more than the size of the shorter edge, 5,/,
  )
  refuse(
    () => transforms.resize(image, 5, { interpolation: 'cubic' as never }),
    /one of 'bilinear', 'bicubic'/,
  )
  refuse(() => transforms.centerCrop(image, [2.5, 1]), /transforms\.centerCrop: .* size, got 2.5/)
  refuse(() => transforms.crop(image, 0, 0, 0, 1), /height, got 0/)
  refuse(() => transforms.randomHorizontalFlip(image, 2), /p, got 2/)
  refuse(() => transforms.randomResizedCrop(image, 4, { scale: [1, 0.5] }), /scale, got 0.5/)
})
