// Contractions of two tensors over several dimensions.

import { checkInteger, fail } from '../../check.js'
import { bindArguments } from '../arguments.js'
import type { Tensor } from '../tensor.js'
import { checkTensor } from './check.js'
import { aten } from './generated.js'

/** How many dimensions to contract, or which ones of each tensor. */
export type ContractedDims = number | readonly [readonly number[], readonly number[]]

/** Options of {@link tensordot}. */
export interface TensordotOptions {
  dims?: ContractedDims
  out?: Tensor | null
}

/**
 * The product of two tensors, summed over `dims`: a number n stands for the last n dimensions of `a` and the first n of
 * `b` (2 unless given), a pair of lists for the dimensions themselves. PyTorch's `torch.tensordot`.
 *
 * @throws RangeError for a number of dimensions that one tensor does not have
 */
export function tensordot(
  a: Tensor,
  b: Tensor,
  dims?: ContractedDims,
  options?: Pick<TensordotOptions, 'out'>,
): Tensor
export function tensordot(a: Tensor, b: Tensor, options: TensordotOptions): Tensor
export function tensordot(a: Tensor, b: Tensor, ...args: unknown[]): Tensor {
  const where = 'tensordot'
  const { dims, out = null } = bindArguments(where, args, ['dims'], ['out'])
  checkTensor(where, 'a', a)
  checkTensor(where, 'b', b)
  const [ofA, ofB] = contracted(where, dims ?? 2, Math.min(a.dim(), b.dim()))
  return out === null
    ? aten.tensordot(a, b, ofA, ofB)
    : aten.tensordot(a, b, ofA, ofB, { out: out as Tensor })
}

function contracted(
  where: string,
  dims: unknown,
  max: number,
): readonly [readonly number[], readonly number[]] {
  if (Array.isArray(dims)) {
    if (dims.length === 2 && dims.every(Array.isArray)) return dims as [number[], number[]]
    fail(where, 'dims', 'a number or a pair of arrays', dims)
  }
  const count = checkInteger(where, 'dims', dims, { min: 0, max })
  const ofB = Array.from({ length: count }, (_, i) => i)
  return [ofB.map((dim) => dim - count), ofB]
}
