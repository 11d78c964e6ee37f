import { checkNumber, fail } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'

/** The value of new pixels: one number, one per channel, or null for what torchvision calls `None`. */
export type Fill = number | readonly number[] | null

/** The values as an array, or null. @throws TypeError unless they are finite numbers */
export function checkFill(where: string, fill: Fill): readonly number[] | null {
  if (fill === null) return null
  const values: readonly unknown[] = Array.isArray(fill) ? fill : [fill]
  if (values.length === 0) fail(where, 'fill', 'a number, or one per channel', fill)
  return values.map((value) => checkNumber(where, 'fill', value))
}

/** @throws TypeError unless there is one value, or one for each channel of the image */
export function checkFillOf(where: string, image: Tensor, fill: readonly number[] | null): void {
  const channels = image.size(-3)
  if (fill !== null && fill.length !== 1 && fill.length !== channels) {
    fail(where, 'fill', `1 or ${channels} values, as many as channels,`, fill)
  }
}
