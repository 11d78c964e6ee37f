import { checkInteger, fail } from '../../check.js'

/** Height and width. */
export type HeightWidth = readonly [height: number, width: number]

/** An output size: one number for a square, or height and width. */
export type CropSize = number | readonly [number] | HeightWidth

/** @throws TypeError or RangeError unless `size` is a positive integer or one or two of them */
export function checkCropSize(where: string, size: CropSize): [height: number, width: number] {
  const [height, width = height] = checkSizes(where, size)
  return [height, width]
}

/** One or two positive integers, as an array. */
export function checkSizes(where: string, size: CropSize): [number, number?] {
  const sizes: readonly unknown[] = Array.isArray(size) ? size : [size]
  if (sizes.length < 1 || sizes.length > 2) {
    fail(where, 'size', 'a positive integer or [height, width]', size)
  }
  return sizes.map((value) => checkInteger(where, 'size', value, { min: 1 })) as [number, number?]
}

/** Rounds to the nearest integer, and halves to the even one, as Python's `round`; Math.round takes them up. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
