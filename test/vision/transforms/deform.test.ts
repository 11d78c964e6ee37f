// Rotation, affine maps, perspective, elastic deformation and blurring, by arithmetic; their bytes are
// compared with torchvision's in geometric-goldens.test.ts.

import test from 'ava'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const ramp = (...shape: number[]): Tensor =>
  torch.arange(shape.reduce((product, size) => product * size, 1)).reshape(shape)

const CORNERS: transforms.Corners = [
  [0, 0],
  [5, 0],
  [5, 3],
  [0, 3],
]

test('rotate by multiples of 90 degrees moves pixels, counterclockwise', (t) => {
  const image = ramp(1, 2, 3)
  const turned = (angle: number, options = {}) => transforms.rotate(image, angle, options).toArray()
  const quarter = [
    [
      [2, 5],
      [1, 4],
      [0, 3],
    ],
  ]
  t.deepEqual(turned(90, { expand: true }), quarter)
  t.deepEqual(turned(-270, { expand: true }), quarter)
  t.deepEqual(turned(450, { expand: true }), quarter)
  t.deepEqual(turned(180), [
    [
      [5, 4, 3],
      [2, 1, 0],
    ],
  ])
  // Without expand the image keeps its size, and what has no pixel is empty.
  t.deepEqual(transforms.rotate(image, 90, { fill: 9 }).size(-1), 3)
  const copy = transforms.rotate(image, 0)
  t.not(copy, image)
  t.deepEqual(copy.toArray(), image.toArray())
})

test('expand makes room for all corners', (t) => {
  const image = torch.ones([1, 10, 20])
  // (10 + 20) / sqrt(2) = 21.2, from the middle outwards on both sides.
  t.deepEqual([...transforms.rotate(image, 45, { expand: true }).shape], [1, 22, 22])
  t.deepEqual([...transforms.rotate(image, 45).shape], [1, 10, 20])
})

test('affine shifts by whole pixels, scales, and keeps its center', (t) => {
  const image = ramp(1, 2, 3)
  t.deepEqual(transforms.affine(image, 0, [1, 0], 1, 0, { fill: 9 }).toArray(), [
    [
      [9, 0, 1],
      [9, 3, 4],
    ],
  ])
  t.deepEqual(transforms.affine(image, 0, [0, 0], 1, [0, 0]).toArray(), image.toArray())
  // Twice as large from the upper left corner: the first pixels, doubled.
  const doubled = transforms.affine(image, 0, [0, 0], 2, 0, { center: [0, 0] })
  t.deepEqual(doubled.toArray(), [
    [
      [0, 0, 1],
      [0, 0, 1],
    ],
  ])
})

test('affine turns clockwise, rotate counterclockwise', (t) => {
  const image = torch.rand([3, 9, 9])
  const one = transforms.affine(image, 30, [0, 0], 1, 0)
  t.deepEqual(one.toArray(), transforms.rotate(image, -30).toArray())
})

test('fill: per channel, and null fades once where 0 fades twice', (t) => {
  const image = torch.ones([2, 1, 2])
  const shifted = (fill: transforms.Fill) =>
    transforms.affine(image, 0, [0.5, 0], 1, 0, { interpolation: 'bilinear', fill }).toArray()
  t.deepEqual(shifted(null), [[[0.5, 1]], [[0.5, 1]]])
  t.deepEqual(shifted(0), [[[0.25, 1]], [[0.25, 1]]])
  // Half of the pixel is inside: 0.5 * (0.5 - fill) + fill.
  t.deepEqual(shifted([1, 3]), [[[0.75, 1]], [[1.75, 1]]])
  t.throws(() => shifted([1, 2, 3]), { message: /affine: expected 1 or 2 values.* for fill/ })
})

test('perspective: four points in their place are the image', (t) => {
  const image = torch.rand([3, 4, 6])
  const same = transforms.perspective(image, CORNERS, CORNERS)
  t.true((same.sub(image).abs().max().item() as number) < 1e-5)
  const identity = { coefficients: [1, 0, 0, 0, 1, 0, 0, 0], interpolation: 'nearest' } as const
  t.deepEqual(transforms.perspective(image, null, null, identity).toArray(), image.toArray())
})

test('elastic: no displacement is the image, one of a pixel shifts it', (t) => {
  const image = ramp(1, 2, 4)
  const options = { interpolation: 'nearest', fill: 9 } as const
  const still = torch.zeros([1, 2, 4, 2])
  t.deepEqual(transforms.elastic(image, still, options).toArray(), image.toArray())
  // Each pixel comes from its right: 2 is the width of 4 pixels.
  const left = still.clone()
  left.select(-1, 0).fill_(2 / 4)
  t.deepEqual(transforms.elastic(image, left, options).toArray(), [
    [
      [1, 2, 3, 9],
      [5, 6, 7, 9],
    ],
  ])
})

test('gaussianBlur: a point becomes the bell curve, a plane stays', (t) => {
  const plane = torch.full([3, 8, 9], 200, { dtype: 'uint8' })
  t.deepEqual(transforms.gaussianBlur(plane, [5, 3]).toArray(), plane.toArray())
  const point = torch.zeros([1, 1, 5], { dtype: 'float64' })
  point.select(-1, 2).fill_(1)
  const blurred = transforms
    .gaussianBlur(point, [3, 1], { sigma: 1 })
    .flatten()
    .toArray() as number[]
  const side = Math.exp(-0.5)
  const expected = [0, side, 1, side, 0].map((weight) => weight / (1 + 2 * side))
  blurred.forEach((value, x) => {
    t.true(Math.abs(value - (expected[x] as number)) < 1e-12)
  })
})

