// Contractions of two tensors over several dimensions.

import { checkInteger, checkOptions, fail } from '../../check.js'
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
export function tensordot(
  a: Tensor,
  b: Tensor,
  third?: ContractedDims | TensordotOptions,
  fourth?: Pick<TensordotOptions, 'out'>,
): Tensor {
  const where = 'tensordot'
  checkTensor(where, 'a', a)
  checkTensor(where, 'b', b)
  const byPosition = typeof third === 'number' || Array.isArray(third)
  const named = (byPosition ? fourth : (third ?? fourth)) as TensordotOptions | undefined
  const options = checkOptions(where, named, byPosition ? ['out'] : ['dims', 'out'])
  const dims = (byPosition ? third : (options.dims ?? 2)) as ContractedDims
  const [ofA, ofB] = contracted(where, dims, Math.min(a.dim(), b.dim()))
  return options.out == null
    ? aten.tensordot(a, b, ofA, ofB)
    : aten.tensordot(a, b, ofA, ofB, { out: options.out })
}

function contracted(
  where: string,
  dims: ContractedDims,
  max: number,
): readonly [readonly number[], readonly number[]] {
  if (typeof dims !== 'number') {
    const pair: readonly unknown[] = Array.isArray(dims) ? dims : []
    if (pair.length === 2 && pair.every(Array.isArray)) return dims
    fail(where, 'dims', 'a number or a pair of arrays', dims)
  }
  const count = checkInteger(where, 'dims', dims, { min: 0, max })
  const ofB = Array.from({ length: count }, (_, i) => i)
  return [ofB.map((dim) => dim - count), ofB]
}
