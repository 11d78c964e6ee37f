import test from 'ava'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import {
  type DrawBoundingBoxesOptions,
  type DrawKeypointsOptions,
  type DrawSegmentationMasksOptions,
  drawBoundingBoxes,
  drawKeypoints,
  drawLabels,
  drawSegmentationMasks,
  type MakeGridOptions,
  makeGrid,
} from '../../../lib/vision/utils/index.js'
import { digest, formulaTensor, type GoldenDigest, golden } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

interface Case {
  readonly dtype: 'uint8' | 'float32'
  readonly result: GoldenDigest
}

interface Goldens {
  readonly boxes: readonly (Case & {
    shape: number[]
    boxes: number[][]
    options: DrawBoundingBoxesOptions
  })[]
  readonly masks: readonly (Case & { count: number; options: DrawSegmentationMasksOptions })[]
  readonly keypoints: readonly (Case & {
    shape: number[]
    points: number[][][]
    visible: boolean[][] | null
    options: DrawKeypointsOptions
  })[]
  readonly grids: readonly (Case & { shape: number[]; listed: boolean; options: MakeGridOptions })[]
}

const python = golden<Goldens>('vision_utils')

function picture(shape: readonly number[], dtype: Case['dtype']): Tensor {
  const values = formulaTensor(shape).add_(0.5)
  return dtype === 'uint8' ? values.mul(256).floor().to('uint8') : values
}

test('drawBoundingBoxes sets the pixels that torchvision sets', (t) => {
  for (const { shape, dtype, boxes, options, result } of python.boxes) {
    const image = picture(shape, dtype)
    const before = image.toBytes()
    t.deepEqual(digest(drawBoundingBoxes(image, boxes, options)), result)
    t.deepEqual(image.toBytes(), before)
  }
})

test('drawSegmentationMasks equals torchvision', (t) => {
  for (const { dtype, count, options, result } of python.masks) {
    const masks = formulaTensor([count, 17, 23], 5000).gt(0.1)
    t.deepEqual(digest(drawSegmentationMasks(picture([3, 17, 23], dtype), masks, options)), result)
  }
})

test('drawKeypoints sets the pixels that torchvision sets', (t) => {
  python.keypoints.forEach(({ shape, dtype, points, visible, options, result }, index) => {
    const visibility = visible === null ? {} : { visibility: torch.tensor(visible) }
    const keypoints = torch.tensor(points, { dtype: 'float64' })
    const drawn = drawKeypoints(picture(shape, dtype), keypoints, { ...options, ...visibility })
    t.deepEqual(digest(drawn), result, `case ${index}`)
  })
})

test('drawKeypoints refuses points and lines that are none', (t) => {
  const points = torch.zeros([1, 2, 2])
  const refuse = (keypoints: unknown, options: object, message: RegExp) =>
    t.throws(() => drawKeypoints(black(), keypoints as never, options), { message })
  refuse(torch.zeros([2, 2]), {}, /\[instances, K, 2\] for keypoints, got \[2, 2\]/)
  refuse([[1, 2]], {}, /a Tensor of shape \[instances, K, 2\]/)
  refuse(points, { connectivity: [[0, 2]] }, /from 0 to 1 for a point of connectivity, got 2/)
  refuse(points, { connectivity: [0, 1] }, /pairs of the numbers of points for connectivity, got 0/)
  refuse(points, { visibility: torch.ones([2]) }, /\[1, 2\] for visibility, got \[2\]/)
  refuse(points, { radius: -1 }, /radius, got -1/)
})

test('makeGrid equals torchvision for every option', (t) => {
  for (const { shape, dtype, listed, options, result } of python.grids) {
    const images = picture(shape, dtype)
    t.deepEqual(digest(makeGrid(listed ? images.unbind(0) : images, options)), result)
  }
})

const black = () => torch.zeros([3, 20, 60], { dtype: 'uint8' })
/** The rows of the red channel as text: a dot where it is 0. */
const rows = (image: Tensor) =>
  (image.select(0, 0).toArray() as number[][]).map((row) =>
    row.map((value) => (value === 0 ? '.' : '#')).join(''),
  )

test('labels stand within their box, on a ground if wanted', (t) => {
  const drawn = rows(drawBoundingBoxes(black(), [[0, 0, 9, 12]], { labels: ['L1'], colors: 'red' }))
  t.deepEqual(
    drawn.slice(0, 13).map((row) => row.slice(0, 14)),
    [
      '##########....',
      '#........#....',
      '#.#......#....',
      '#.#.....##....',
      '#.#......#....',
      '#.#......#....',
      '#.#......#....',
      '#.#......#....',
      '#.#####.###...',
      '#........#....',
      '#........#....',
      '#........#....',
      '##########....',
    ],
  )
  const boxes = torch.tensor([[0, 0, 40, 12]])
  const options = { labels: ['|'], colors: 'red', fillLabels: true, fontScale: 2 }
  const filled = drawBoundingBoxes(black(), boxes, options)
  // The ground is one pixel larger on all sides, the letter on it black.
  t.deepEqual(rows(filled)[1]?.slice(0, 7), '#####..')
  t.is(rows(filled)[2]?.slice(0, 7), '##..#..')
  const written = drawBoundingBoxes(black(), boxes, { ...options, labelColors: 'white' })
  t.is(rows(written)[2]?.slice(0, 7), '#####..')
  t.deepEqual(
    rows(drawBoundingBoxes(black(), boxes, { labels: [null], colors: 'red' }))[5],
    `#${'.'.repeat(39)}#${'.'.repeat(19)}`,
  )
})

