// Softmax and its kin.

import { checkBoolean, checkInteger } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import type { DType, Int } from '../../torch/types.js'
import { warnOnce } from '../../warn.js'
import { checkFloat, checkTensor, operator, type Rest, read } from './call.js'

/** Options of {@link softmax}, {@link softmin} and {@link logSoftmax}. */
export interface SoftmaxOptions {
  /** Dimension along which the results add up to 1. */
  dim?: Int | null
  /** Element type to convert to first, against overflow. */
  dtype?: DType | null
}

type Softmax = (
  input: Tensor,
  ...rest: Rest<SoftmaxOptions, [dim?: Int | null, dtype?: DType | null]>
) => Tensor

const NAMES = ['dim', 'dtype']

/** The dimension that old code means when it names none; saying so is asked for. */
function implicitDim(where: string, dims: number): number {
  warnOnce(
    `${where}: the dimension that is chosen where none is given is deprecated; pass dim: a dimension`,
  )
  return dims === 0 || dims === 1 || dims === 3 ? 0 : 1
}

function softmaxLike(where: string, candidates: string, prepare: (x: Tensor) => Tensor): Softmax {
  const run = operator<(input: Tensor, dim: Int, dtype: DType | null) => Tensor>(where, candidates)
  return (input, ...rest) => {
    const [dim = null, dtype = null] = read<[Int | null, DType | null]>(where, NAMES, rest)
    const chosen = dim ?? implicitDim(where, checkTensor(where, 'input', input).dim())
    return run(prepare(input), chosen, dtype)
  }
}

/** Exponentials divided by their sum along a dimension. `torch.nn.functional.softmax(input, dim=None, dtype=None)` */
export const softmax: Softmax = softmaxLike('softmax', 'softmax.int', (x) => x)

/** Softmax of −x. `torch.nn.functional.softmin(input, dim=None, dtype=None)` */
export const softmin: Softmax = softmaxLike('softmin', 'softmax.int', (x) =>
  checkTensor('softmin', 'input', x).neg(),
)

/** Logarithm of the softmax, stable. `torch.nn.functional.log_softmax(input, dim=None, dtype=None)` */
export const logSoftmax: Softmax = softmaxLike('logSoftmax', 'log_softmax.int', (x) => x)

/** Options of {@link gumbelSoftmax}. */
export interface GumbelSoftmaxOptions {
  /** Temperature: the lower, the nearer to one-hot. 1 by default. */
  tau?: number
  /** Return one-hot samples, with the gradient of the soft ones. */
  hard?: boolean
  /** @deprecated has no effect */
  eps?: number
  /** Dimension along which the samples add up to 1, the last by default. */
  dim?: number
}

/**
 * Samples of the Gumbel-softmax distribution with these unnormalized log-probabilities.
 * `torch.nn.functional.gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1)`
 */
export function gumbelSoftmax(
  logits: Tensor,
  ...rest: Rest<GumbelSoftmaxOptions, [tau?: number, hard?: boolean, eps?: number, dim?: number]>
): Tensor {
  const where = 'gumbelSoftmax'
  const names = ['tau', 'hard', 'eps', 'dim']
  const [tau = 1, hard = false, eps = 1e-10, dim = -1] = read<[number, boolean, number, number]>(
    where,
    names,
    rest,
  )
  if (eps !== 1e-10) warnOnce(`${where}: eps is deprecated and has no effect`)
  checkTensor(where, 'logits', logits)
  checkFloat(where, 'tau', tau)
  checkInteger(where, 'dim', dim)
  const memoryFormat = 'contiguous_format'
  const noise = torch.emptyLike(logits, { memoryFormat }).exponential_().log().neg()
  const soft = logits.add(noise).div(tau).softmax(dim)
  if (!checkBoolean(where, 'hard', hard)) return soft
  const { indices } = soft.max(dim, true)
  const oneHot = torch.zerosLike(logits, { memoryFormat }).scatter_(dim, indices, 1)
  return oneHot.sub(soft.detach()).add(soft)
}
