import { checkNumber, checkOptions, fail } from '../../check.js'
import { native } from '../../native.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import {
  baseGrid,
  checkDeform,
  type DeformOptions,
  type DeformSettings,
  gridDtype,
  sampleGrid,
} from './grid.js'
import { defineTransform, imageSize } from './transform.js'

/** x and y, in pixels from the upper left corner. */
export type Point = readonly [x: number, y: number]

/** Options of {@link affine}; `interpolation` is `'nearest'` by default. */
export interface AffineOptions extends DeformOptions {
  /** What stays in place, in pixels from the upper left corner. Default the middle of the image. */
  center?: Point
}

/** A rotation, shift, scaling and shear about a center; angles in degrees, lengths in pixels. */
export interface AffineMap {
  /** Counted from the middle of the image. */
  readonly center: Point
  /** Clockwise. */
  readonly angle: number
  readonly translate: Point
  readonly scale: number
  readonly shear: Point
}

/**
 * Turns an image clockwise, scales, shears and shifts it (torchvision v2 `affine`, R `transform_affine`).
 *
 * @param angle - in degrees
 * @param translate - pixels to the right and down
 * @param scale - above 0
 * @param shear - degrees along x, or along x and y
 */
export const affine = defineTransform(
  'affine',
  (
    angle: number,
    translate: readonly [x: number, y: number],
    scale: number,
    shear: number | readonly [x: number, y?: number],
    options?: AffineOptions,
  ) => {
    const where = 'transforms.affine'
    return {
      angle: checkNumber(where, 'angle', angle),
      translate: checkPoint(where, 'translate', translate),
      scale: checkNumber(where, 'scale', scale, { above: 0 }),
      shear: checkShear(where, shear),
      ...checkAffineOptions(where, options, null),
    }
  },
  (image, params) => affineImage('transforms.affine', image, params),
)

/** What is left of {@link AffineOptions} once they are checked. */
export interface AffineSettings extends DeformSettings {
  readonly center: Point | null
}

/** @param fill - the default */
export function checkAffineOptions(
  where: string,
  options: AffineOptions | undefined,
  fill: number | null,
): AffineSettings {
  const given = checkOptions(where, options, ['interpolation', 'fill', 'center'])
  const { center } = given
  return {
    ...checkDeform(where, given, { interpolation: 'nearest', fill }),
    center: center === undefined ? null : checkPoint(where, 'center', center),
  }
}

/** @throws TypeError unless `value` is two numbers */
export function checkPoint(where: string, param: string, value: Point): Point {
  if (!Array.isArray(value) || value.length !== 2) fail(where, param, '[x, y]', value)
  return [checkNumber(where, param, value[0]), checkNumber(where, param, value[1])]
}

function checkShear(where: string, shear: number | readonly [x: number, y?: number]): Point {
  if (typeof shear === 'number') return [checkNumber(where, 'shear', shear), 0]
  if (!Array.isArray(shear) || shear.length < 1 || shear.length > 2) {
    fail(where, 'shear', 'a number or [x, y]', shear)
  }
  const [x, y = x] = shear
  return [checkNumber(where, 'shear', x), checkNumber(where, 'shear', y)]
}

/** The work of {@link affine}, once its settings are checked. */
export function affineImage(
  where: string,
  image: Tensor,
  { angle, translate, scale, shear, center, ...deform }: Omit<AffineMap, 'center'> & AffineSettings,
): Tensor {
  const { height, width } = imageSize(image)
  const matrix = inverseMatrix({
    center: fromMiddle(image, center),
    angle,
    translate,
    scale,
    shear,
  })
  const grid = affineGrid(image, matrix, height, width)
  return sampleGrid(where, image, grid, deform)
}

/** A point counted from the middle of the image. */
export function fromMiddle(image: Tensor, point: Point | null): Point {
  const { height, width } = imageSize(image)
  return point === null ? [0, 0] : [point[0] - width * 0.5, point[1] - height * 0.5]
}

const radians = (degrees: number): number => degrees * (Math.PI / 180)

/**
 * The matrix, two rows of three, that takes a place in the new image to its place in the old one, both
 * from the middle of the image.
 *
 * With R the rotation, S the scaling, K the shears, C and T the moves by center and translation, the
 * map is T C R S K C^-1; the determinant of R K is 1, which makes its inverse that simple. The cosines
 * are the C library's, as Python's are: V8's differ in the last bit.
 */
export function inverseMatrix({ center, angle, translate, scale, shear }: AffineMap): number[] {
  const turn = radians(angle)
  const shearX = radians(shear[0])
  const shearY = radians(shear[1])
  const { libmCos: cos, libmSin: sin, libmTan: tan } = native
  const a = cos(turn - shearY) / cos(shearY)
  const b = -(a * tan(shearX) + sin(turn))
  const c = sin(turn - shearY) / cos(shearY)
  const d = cos(turn) - c * tan(shearX)
  const [xx, xy, yx, yy] = [d / scale, -b / scale, -c / scale, a / scale]
  const x = center[0] + translate[0]
  const y = center[1] + translate[1]
  return [xx, xy, center[0] - xx * x - xy * y, yx, yy, center[1] - yx * x - yy * y]
}

/** The grid that gives an image of `height` x `width`, mapped by the inverse of `matrix`. */
export function affineGrid(
  image: Tensor,
  matrix: readonly number[],
  height: number,
  width: number,
): Tensor {
  const { device } = image
  const from = imageSize(image)
  const like = { dtype: gridDtype(image), device }
  const theta = torch.tensor([...matrix], like).reshape([1, 2, 3])
  const half = torch.tensor([0.5 * from.width, 0.5 * from.height], like)
  const scaled = theta.transpose(1, 2).div_(half)
  // Pixels are counted in float32 also for smaller types, which cannot hold the halves of large images.
  const steps = (count: number): Tensor =>
    torch.linspace((1 - count) * 0.5, (count - 1) * 0.5, count, { dtype: 'float32', device })
  const grid = baseGrid(steps(width), steps(height), 3, theta)
  return grid
    .reshape([1, height * width, 3])
    .bmm(scaled)
    .reshape([1, height, width, 2])
}
