// Norms with the parameters of Python's torch.norm.

import { fail } from '../../check.js'
import { bindArguments } from '../arguments.js'
import type { Tensor } from '../tensor.js'
import type { DType } from '../types.js'
import { checkTensor } from './check.js'
import { aten, linalg } from './generated.js'

/** Which norm: the Frobenius or the nuclear norm of matrices, or the order of a vector norm. */
export type NormOrder = 'fro' | 'nuc' | number

/** Options of the `norm` method. */
export interface NormOptions {
  /** `'fro'` unless given. */
  p?: NormOrder | null
  /** Dimensions to reduce; all unless given. */
  dim?: number | readonly number[] | null
  /** Whether reduced dimensions stay, with size 1. */
  keepdim?: boolean
  /** Dtype to compute in. */
  dtype?: DType | null
}

/** Options of {@link norm}. */
export interface NormOutOptions extends NormOptions {
  out?: Tensor | null
}

type Bound = { -readonly [Name in keyof NormOutOptions]?: unknown }

/** The norm of arguments that are already bound by name. */
export function boundNorm(input: Tensor, given: Bound): Tensor {
  const p = given.p === undefined ? 'fro' : (given.p as NormOrder | null)
  if (typeof p === 'string' && p !== 'fro' && p !== 'nuc') {
    fail('norm', 'p', "'fro', 'nuc' or a number", p)
  }
  const dim = typeof given.dim === 'number' ? [given.dim] : (given.dim ?? null)
  const dims = dim as readonly number[] | null
  const keepdim = (given.keepdim ?? false) as boolean
  const options = {
    ...(given.dtype == null ? {} : { dtype: given.dtype as DType }),
    ...(given.out == null ? {} : { out: given.out as Tensor }),
  }
  if (input.layout !== 'strided') return sparseNorm(input, p, dims, keepdim, options)
  if (typeof p !== 'string') return linalg.vectorNorm(input, p ?? 2, dims, keepdim, options)
  if (p === 'fro' && (dims === null || dims.length <= 2)) {
    return linalg.vectorNorm(input, 2, dims, keepdim, options)
  }
  return linalg.matrixNorm(input, p, dims ?? allDims(input), keepdim, options)
}

const allDims = (input: Tensor): number[] => input.shape.map((_, dim) => dim)

/** The kernels behind torch.linalg take strided tensors only. */
function sparseNorm(
  input: Tensor,
  p: NormOrder | null,
  dims: readonly number[] | null,
  keepdim: boolean,
  options: { dtype?: DType; out?: Tensor },
): Tensor {
  if (typeof p === 'string' && options.dtype !== undefined) {
    throw new TypeError(`norm: takes no dtype for p = '${p}' and a tensor that is not strided`)
  }
  if (p === 'nuc') return aten.nuclearNorm(input, dims ?? allDims(input), keepdim, options)
  if (p === 'fro') return aten.frobeniusNorm(input, dims ?? [], keepdim, options)
  return aten.norm(input, p, dims ?? allDims(input), keepdim, options)
}

/**
 * The norm of all elements or of those along some dimensions. PyTorch's `torch.norm`.
 *
 * @param p `'fro'`, `'nuc'` (of matrices: two dimensions), or the order of a vector norm, such as 1, 2 or Infinity
 * @param dim dimensions to reduce; all unless given
 */
export function norm(input: Tensor, options?: NormOutOptions): Tensor
export function norm(
  input: Tensor,
  p: NormOrder | null,
  options?: Omit<NormOutOptions, 'p'>,
): Tensor
export function norm(
  input: Tensor,
  p: NormOrder | null,
  dim: number | readonly number[] | null,
  options?: Omit<NormOutOptions, 'p' | 'dim'>,
): Tensor
export function norm(
  input: Tensor,
  p: NormOrder | null,
  dim: number | readonly number[] | null,
  keepdim: boolean,
  options?: Pick<NormOutOptions, 'dtype' | 'out'>,
): Tensor
export function norm(input: Tensor, ...args: unknown[]): Tensor {
  const names = ['p', 'dim', 'keepdim', 'out', 'dtype'] as const
  return boundNorm(checkTensor('norm', 'input', input), bindArguments('norm', args, names))
}
