// Whether elements lie in memory without gaps, in a given order of the dimensions.

import type { MemoryFormat } from './types.js'

/** Dimensions from the innermost outwards. */
const ORDERS: Partial<Record<MemoryFormat, readonly number[]>> = {
  channels_last: [1, 3, 2, 0],
  channels_last_3d: [1, 4, 3, 2, 0],
}

export function liesContiguous(
  shape: readonly number[],
  stride: readonly number[],
  format: MemoryFormat,
): boolean {
  const order = ORDERS[format]
  if (order === undefined ? shape.includes(0) : order.length !== shape.length) {
    return order === undefined
  }
  let expected = 1
  for (const d of order ?? shape.map((_, i) => shape.length - 1 - i)) {
    if (shape[d] === 1) continue
    if (stride[d] !== expected) return false
    expected *= shape[d] as number
  }
  return true
}
