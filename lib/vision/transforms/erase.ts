import { checkBoolean, checkInteger, checkNumber, checkOptions, fail } from '../../check.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import type { Box } from './crop.js'
import { defineTransform, imageSize } from './transform.js'

/** Options of {@link erase}. */
export interface EraseOptions {
  /** Whether the image itself is changed. Default false. */
  inplace?: boolean
}

/**
 * Overwrites a box of an image (torchvision v2 `erase`).
 *
 * @param i - the row where the box begins
 * @param j - the column where it begins
 * @param h - its height
 * @param w - its width
 * @param v - the new value, one per channel, or a tensor that broadcasts to [..., C, h, w]
 */
export const erase = defineTransform(
  'erase',
  (
    i: number,
    j: number,
    h: number,
    w: number,
    v: number | readonly number[] | Tensor,
    options?: EraseOptions,
  ) => {
    const where = 'transforms.erase'
    const { inplace = false } = checkOptions(where, options, ['inplace'])
    return {
      i: checkInteger(where, 'i', i, { min: 0 }),
      j: checkInteger(where, 'j', j, { min: 0 }),
      h: checkInteger(where, 'h', h, { min: 0 }),
      w: checkInteger(where, 'w', w, { min: 0 }),
      v: v instanceof Tensor ? v : checkValues(where, 'v', v),
      inplace: checkBoolean(where, 'inplace', inplace),
    }
  },
  (image, { i, j, h, w, v, inplace }) => {
    const where = 'transforms.erase'
    const { height, width } = imageSize(image)
    if (i + h > height || j + w > width) {
      throw new RangeError(
        `${where}: expected a box inside of the image of ${height} x ${width}, got rows ${i} to ${i + h} and columns ${j} to ${j + w}`,
      )
    }
    if (v instanceof Tensor) checkBroadcast(where, v, [...image.shape.slice(0, -2), h, w])
    const value = v instanceof Tensor ? v : colour(where, 'v', image, v)
    return eraseBox(image, { top: i, left: j, height: h, width: w }, value, inplace)
  },
)

/** @throws RangeError unless `v` can be copied to a tensor of `shape` */
function checkBroadcast(where: string, v: Tensor, shape: readonly number[]): void {
  const fitting = shape.slice(shape.length - v.dim())
  const fits = (size: number, i: number): boolean => size === 1 || size === fitting[i]
  if (v.dim() <= shape.length && v.shape.every(fits)) return
  throw new RangeError(
    `${where}: expected v to broadcast to [${shape.join(', ')}], got [${v.shape.join(', ')}]`,
  )
}

/** One or more finite numbers, as an array. */
export function checkValues(
  where: string,
  param: string,
  value: number | readonly number[],
): readonly number[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (values.length === 0) fail(where, param, 'a number, or one per channel', value)
  return values.map((each) => checkNumber(where, param, each))
}

/** The values as an image of one pixel. @throws TypeError unless there is one, or one for each channel */
export function colour(
  where: string,
  param: string,
  image: Tensor,
  values: readonly number[],
): Tensor {
  const channels = image.size(-3)
  if (values.length !== 1 && values.length !== channels) {
    fail(where, param, `1 or ${channels} numbers, as many as channels,`, values)
  }
  return torch.tensor([...values], { dtype: 'float32', device: image.device }).reshape([-1, 1, 1])
}

/** The work of {@link erase}, once its settings are checked. */
export function eraseBox(
  image: Tensor,
  { top, left, height, width }: Box,
  value: Tensor,
  inplace: boolean,
): Tensor {
  const target = inplace ? image : image.clone()
  target.narrow(-2, top, height).narrow(-1, left, width).copy_(value)
  return target
}
