import { checkInteger, checkOptions, failRange } from '../../check.js'
import { checkInterpolation, type InterpolationOptions, interpolate } from './interpolate.js'
import { type CropSize, checkSizes } from './size.js'
import { defineTransform, imageSize } from './transform.js'

/** Options of {@link resize}. */
export interface ResizeOptions extends InterpolationOptions {
  /** The most pixels of the longer edge; for a `size` of one number, or `null`. */
  maxSize?: number
}

/**
 * Resizes an image (torchvision v2 `Resize`, R `transform_resize`).
 *
 * A `size` of one number is for the shorter edge, and the longer one keeps the aspect ratio, rounded
 * down: 500 x 375 to 256 gives 341 x 256. `[height, width]` is exact. `null` takes the longer edge to
 * `maxSize`. uint8 images on the CPU are resized in integers, bit for bit as torchvision does.
 */
export const resize = defineTransform(
  'resize',
  (size: CropSize | null, options?: ResizeOptions) => {
    const where = 'transforms.resize'
    const { maxSize, ...interpolation } = checkOptions(where, options, [
      'maxSize',
      'interpolation',
      'antialias',
    ])
    const sizes = size === null ? null : checkSizes(where, size)
    if (maxSize !== undefined) checkInteger(where, 'maxSize', maxSize, { min: 1 })
    if (sizes === null && maxSize === undefined) {
      throw new TypeError(`${where}: a size of null needs maxSize`)
    }
    if (sizes?.[1] !== undefined && maxSize !== undefined) {
      throw new TypeError(
        `${where}: maxSize goes with a size of one number, not with [height, width]`,
      )
    }
    if (sizes !== null && maxSize !== undefined && maxSize <= sizes[0]) {
      failRange(where, 'maxSize', `more than the size of the shorter edge, ${sizes[0]},`, maxSize)
    }
    return { size: sizes, maxSize, ...checkInterpolation(where, interpolation) }
  },
  (image, { size, maxSize, ...interpolation }) => {
    const { height, width } = imageSize(image)
    return interpolate(
      'transforms.resize',
      image,
      resizedSize(height, width, size, maxSize),
      interpolation,
    )
  },
)

/**
 * The height and width that {@link resize} gives an image of `height` x `width`.
 *
 * @param size - of the shorter edge, or height and width, or null for `maxSize` alone
 */
export function resizedSize(
  height: number,
  width: number,
  size: readonly [number, number?] | null,
  maxSize?: number,
): [height: number, width: number] {
  if (size?.[1] !== undefined) return [size[0], size[1]]
  const [short, long] = width <= height ? [width, height] : [height, width]
  let newShort: number
  let newLong: number
  if (size === null) {
    newLong = maxSize as number
    newShort = Math.trunc((newLong * short) / long)
  } else {
    newShort = size[0]
    newLong = Math.trunc((newShort * long) / short)
    if (maxSize !== undefined && newLong > maxSize) {
      newShort = Math.trunc((maxSize * newShort) / newLong)
      newLong = maxSize
    }
  }
  return width <= height ? [newLong, newShort] : [newShort, newLong]
}
