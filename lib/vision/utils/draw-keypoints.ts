import { checkInteger, checkOptions, fail } from '../../check.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import { type Canvas, checkPicture, drawOn } from './canvas.js'
import { type Color, parseColor, type Rgb } from './color.js'
import { drawLine } from './line.js'

/** Options of {@link drawKeypoints}. */
export interface DrawKeypointsOptions {
  /** Pairs of the numbers of points that a line joins. */
  connectivity?: readonly (readonly [from: number, to: number])[]
  /** Of the points. Default white. */
  colors?: Color
  /** Pixels from the middle of a point to its edge; with 0 the points cannot be seen. Default 2. */
  radius?: number
  /** Pixels of the lines, which are white. Default 3. */
  width?: number
  /** Which points are seen, [instances, K]; a line needs both of its points. Default: all. */
  visibility?: Tensor
}

type Points = readonly (readonly [x: number, y: number])[]

const WHITE: Rgb = [255, 255, 255]

/**
 * Draws points, and lines between them, on a copy of an image (torchvision `draw_keypoints`, R
 * torchvision `draw_keypoints`).
 *
 * @param image - [3, H, W]; uint8, or floating-point with values 0 ... 1
 * @param keypoints - [instances, K, 2]: x and y in pixels, rounded towards 0
 * @returns [3, H, W] of the type and on the device of `image`
 * @throws TypeError or RangeError for points or visibility of another shape, and for lines between points that
 *   are not there
 */
export function drawKeypoints(
  image: Tensor,
  keypoints: Tensor,
  options?: DrawKeypointsOptions,
): Tensor {
  const where = 'utils.drawKeypoints'
  checkPicture(where, image, false)
  checkShape(
    where,
    'keypoints',
    keypoints,
    '[instances, K, 2]',
    (shape) => shape.length === 3 && shape[2] === 2,
  )
  const {
    connectivity = [],
    colors = 'white',
    radius = 2,
    width = 3,
    visibility,
  } = checkOptions(where, options, ['connectivity', 'colors', 'radius', 'width', 'visibility'])
  const color = parseColor(where, 'colors', colors)
  checkInteger(where, 'radius', radius, { min: 0 })
  checkInteger(where, 'width', width, { min: 1 })
  const [instances, count] = keypoints.shape as [number, number]
  checkConnectivity(where, connectivity, count)
  if (visibility !== undefined) {
    checkShape(
      where,
      'visibility',
      visibility,
      `[${instances}, ${count}]`,
      (shape) => shape.length === 2 && shape[0] === instances && shape[1] === count,
    )
  }
  const points = torch.scope(() => keypoints.to('float64').toArray()) as unknown as Points[]
  const seen = visibility && (torch.scope(() => visibility.to('bool').toArray()) as boolean[][])
  return drawOn(image, (canvas) => {
    points.forEach((all, instance) => {
      const found = all.map(([x, y], k) =>
        seen?.[instance]?.[k] === false ? undefined : ([Math.trunc(x), Math.trunc(y)] as const),
      )
      for (const point of found) if (point !== undefined) drawPoint(canvas, point, radius, color)
      for (const [a, b] of connectivity) {
        const [from, to] = [found[a], found[b]]
        if (from !== undefined && to !== undefined) drawLine(canvas, from, to, WHITE, width)
      }
    })
  })
}

function drawPoint(
  canvas: Canvas,
  [x, y]: readonly [number, number],
  radius: number,
  color: Rgb,
): void {
  canvas.ellipse(x - radius, y - radius, x + radius, y + radius, color)
}

function checkShape(
  where: string,
  param: string,
  tensor: unknown,
  expected: string,
  fits: (shape: readonly number[]) => boolean,
): void {
  if (!(tensor instanceof Tensor)) fail(where, param, `a Tensor of shape ${expected}`, tensor)
  if (fits(tensor.shape)) return
  const got = `[${tensor.shape.join(', ')}]`
  throw new RangeError(`${where}: expected shape ${expected} for ${param}, got ${got}`)
}

function checkConnectivity(where: string, pairs: unknown, count: number): void {
  if (!Array.isArray(pairs)) fail(where, 'connectivity', 'an array of pairs', pairs)
  for (const ends of pairs as unknown[]) {
    if (!Array.isArray(ends) || ends.length !== 2) {
      fail(where, 'connectivity', 'pairs of the numbers of points', ends)
    }
    for (const end of ends) {
      checkInteger(where, 'a point of connectivity', end, { min: 0, max: count - 1 })
    }
  }
}