test('images without pixels, and batches of none', (t) => {
  const none = torch.zeros([0, 3, 5, 6])
  const shape = (x: Tensor): number[] => [...x.shape]
  t.deepEqual(shape(transforms.resize(none, [4, 4])), [0, 3, 4, 4])
  t.deepEqual(shape(transforms.rotate(none, 30)), [0, 3, 5, 6])
  t.deepEqual(shape(transforms.affine(none, 30, [1, 1], 1, 0, { fill: [1, 2, 3] })), [0, 3, 5, 6])
  t.deepEqual(shape(transforms.gaussianBlur(none, 3)), [0, 3, 5, 6])
  t.deepEqual(shape(transforms.erase(none, 0, 0, 2, 2, 1)), [0, 3, 5, 6])
  t.deepEqual(shape(transforms.pad(none, 1, { paddingMode: 'reflect' })), [0, 3, 7, 8])
  const flat = torch.zeros([3, 0, 4])
  t.throws(() => transforms.resize(flat, [2, 2]), { message: /resize: expected sizes above 0/ })
  t.throws(() => transforms.pad(flat, 1, { paddingMode: 'edge' }), { message: /at most 0 pixels/ })
  t.deepEqual(shape(transforms.pad(flat, 1)), [3, 2, 6])
})

test('they are deformed in their own type', (t) => {
  for (const dtype of ['uint8', 'int16', 'bool', 'float16', 'bfloat16', 'float64'] as const) {
    const image = torch.ones([3, 6, 7]).to(dtype)
    for (const deformed of [
      transforms.rotate(image, 20, { interpolation: 'bilinear' }),
      transforms.perspective(image, CORNERS, [
        [0, 0],
        [5, 1],
        [4, 3],
        [0, 3],
      ]),
      transforms.elastic(image, torch.zeros([1, 6, 7, 2])),
      transforms.gaussianBlur(image, 3),
    ]) {
      t.is(deformed.dtype, dtype)
    }
  }
})

test('gradients flow through what deforms, with a fill, too', (t) => {
  const image = ramp(1, 4, 6).to('float32').requiresGrad_()
  for (const interpolation of ['nearest', 'bilinear'] as const) {
    transforms
      .rotate(image, 180, { center: [3, 2], fill: 5, interpolation })
      .sum()
      .backward()
  }
  t.true(image.grad?.sub(2).abs().lt(1e-5).all().item())
})

test('wrong settings are refused by name', (t) => {
  const image = ramp(3, 4, 6)
  const refuse = (fn: () => unknown, message: RegExp) => t.throws(fn, { message })
  refuse(
    () => transforms.rotate(image, Number.NaN),
    /transforms\.rotate: .*finite.* angle, got NaN/,
  )
  refuse(() => transforms.rotate(image, '9' as never), /angle, got "9"/)
  refuse(() => transforms.rotate(image, 9, { expand: 1 as never }), /a boolean for expand, got 1/)
  refuse(
    () => transforms.rotate(image, 9, { interpolation: 'bicubic' as never }),
    /one of 'nearest', 'bilinear' for interpolation/,
  )
  refuse(() => transforms.rotate(image, 9, { centre: [1, 2] } as never), /unknown option "centre"/)
  refuse(() => transforms.rotate(image, 9, { center: [1] as never }), /\[x, y\] for center/)
  refuse(() => transforms.rotate(image, 9, { fill: [] }), /one per channel for fill/)
  refuse(() => transforms.rotate(image, 9, { fill: 'red' as never }), /finite number for fill/)
  refuse(() => transforms.rotate(ramp(2, 2), 9), /\[\.\.\., C, H, W\] for image/)
  refuse(() => transforms.affine(image, 0, [0, 0], 0, 0), /above 0 for scale, got 0/)
  refuse(() => transforms.affine(image, 0, 3 as never, 1, 0), /\[x, y\] for translate, got 3/)
  refuse(() => transforms.affine(image, 0, [0, 0], 1, [1, 2, 3] as never), /shear, got an array/)
  refuse(() => transforms.perspective(image, CORNERS, null), /four points \[x, y\] for endpoints/)
  refuse(
    () => transforms.perspective(image, CORNERS, CORNERS, { coefficients: [1] }),
    /coefficients go with startpoints and endpoints of null/,
  )
  refuse(
    () => transforms.perspective(image, null, null, { coefficients: [1] }),
    /eight numbers for coefficients/,
  )
  const point: transforms.Point = [0, 0]
  refuse(
    () => transforms.perspective(image, CORNERS, [point, point, point, point]),
    /no perspective has its corners at \[0, 0\], \[0, 0\]/,
  )
  refuse(() => transforms.elastic(image, 3 as never), /a Tensor of shape .* displacement, got 3/)
  refuse(
    () => transforms.elastic(image, torch.zeros([4, 6, 2])),
    /shape \[1, 4, 6, 2\] for displacement, got \[4, 6, 2\]/,
  )
  refuse(() => transforms.gaussianBlur(image, 4), /an odd integer for kernelSize, got 4/)
  refuse(() => transforms.gaussianBlur(image, [3, 5, 7] as never), /kernelSize, got an array/)
  refuse(() => transforms.gaussianBlur(image, 3, { sigma: 0 }), /above 0 for sigma, got 0/)
  refuse(() => transforms.gaussianBlur(image, [3, 9]), /kernel of 3 x 9 .* image of 6 x 4/)
})
