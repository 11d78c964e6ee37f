// Functions of sparse tensors. PyTorch's module `torch.sparse`.

import { makeFunction } from './dispatch.js'
import type { Tensor } from './tensor.js'
import type { DType, Int, Layout, Scalar } from './types.js'

/** How values that meet in one element of a product are combined. */
export type SparseReduction = 'sum' | 'mean' | 'amax' | 'amin'

/** Functions of `torch.sparse`. */
export interface SparseFunctions {
  /** The product of a sparse and a dense matrix; by CSR on the CPU also with another reduction than the sum. */
  mm(sparse: Tensor, dense: Tensor, reduce?: SparseReduction): Tensor
  /** beta · input + alpha · (mat1 × mat2), where mat1 is sparse. */
  addmm(
    input: Tensor,
    mat1: Tensor,
    mat2: Tensor,
    options?: { beta?: Scalar; alpha?: Scalar },
  ): Tensor
  /** beta · input + alpha · (mat1 × mat2), only where the CSR matrix `input` has elements. */
  sampledAddmm(
    input: Tensor,
    mat1: Tensor,
    mat2: Tensor,
    options?: { beta?: Scalar; alpha?: Scalar; out?: Tensor },
  ): Tensor
  /** The sum of all elements, or, sparse again unless all sparse dimensions are summed, along `dim`. */
  sum(input: Tensor, dim?: Int | readonly Int[], options?: { dtype?: DType | null }): Tensor
  sum(input: Tensor, options: { dim?: Int | readonly Int[]; dtype?: DType | null }): Tensor
  /** The softmax along `dim` of the elements that are there. */
  softmax(input: Tensor, dim: Int, options?: { dtype?: DType | null }): Tensor
  /** The logarithms of {@link softmax}. */
  logSoftmax(input: Tensor, dim: Int, options?: { dtype?: DType | null }): Tensor
  /** A sparse matrix with the rows of `diagonals` as its diagonals at `offsets`. */
  spdiags(diagonals: Tensor, offsets: Tensor, shape: readonly Int[], layout?: Layout | null): Tensor
  /** The solution of a linear system with a sparse CSR matrix, where libtorch has a solver for the device. */
  spsolve(input: Tensor, other: Tensor, options?: { left?: boolean }): Tensor
}

/** Python's name of each function is the operator's, without its prefix. */
const CANDIDATES: Readonly<Record<keyof SparseFunctions, string>> = {
  mm: '_sparse_mm _sparse_mm.reduce',
  addmm: '_sparse_addmm',
  sampledAddmm: 'sparse_sampled_addmm|sparse_sampled_addmm.out',
  sum: '_sparse_sum _sparse_sum.dtype _sparse_sum.dim _sparse_sum.dim_dtype',
  softmax: '_sparse_softmax.int',
  logSoftmax: '_sparse_log_softmax.int',
  spdiags: '_spdiags',
  spsolve: '_spsolve',
}

/** PyTorch's `torch.sparse`. */
export const sparse = Object.fromEntries(
  Object.entries(CANDIDATES).map(([name, candidates]) => [name, makeFunction(name, candidates)]),
) as unknown as SparseFunctions
