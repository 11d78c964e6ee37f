// Low-rank approximations by random projection: algorithms 4.4 and 5.1 of Halko, Martinsson and Tropp, "Finding
// structure with randomness" (2009).

import { checkBoolean, checkInteger, checkOptions } from '../../check.js'
import { namedTuple } from '../named.js'
import type { Tensor } from '../tensor.js'
import type { DType, Named } from '../types.js'
import { checkTensor } from './check.js'
import { aten, linalg } from './generated.js'

/** Factors of `A ≈ u · diag(s) · vᴴ`. */
export type LowRank = Named<{ u: Tensor; s: Tensor; v: Tensor }, [u: Tensor, s: Tensor, v: Tensor]>

/** Options of {@link svdLowrank}. */
export interface SvdLowrankOptions {
  /** Rank of the approximation, somewhat larger than that of the matrix; 6 unless given. */
  q?: number
  /** Rounds of subspace iteration, 2 unless given. */
  niter?: number
  /** What to subtract from the matrix first, as its shape allows. */
  M?: Tensor | null
}

/** Options of {@link pcaLowrank}. */
export interface PcaLowrankOptions {
  /** Number of components, at most the smaller side of the matrix; the smaller of that and 6 unless given. */
  q?: number
  /** Whether to subtract each column's mean, true unless given. */
  center?: boolean
  /** Rounds of subspace iteration, 2 unless given. */
  niter?: number
}

const floatingDtype = (a: Tensor): DType =>
  /^float(16|32|64)$/.test(a.dtype) ? a.dtype : 'float32'

/** An orthonormal basis of approximately the range of A - M. */
function rangeBasis(a: Tensor, q: number, niter: number, m: Tensor | undefined): Tensor {
  const dtype = a.isComplex() ? a.dtype : floatingDtype(a)
  const times = (matrix: Tensor, subtracted: Tensor | undefined, x: Tensor): Tensor => {
    const product = matrix.matmul(x)
    return subtracted === undefined ? product : product.sub(subtracted.matmul(x))
  }
  const columns = a.shape.at(-1) as number
  let x = times(a, m, aten.randn([columns, q], { dtype, device: a.device }))
  for (let i = 0; i < niter; i++) {
    x = times(a.adjoint(), m?.adjoint(), linalg.qr(x)[0])
    x = times(a, m, linalg.qr(x)[0])
  }
  return linalg.qr(x)[0]
}

function approximate(given: Tensor, q: number, niter: number, subtract: Tensor | null): LowRank {
  const wide = (given.shape.at(-2) as number) < (given.shape.at(-1) as number)
  const expanded = subtract?.broadcastTo(given.shape)
  const a = wide ? given.adjoint() : given
  const m = wide ? expanded?.adjoint() : expanded
  const basis = rangeBasis(a, q, niter, m)
  const projected = basis.adjoint().matmul(a)
  const small = m === undefined ? projected : projected.sub(basis.adjoint().matmul(m))
  const [left, s, right] = linalg.svd(small, false)
  const [u, v] = [basis.matmul(left), right.adjoint()]
  return namedTuple(wide ? { u: v, s, v: u } : { u, s, v })
}

/**
 * The singular value decomposition of matrices [..., m, n] up to rank `q`, quick and random. PyTorch's
 * `torch.svd_lowrank`; the same seed gives the same numbers.
 */
export function svdLowrank(input: Tensor, options?: SvdLowrankOptions): LowRank {
  const where = 'svdLowrank'
  const { q = 6, niter = 2, M = null } = checkOptions(where, options, ['q', 'niter', 'M'])
  checkTensor(where, 'input', input)
  checkInteger(where, 'q', q, { min: 0 })
  checkInteger(where, 'niter', niter, { min: 0 })
  return approximate(input, q, niter, M === null ? null : checkTensor(where, 'M', M))
}

/**
 * Principal components of the rows of matrices [..., m, n]: the columns of `v` are the directions, `s` relates to the
 * variances as s² / (m - 1). PyTorch's `torch.pca_lowrank`.
 */
export function pcaLowrank(input: Tensor, options?: PcaLowrankOptions): LowRank {
  const where = 'pcaLowrank'
  checkTensor(where, 'input', input)
  const checked = checkOptions(where, options, ['q', 'center', 'niter'])
  const max = Math.min(...input.shape.slice(-2))
  const { q = Math.min(6, max), center = true, niter = 2 } = checked
  checkInteger(where, 'q', q, { min: 0, max })
  checkInteger(where, 'niter', niter, { min: 0 })
  if (!checkBoolean(where, 'center', center)) return approximate(input, q, niter, null)
  if (input.layout !== 'sparse_coo') {
    return approximate(input.sub(input.mean([-2], true)), q, niter, null)
  }
  // Centred, a sparse matrix would be dense: its means are subtracted from the products instead.
  const rows = input.shape.at(-2) as number
  const means = input.sum([-2], true).toDense().div(rows)
  return approximate(input, q, niter, means)
}
