// Pooling to an output size of choice.

import { checkBoolean } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'
import type { Int } from '../../torch/types.js'
import { checkTensor, operator, type Rest, read } from './call.js'
import type { Pooled } from './max-pooling.js'

/** One size for every dimension, or one for each; null keeps the input's. */
export type AdaptiveSize = Int | readonly (Int | null)[]

/** Options of the adaptive pooling functions. */
export interface AdaptivePoolOptions {
  outputSize: AdaptiveSize
}

/** Pools, and with `returnIndices` returns the indices too. */
export interface AdaptiveMaxPool {
  (
    input: Tensor,
    ...rest: Rest<
      AdaptivePoolOptions & { returnIndices?: false },
      [outputSize: AdaptiveSize, returnIndices?: false]
    >
  ): Tensor
  (input: Tensor, outputSize: AdaptiveSize, returnIndices: true): Pooled
  (input: Tensor, outputSize: AdaptiveSize, options: { returnIndices: true }): Pooled
  (input: Tensor, options: AdaptivePoolOptions & { returnIndices: true }): Pooled
}

/** Pools, and returns the indices too. */
export type AdaptiveMaxPoolWithIndices = (
  input: Tensor,
  ...rest: Rest<
    AdaptivePoolOptions & { returnIndices?: boolean },
    [outputSize: AdaptiveSize, returnIndices?: boolean]
  >
) => Pooled

type AdaptiveAvgPool = (
  input: Tensor,
  ...rest: Rest<AdaptivePoolOptions, [outputSize: AdaptiveSize]>
) => Tensor

type Operator<Result> = (input: Tensor, outputSize: Int | readonly Int[]) => Result

/** An output size without nulls: they stand for the input's size in their dimension. */
function fullSize(where: string, input: Tensor, size: AdaptiveSize): Int | readonly Int[] {
  const { shape } = checkTensor(where, 'input', input)
  if (!Array.isArray(size)) return size as Int
  if (shape.length <= size.length) {
    throw new RangeError(
      `${where}: expected at least ${size.length + 1} dimensions for input, got ${shape.length}`,
    )
  }
  const offset = shape.length - size.length
  return size.map((value, d) => value ?? (shape[offset + d] as number))
}

function adaptiveAvgPool(where: string, candidates: string): AdaptiveAvgPool {
  const run = operator<Operator<Tensor>>(where, candidates)
  return (input, ...rest) => {
    const [outputSize] = read<[AdaptiveSize]>(where, ['outputSize'], rest)
    return run(input, fullSize(where, input, outputSize as AdaptiveSize))
  }
}

const NAMES = ['outputSize', 'returnIndices']

function adaptiveMaxPoolWithIndices(where: string, candidates: string): AdaptiveMaxPoolWithIndices {
  const run = operator<Operator<Pooled>>(where, candidates)
  return (input, ...rest) => {
    const [outputSize] = read<[AdaptiveSize, boolean]>(where, NAMES, rest)
    return run(input, fullSize(where, input, outputSize as AdaptiveSize))
  }
}

function adaptiveMaxPool(where: string, candidates: string): AdaptiveMaxPool {
  const run = operator<Operator<Pooled>>(where, candidates)
  const pool = (input: Tensor, ...rest: unknown[]): Tensor | Pooled => {
    const [outputSize, returnIndices = false] = read<[AdaptiveSize, boolean]>(where, NAMES, rest)
    checkBoolean(where, 'returnIndices', returnIndices)
    const pooled = run(input, fullSize(where, input, outputSize as AdaptiveSize))
    return returnIndices ? pooled : pooled[0]
  }
  return pool as AdaptiveMaxPool
}

/**
 * Means over as many windows of [N, C, L] or [C, L] as asked for.
 * `torch.nn.functional.adaptive_avg_pool1d(input, output_size)`
 */
export const adaptiveAvgPool1d: AdaptiveAvgPool = adaptiveAvgPool(
  'adaptiveAvgPool1d',
  'adaptive_avg_pool1d',
)

/**
 * Means over as many windows of [N, C, H, W] or [C, H, W] as asked for.
 * `torch.nn.functional.adaptive_avg_pool2d(input, output_size)`
 */
export const adaptiveAvgPool2d: AdaptiveAvgPool = adaptiveAvgPool(
  'adaptiveAvgPool2d',
  'adaptive_avg_pool2d',
)

/**
 * Means over as many windows of [N, C, D, H, W] or [C, D, H, W] as asked for.
 * `torch.nn.functional.adaptive_avg_pool3d(input, output_size)`
 */
export const adaptiveAvgPool3d: AdaptiveAvgPool = adaptiveAvgPool(
  'adaptiveAvgPool3d',
  'adaptive_avg_pool3d',
)

/**
 * Maxima over as many windows of [N, C, L] or [C, L] as asked for.
 * `torch.nn.functional.adaptive_max_pool1d(input, output_size, return_indices=False)`
 */
export const adaptiveMaxPool1d: AdaptiveMaxPool = adaptiveMaxPool(
  'adaptiveMaxPool1d',
  'adaptive_max_pool1d',
)

/**
 * Maxima over as many windows of [N, C, H, W] or [C, H, W] as asked for.
 * `torch.nn.functional.adaptive_max_pool2d(input, output_size, return_indices=False)`
 */
export const adaptiveMaxPool2d: AdaptiveMaxPool = adaptiveMaxPool(
  'adaptiveMaxPool2d',
  'adaptive_max_pool2d',
)

/**
 * Maxima over as many windows of [N, C, D, H, W] or [C, D, H, W] as asked for.
 * `torch.nn.functional.adaptive_max_pool3d(input, output_size, return_indices=False)`
 */
export const adaptiveMaxPool3d: AdaptiveMaxPool = adaptiveMaxPool(
  'adaptiveMaxPool3d',
  'adaptive_max_pool3d',
)

/** {@link adaptiveMaxPool1d} and the indices. `torch.nn.functional.adaptive_max_pool1d_with_indices` */
export const adaptiveMaxPool1dWithIndices: AdaptiveMaxPoolWithIndices = adaptiveMaxPoolWithIndices(
  'adaptiveMaxPool1dWithIndices',
  'adaptive_max_pool1d',
)

/** {@link adaptiveMaxPool2d} and the indices. `torch.nn.functional.adaptive_max_pool2d_with_indices` */
export const adaptiveMaxPool2dWithIndices: AdaptiveMaxPoolWithIndices = adaptiveMaxPoolWithIndices(
  'adaptiveMaxPool2dWithIndices',
  'adaptive_max_pool2d',
)

/** {@link adaptiveMaxPool3d} and the indices. `torch.nn.functional.adaptive_max_pool3d_with_indices` */
export const adaptiveMaxPool3dWithIndices: AdaptiveMaxPoolWithIndices = adaptiveMaxPoolWithIndices(
  'adaptiveMaxPool3dWithIndices',
  'adaptive_max_pool3d',
)
