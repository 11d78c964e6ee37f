// Normalization by the length of vectors, and by neighbouring channels.

import { checkInteger } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import type { Int } from '../../torch/types.js'
import { checkFloat, checkTensor, operator, type Rest, read } from './call.js'

/** Options of {@link localResponseNorm}. */
export interface LocalResponseNormOptions {
  /** How many neighbouring channels count. */
  size: number
  /** Factor of their mean square, 1e-4 by default. */
  alpha?: number
  /** Exponent, 0.75 by default. */
  beta?: number
  /** Summand, 1 by default. */
  k?: number
}

/**
 * x / (k + α · mean of x² over neighbouring channels)^β, for [N, C, …].
 * `torch.nn.functional.local_response_norm(input, size, alpha=0.0001, beta=0.75, k=1.0)`
 */
export function localResponseNorm(
  input: Tensor,
  ...rest: Rest<LocalResponseNormOptions, [size: number, alpha?: number, beta?: number, k?: number]>
): Tensor {
  const where = 'localResponseNorm'
  const names = ['size', 'alpha', 'beta', 'k']
  const [count, alpha = 1e-4, beta = 0.75, k = 1] = read<[number, number, number, number]>(
    where,
    names,
    rest,
  )
  const size = checkInteger(where, 'size', count, { min: 1 })
  for (const [name, value] of Object.entries({ alpha, beta, k })) checkFloat(where, name, value)
  const { shape } = checkTensor(where, 'input', input)
  if (shape.length < 3) {
    throw new RangeError(`${where}: expected at least 3 dimensions for input, got ${shape.length}`)
  }
  if (input.numel() === 0) return input
  const square = input.mul(input)
  const around = [Math.floor(size / 2), Math.floor((size - 1) / 2)]
  return input.div(neighbourMean(square, shape, size, around).mul(alpha).add(k).pow(beta))
}

const average2d = operator<
  (input: Tensor, kernelSize: readonly number[], stride: number) => Tensor
>('localResponseNorm', 'avg_pool2d')
const average3d = operator<typeof average2d>('localResponseNorm', 'avg_pool3d')
const zeroPad = operator<(input: Tensor, pad: readonly number[]) => Tensor>(
  'localResponseNorm',
  'constant_pad_nd',
)

/** Mean over `size` neighbouring channels, zeros beyond the ends. */
function neighbourMean(
  square: Tensor,
  shape: readonly number[],
  size: number,
  around: readonly number[],
): Tensor {
  if (shape.length === 3) {
    return average2d(zeroPad(square.unsqueeze(1), [0, 0, ...around]), [size, 1], 1).squeeze(1)
  }
  const [samples, channels, height] = shape as [number, number, number]
  const planes = square.view([samples, 1, channels, height, -1])
  return average3d(zeroPad(planes, [0, 0, 0, 0, ...around]), [size, 1, 1], 1)
    .squeeze(1)
    .view(shape)
}

const vectorNorm = operator<
  (input: Tensor, p: number, dim: Int | readonly Int[], keepdim: boolean) => Tensor
>('normalize', 'linalg_vector_norm')

/** Options of {@link normalize}. */
export interface NormalizeOptions {
  /** Which norm, 2 by default. */
  p?: number
  /** Dimension or dimensions to take it over, 1 by default. */
  dim?: Int | readonly Int[]
  /** Least divisor, 1e-12 by default. */
  eps?: number
  /** Receives the result; autograd then refuses. */
  out?: Tensor | null
}

/**
 * Divides by the p-norm along a dimension, so that the result has norm 1.
 * `torch.nn.functional.normalize(input, p=2.0, dim=1, eps=1e-12, out=None)`
 */
export function normalize(
  input: Tensor,
  ...rest: Rest<
    NormalizeOptions,
    [p?: number, dim?: Int | readonly Int[], eps?: number, out?: Tensor | null]
  >
): Tensor {
  const where = 'normalize'
  const names = ['p', 'dim', 'eps', 'out']
  const [p = 2, dim = 1, eps = 1e-12, out = null] = read<
    [number, Int | readonly Int[], number, Tensor | null]
  >(where, names, rest)
  checkTensor(where, 'input', input)
  const norm = vectorNorm(input, checkFloat(where, 'p', p), dim, true)
  checkFloat(where, 'eps', eps)
  if (out === null) return input.div(norm.clampMin(eps).expandAs(input))
  return torch.div(input, norm.clampMin_(eps).expandAs(input), { out })
}
