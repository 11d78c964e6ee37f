// LU factorization in LAPACK's packed form.

import { checkBoolean } from '../../check.js'
import { bindArguments } from '../arguments.js'
import { makeFunction } from '../dispatch.js'
import { namedTuple } from '../named.js'
import type { Tensor } from '../tensor.js'
import type { Named } from '../types.js'
import { checkTensor } from './check.js'

const factorize = makeFunction('lu', '_lu_with_info')

/** Options of {@link lu}. */
export interface LuOptions<Infos extends boolean> {
  /** Whether to permute rows; must be true on the CPU. */
  pivot?: boolean
  /** Whether to return, per matrix, which pivot was zero, in place of throwing. */
  getInfos?: Infos
}

/** Both factors in one matrix, the permutation as LAPACK's pivots, and perhaps the infos. */
export type LuResult<Infos extends boolean> = Infos extends true
  ? Named<{ LU: Tensor; pivots: Tensor; info: Tensor }, [LU: Tensor, pivots: Tensor, info: Tensor]>
  : Named<{ LU: Tensor; pivots: Tensor }, [LU: Tensor, pivots: Tensor]>

/**
 * The LU factorization of matrices [..., m, n], packed into one: take it apart with `torch.luUnpack`. PyTorch's
 * `torch.lu`, which PyTorch has deprecated in favour of `torch.linalg.luFactor`.
 *
 * @throws LinAlgError for a singular matrix, unless `getInfos`
 */
export function lu<Infos extends boolean = false>(
  input: Tensor,
  options?: LuOptions<Infos>,
): LuResult<Infos>
export function lu<Infos extends boolean = false>(
  input: Tensor,
  pivot: boolean,
  getInfos?: Infos,
): LuResult<Infos>
export function lu(input: Tensor, ...args: unknown[]): LuResult<boolean> {
  const { pivot = true, getInfos } = bindArguments('lu', args, ['pivot', 'getInfos'])
  const withInfos = checkBoolean('lu', 'getInfos', getInfos ?? false)
  checkTensor('lu', 'input', input)
  const [packed, pivots, infos] = factorize(input, pivot, !withInfos) as Tensor[]
  return namedTuple({
    LU: packed,
    pivots,
    ...(withInfos ? { info: infos } : {}),
  }) as LuResult<boolean>
}
