// Maxima over windows at random places, as many as asked for.

import { checkBoolean } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkTensor, operator, type Rest, read, type Sizes } from './call.js'
import type { Pooled } from './max-pooling.js'

/** One ratio for every dimension, or one for each. */
export type Ratios = number | readonly number[]

/** Options of the fractional pooling functions: one of `outputSize` and `outputRatio` is needed. */
export interface FractionalMaxPoolOptions {
  /** Size of a window. */
  kernelSize: Sizes
  /** Size of the output. */
  outputSize?: Sizes | null
  /** Size of the output as a share of the input's. */
  outputRatio?: Ratios | null
  /** Where the windows lie, in [0, 1): [N, C, dimensions]. Drawn at random by default. */
  randomSamples?: Tensor | null
}

type Positions = [kernelSize: Sizes, outputSize?: Sizes | null, outputRatio?: Ratios | null]

/** Pools, and with `returnIndices` returns the indices too. */
export interface FractionalMaxPool {
  (
    input: Tensor,
    ...rest: Rest<
      FractionalMaxPoolOptions & { returnIndices?: false },
      [...Positions, returnIndices?: false]
    >
  ): Tensor
  (
    input: Tensor,
    kernelSize: Sizes,
    outputSize: Sizes | null,
    outputRatio: Ratios | null,
    returnIndices: true,
  ): Pooled
  (
    input: Tensor,
    ...rest: Exclude<Rest<FractionalMaxPoolOptions & { returnIndices: true }, Positions>, Positions>
  ): Pooled
}

/** Pools, and returns the indices too. */
export type FractionalMaxPoolWithIndices = (
  input: Tensor,
  ...rest: Rest<
    FractionalMaxPoolOptions & { returnIndices?: boolean },
    [...Positions, returnIndices?: boolean]
  >
) => Pooled

type Operator = (
  input: Tensor,
  kernelSize: Sizes,
  outputSize: Sizes,
  randomSamples: Tensor,
) => Pooled

const NAMES = ['kernelSize', 'outputSize', 'outputRatio', 'returnIndices', 'randomSamples']

/** The output's size: that of the input's last dimensions times the ratios, rounded down. */
function sizeByRatio(
  where: string,
  input: Tensor,
  ratio: Ratios | null,
  dims: number,
): readonly number[] {
  if (ratio === null) {
    throw new RangeError(`${where}: expected one of outputSize and outputRatio, got neither`)
  }
  const ratios = typeof ratio === 'number' ? new Array<number>(dims).fill(ratio) : ratio
  if (ratios.length !== dims) {
    throw new RangeError(
      `${where}: expected one or ${dims} numbers for outputRatio, got ${ratios.length}`,
    )
  }
  const offset = input.dim() - dims
  return ratios.map((value, d) => Math.trunc((input.shape[offset + d] as number) * value))
}

/** A pool over the last `dims` dimensions, with the indices; and whether they were asked for. */
function fractionalPool(
  where: string,
  dims: 2 | 3,
): (input: Tensor, rest: readonly unknown[]) => { pooled: Pooled; returnIndices: boolean } {
  const run = operator<Operator>(where, `fractional_max_pool${dims}d`)
  return (input, rest) => {
    const [
      kernelSize,
      outputSize = null,
      outputRatio = null,
      returnIndices = false,
      samples = null,
    ] = read<[Sizes, Sizes | null, Ratios | null, boolean, Tensor | null]>(where, NAMES, rest)
    checkBoolean(where, 'returnIndices', returnIndices)
    const { shape, dtype, device } = checkTensor(where, 'input', input)
    if (shape.length < dims + 1) {
      throw new RangeError(
        `${where}: expected at least ${dims + 1} dimensions for input, got ${shape.length}`,
      )
    }
    const size = outputSize ?? sizeByRatio(where, input, outputRatio, dims)
    const batch = shape.length === dims + 1 ? 1 : input.size(0)
    const places = samples ?? torch.rand([batch, input.size(-dims - 1), dims], { dtype, device })
    return { pooled: run(input, kernelSize as Sizes, size, places), returnIndices }
  }
}

function fractionalMaxPool(where: string, dims: 2 | 3): FractionalMaxPool {
  const run = fractionalPool(where, dims)
  const pool = (input: Tensor, ...rest: unknown[]): Tensor | Pooled => {
    const { pooled, returnIndices } = run(input, rest)
    return returnIndices ? pooled : pooled[0]
  }
  return pool as FractionalMaxPool
}

function fractionalMaxPoolWithIndices(where: string, dims: 2 | 3): FractionalMaxPoolWithIndices {
  const run = fractionalPool(where, dims)
  return (input, ...rest) => run(input, rest).pooled
}

/**
 * Maxima over windows of [N, C, H, W] or [C, H, W] at random places.
 * `torch.nn.functional.fractional_max_pool2d(input, kernel_size, output_size=None, output_ratio=None,
 * return_indices=False)`
 */
export const fractionalMaxPool2d: FractionalMaxPool = fractionalMaxPool('fractionalMaxPool2d', 2)

/**
 * Maxima over windows of [N, C, D, H, W] or [C, D, H, W] at random places.
 * `torch.nn.functional.fractional_max_pool3d(input, kernel_size, output_size=None, output_ratio=None,
 * return_indices=False)`
 */
export const fractionalMaxPool3d: FractionalMaxPool = fractionalMaxPool('fractionalMaxPool3d', 3)

/** {@link fractionalMaxPool2d} and the indices. `torch.nn.functional.fractional_max_pool2d_with_indices` */
export const fractionalMaxPool2dWithIndices: FractionalMaxPoolWithIndices =
  fractionalMaxPoolWithIndices('fractionalMaxPool2dWithIndices', 2)

/** {@link fractionalMaxPool3d} and the indices. `torch.nn.functional.fractional_max_pool3d_with_indices` */
export const fractionalMaxPool3dWithIndices: FractionalMaxPoolWithIndices =
  fractionalMaxPoolWithIndices('fractionalMaxPool3dWithIndices', 3)
