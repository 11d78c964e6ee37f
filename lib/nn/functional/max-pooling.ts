// Maxima over windows, with and without the places where they were found.

import { checkBoolean } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'
import { operator, type Rest, read, type Sizes } from './call.js'

/** A pooled tensor, and for each of its elements the index of the maximum in the flattened plane of the input. */
export type Pooled = [output: Tensor, indices: Tensor]

/** Options of {@link maxPool1d} and its kin. */
export interface MaxPoolOptions {
  /** Size of the window. */
  kernelSize: Sizes
  /** Step of the window, its size by default. */
  stride?: Sizes | null
  /** Minus infinities around the input, at most half of the window. */
  padding?: Sizes
  /** Distance between the elements of a window. */
  dilation?: Sizes
  /** Keep a last window that is not full. */
  ceilMode?: boolean
  /** Return the indices of the maxima too. */
  returnIndices?: boolean
}

type MaxPoolPositions = [
  kernelSize: Sizes,
  stride?: Sizes | null,
  padding?: Sizes,
  dilation?: Sizes,
  ceilMode?: boolean,
]

/** Pools, and with `returnIndices` returns the indices too. */
export interface MaxPool {
  (
    input: Tensor,
    ...rest: Rest<
      MaxPoolOptions & { returnIndices?: false },
      [...MaxPoolPositions, returnIndices?: false]
    >
  ): Tensor
  (
    input: Tensor,
    kernelSize: Sizes,
    stride: Sizes | null,
    padding: Sizes,
    dilation: Sizes,
    ceilMode: boolean,
    returnIndices: true,
  ): Pooled
  (
    input: Tensor,
    ...rest: Exclude<
      Rest<MaxPoolOptions & { returnIndices: true }, MaxPoolPositions>,
      MaxPoolPositions
    >
  ): Pooled
}

/** Pools, and returns the indices too. */
export type MaxPoolWithIndices = (
  input: Tensor,
  ...rest: Rest<MaxPoolOptions, [...MaxPoolPositions, returnIndices?: boolean]>
) => Pooled

/** An operator that takes maxima over windows. */
export type MaxPoolOperator<Result> = (
  input: Tensor,
  kernelSize: Sizes,
  stride: Sizes | null,
  padding: Sizes,
  dilation: Sizes,
  ceilMode: boolean,
) => Result

type Window = [Sizes, Sizes | null, Sizes, Sizes, boolean]

/** What the operators take after the input, and whether the indices are wanted too. */
function readWindow(
  where: string,
  rest: readonly unknown[],
): { window: Window; returnIndices: boolean } {
  const names = ['kernelSize', 'stride', 'padding', 'dilation', 'ceilMode', 'returnIndices']
  const [
    kernelSize,
    stride = null,
    padding = 0,
    dilation = 1,
    ceilMode = false,
    returnIndices = false,
  ] = read<[...Window, boolean]>(where, names, rest)
  return {
    // The operator refuses an absent size by its own name.
    window: [kernelSize as Sizes, stride, padding, dilation, ceilMode],
    returnIndices: checkBoolean(where, 'returnIndices', returnIndices),
  }
}

function maxPoolWithIndices(where: string, candidates: string): MaxPoolWithIndices {
  const run = operator<MaxPoolOperator<Pooled>>(where, candidates)
  return (input, ...rest) => run(input, ...readWindow(where, rest).window)
}

function maxPool(where: string, candidates: string): MaxPool {
  const run = operator<MaxPoolOperator<Tensor>>(where, candidates)
  const runWithIndices = operator<MaxPoolOperator<Pooled>>(where, `${candidates}_with_indices`)
  const pool = (input: Tensor, ...rest: unknown[]): Tensor | Pooled => {
    const { window, returnIndices } = readWindow(where, rest)
    return returnIndices ? runWithIndices(input, ...window) : run(input, ...window)
  }
  return pool as MaxPool
}

/**
 * Maxima over windows of [N, C, L] or [C, L].
 * `torch.nn.functional.max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False,
 * return_indices=False)`
 */
export const maxPool1d: MaxPool = maxPool('maxPool1d', 'max_pool1d')

/**
 * Maxima over windows of [N, C, H, W] or [C, H, W].
 * `torch.nn.functional.max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False,
 * return_indices=False)`
 */
export const maxPool2d: MaxPool = maxPool('maxPool2d', 'max_pool2d')

/**
 * Maxima over windows of [N, C, D, H, W] or [C, D, H, W].
 * `torch.nn.functional.max_pool3d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False,
 * return_indices=False)`
 */
export const maxPool3d: MaxPool = maxPool('maxPool3d', 'max_pool3d')

/** {@link maxPool1d} and the indices of the maxima. `torch.nn.functional.max_pool1d_with_indices` */
export const maxPool1dWithIndices: MaxPoolWithIndices = maxPoolWithIndices(
  'maxPool1dWithIndices',
  'max_pool1d_with_indices',
)

/** {@link maxPool2d} and the indices of the maxima. `torch.nn.functional.max_pool2d_with_indices` */
export const maxPool2dWithIndices: MaxPoolWithIndices = maxPoolWithIndices(
  'maxPool2dWithIndices',
  'max_pool2d_with_indices',
)

/** {@link maxPool3d} and the indices of the maxima. `torch.nn.functional.max_pool3d_with_indices` */
export const maxPool3dWithIndices: MaxPoolWithIndices = maxPoolWithIndices(
  'maxPool3dWithIndices',
  'max_pool3d_with_indices',
)