test('drawBoundingBoxes refuses what are no boxes, labels or colours', (t) => {
  const image = black()
  const refuse = (boxes: unknown, options: object, message: RegExp) =>
    t.throws(() => drawBoundingBoxes(image, boxes as never, options), { message })
  refuse([[5, 5, 4, 9]], {}, /xmin <= xmax and ymin <= ymax for box 0, got "5,5,4,9"/)
  refuse([[5, 5, 4]], {}, /xmin, ymin, xmax and ymax for box 0/)
  refuse(torch.zeros([2, 8]), {}, /shape \[N, 4\] for boxes, got \[2, 8\]/)
  refuse(3, {}, /a Tensor or an array for boxes, got 3/)
  refuse([[1, 1, 2, 2]], { labels: ['a', 'b'] }, /1 of them, one for each box, for labels, got 2/)
  refuse([[1, 1, 2, 2]], { colors: 'greenish' }, /a colour such as .* for colors, got "greenish"/)
  refuse([[1, 1, 2, 2]], { colors: [1, 2, 256] }, /from 0 to 255 for colors, got 256/)
  refuse(
    [
      [1, 1, 2, 2],
      [1, 1, 2, 2],
    ],
    { colors: ['red'] },
    /at least 2 of them, for colors, got 1/,
  )
  refuse([[1, 1, 2, 2]], { width: 0 }, /width, got 0/)
  refuse([[1, 1, 2, 2]], { font: 'Arial' }, /unknown option "font"/)
  t.is(drawBoundingBoxes(image, []), image)
  t.throws(() => drawBoundingBoxes(torch.zeros([2, 3, 3]), []), {
    message: /\[3, H, W\] or \[1, H, W\]/,
  })
  t.throws(() => drawBoundingBoxes(torch.zeros([3, 3, 3], { dtype: 'int32' }), []), {
    message: /uint8 or floating-point for image, got "int32"/,
  })
})

test('drawSegmentationMasks refuses masks of other types and sizes', (t) => {
  const image = black()
  const refuse = (masks: Tensor, message: RegExp) =>
    t.throws(() => drawSegmentationMasks(image, masks), { message })
  refuse(torch.zeros([20, 60]), /a Tensor of type bool for masks, got "float32"/)
  refuse(
    torch.zeros([20, 61], { dtype: 'bool' }),
    /\[N, 20, 60\] or \[20, 60\] for masks, got \[20, 61\]/,
  )
  t.is(drawSegmentationMasks(image, torch.zeros([0, 20, 60], { dtype: 'bool' })), image)
})

test('drawLabels writes a name on every picture, on it or below it', (t) => {
  const batch = torch.zeros([2, 1, 20, 30])
  const labelled = drawLabels(batch, ['I', 'cat'], { background: 'white', colors: 'black' })
  t.deepEqual([labelled.dtype, ...labelled.shape], ['float32', 2, 3, 20, 30])
  const [first] = labelled.unbind(0) as [Tensor]
  t.deepEqual(
    rows(first)
      .slice(9, 13)
      .map((row) => row.slice(0, 8)),
    ['........', '#####...', '#...#...', '##.##...'],
  )
  const below = drawLabels([black(), black()], ['a', ''], { place: 'below', background: 'red' })
  t.deepEqual([...below.shape], [2, 3, 30, 60])
  t.deepEqual(rows(below.select(0, 1)).slice(20), Array(10).fill('#'.repeat(60)))
  const top = drawLabels([black()], ['-'], { place: 'top' }).select(0, 0)
  t.is(rows(top)[4]?.slice(0, 7), '.####..')
})

test('drawLabels cuts what is too long, and knows letters beyond ASCII by their base', (t) => {
  const write = (label: string) =>
    rows(drawLabels([black()], [label], { place: 'top' }).select(0, 0))
  t.deepEqual(write('a very long name of a class'), write('a very lon..'))
  t.deepEqual(write('Äé'), write('Ae'))
  t.deepEqual(write('鳥'), write('\u{1f426}'))
  t.notDeepEqual(write('鳥'), write(' '))
})

test('drawLabels writes as large as the longest name allows', (t) => {
  const heightWith = (label: string) => {
    const wide = torch.zeros([2, 3, 4, 160])
    return drawLabels(wide, ['a', label], { place: 'below' }).size(2) - 4
  }
  t.is(heightWith('tools'), 20)
  t.is(heightWith('renewable energy'), 10)
})

test('drawLabels refuses too few names', (t) => {
  t.throws(() => drawLabels([black()], []), { message: /1 of them, one for each picture, .*got 0/ })
  t.throws(() => drawLabels([black()], [3 as never]), { message: /a string for label 0, got 3/ })
  t.throws(() => drawLabels(black(), ['a']), { message: /\[N, C, H, W\] or an array/ })
  t.throws(() => drawLabels([black()], ['a'], { place: 'left' as never }), {
    message: /one of 'bottom'/,
  })
})
