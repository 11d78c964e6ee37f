// Distances between the rows of two matrices.

import { checkNumber, checkOneOf } from '../../check.js'
import { bindArguments } from '../arguments.js'
import type { Tensor } from '../tensor.js'
import { checkTensor } from './check.js'
import { aten } from './generated.js'

/** When Euclidean distances are computed through a matrix product, which is faster for many rows and less exact. */
export type CdistComputeMode =
  | 'use_mm_for_euclid_dist_if_necessary'
  | 'use_mm_for_euclid_dist'
  | 'donot_use_mm_for_euclid_dist'

/** ATen's numbers of the modes. */
const MODES = {
  use_mm_for_euclid_dist_if_necessary: null,
  use_mm_for_euclid_dist: 1,
  donot_use_mm_for_euclid_dist: 2,
} as const

/** Options of {@link cdist}. */
export interface CdistOptions {
  /** Order of the norm, 2 unless given; Infinity for the largest difference. */
  p?: number
  /** For p = 2; unless given, a matrix product where either side has more than 25 rows. */
  computeMode?: CdistComputeMode
}

/**
 * Distances in the p-norm between each row of `x1` [..., P, M] and each of `x2` [..., R, M], as [..., P, R]. PyTorch's
 * `torch.cdist`.
 */
export function cdist(x1: Tensor, x2: Tensor, options?: CdistOptions): Tensor
export function cdist(
  x1: Tensor,
  x2: Tensor,
  p: number,
  options?: Pick<CdistOptions, 'computeMode'>,
): Tensor
export function cdist(x1: Tensor, x2: Tensor, p: number, computeMode: CdistComputeMode): Tensor
export function cdist(x1: Tensor, x2: Tensor, ...args: unknown[]): Tensor {
  const where = 'cdist'
  const given = bindArguments(where, args, ['p', 'computeMode'])
  const p = given.p ?? 2
  if (p !== Number.POSITIVE_INFINITY) checkNumber(where, 'p', p, { min: 0 })
  const mode = checkOneOf(
    where,
    'computeMode',
    given.computeMode ?? 'use_mm_for_euclid_dist_if_necessary',
    Object.keys(MODES) as CdistComputeMode[],
  )
  checkTensor(where, 'x1', x1)
  checkTensor(where, 'x2', x2)
  return aten.cdist(x1, x2, p as number, MODES[mode])
}
