// Positions of elements that are not zero.

import { checkBoolean, checkOptions } from '../../check.js'
import { makeFunction } from '../dispatch.js'
import type { Tensor } from '../tensor.js'
import { checkTensor } from './check.js'
import { aten } from './generated.js'

const perDimension = makeFunction('nonzero', 'nonzero_numpy')

/** Options of {@link nonzero}. */
export interface NonzeroOptions {
  /** One vector of positions per dimension, which index the elements, in place of one matrix. */
  asTuple?: boolean
  out?: Tensor | null
}

/**
 * The positions of the elements that are not zero: [count, dimensions], or with `asTuple` one vector per dimension.
 * PyTorch's `torch.nonzero`.
 */
export function nonzero(input: Tensor, options: { asTuple: true }): Tensor[]
export function nonzero(input: Tensor, options?: { asTuple?: false; out?: Tensor | null }): Tensor
export function nonzero(input: Tensor, options?: NonzeroOptions): Tensor | Tensor[] {
  checkTensor('nonzero', 'input', input)
  const { asTuple = false, out } = checkOptions('nonzero', options, ['asTuple', 'out'])
  if (checkBoolean('nonzero', 'asTuple', asTuple)) return perDimension(input) as Tensor[]
  return out == null ? aten.nonzero(input) : aten.nonzero(input, { out })
}
