// Arithmetic of shapes and positions.

import { checkInteger, fail, failRange } from '../../check.js'
import { tensor } from '../create.js'
import type { Tensor } from '../tensor.js'
import type { Int } from '../types.js'
import { checkTensor } from './check.js'

function checkShape(where: string, param: string, value: unknown): readonly number[] {
  const sizes = typeof value === 'number' ? [value] : value
  if (!Array.isArray(sizes)) fail(where, param, 'an integer or an array of them', value)
  for (const size of sizes) checkInteger(where, param, size, { min: 0 })
  return sizes
}

/**
 * The shape that the given shapes have in common after broadcasting. A number stands for a shape of one dimension.
 * PyTorch's `torch.broadcast_shapes`.
 *
 * @throws RangeError if there is none
 * @example torch.broadcastShapes([2, 1], [3], 1) // [2, 3]
 */
export function broadcastShapes(...shapes: (number | readonly number[])[]): number[] {
  const where = 'broadcastShapes'
  const common: number[] = []
  for (const given of shapes) {
    const shape = checkShape(where, 'shapes', given)
    while (common.length < shape.length) common.unshift(1)
    for (let i = 1; i <= shape.length; i++) {
      const size = shape[shape.length - i] as number
      const other = common[common.length - i] as number
      if (size !== other && size !== 1 && other !== 1) {
        failRange(where, 'shapes', `sizes of 1 or ${other} at dimension -${i}`, size)
      }
      if (size !== 1) common[common.length - i] = size
    }
  }
  return common
}

/**
 * Positions in a tensor of the given shape, one tensor per dimension, of positions in that tensor flattened. PyTorch's
 * `torch.unravel_index`.
 *
 * @param indices integers of any shape, which the results have too
 * @throws TypeError for indices that are no integers
 */
export function unravelIndex(indices: Tensor, shape: Int | readonly Int[]): Tensor[] {
  const where = 'unravelIndex'
  const flat = checkTensor(where, 'indices', indices)
  if (!/^u?int/.test(flat.dtype)) {
    throw new TypeError(`${where}: expected indices of an integer dtype, got ${flat.dtype}`)
  }
  const sizes = (Array.isArray(shape) ? shape : [shape]).map((size) => bigintOf(where, size))
  const strides = sizes.map((_, i) => sizes.slice(i + 1).reduce((a, b) => a * b, 1n))
  const options = { dtype: 'int64', device: flat.device } as const
  const vector = (values: readonly bigint[]): Tensor => tensor(values, options)
  return flat.unsqueeze(-1).floorDivide(vector(strides)).remainder(vector(sizes)).unbind(-1)
}

/** A size as a bigint. */
const bigintOf = (where: string, size: unknown): bigint =>
  BigInt(
    typeof size === 'bigint' && size >= 0n ? size : checkInteger(where, 'shape', size, { min: 0 }),
  )
