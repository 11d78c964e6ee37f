// Norms over windows.

import type { Tensor } from '../../torch/tensor.js'
import { checkFloat, checkTensor, operator, type Rest, read, type Sizes } from './call.js'
import type { MaxPoolOperator } from './max-pooling.js'

/** Options of {@link lpPool1d} and its kin. */
export interface LpPoolOptions {
  /** Which norm, an exponent or ±Infinity. */
  normType: number
  /** Size of the window. */
  kernelSize: Sizes
  /** Step of the window, its size by default. */
  stride?: Sizes | null
  /** Keep a last window that is not full. */
  ceilMode?: boolean
}

type LpPool = (
  input: Tensor,
  ...rest: Rest<
    LpPoolOptions,
    [normType: number, kernelSize: Sizes, stride?: Sizes | null, ceilMode?: boolean]
  >
) => Tensor

type Average = (
  input: Tensor,
  kernelSize: Sizes,
  stride: Sizes | null,
  padding: Sizes,
  ceilMode: boolean,
) => Tensor

/** Elements of a window: the product of its sizes. */
function windowLength(kernelSize: Sizes, dims: number): number {
  if (typeof kernelSize === 'object') {
    return kernelSize.reduce<number>((product, size) => product * Number(size), 1)
  }
  return Number(kernelSize) ** dims
}

function lpPool(where: string, dims: 1 | 2 | 3): LpPool {
  const average = operator<Average>(where, `avg_pool${dims}d`)
  const maximum = operator<MaxPoolOperator<Tensor>>(where, `max_pool${dims}d`)
  return (input, ...rest) => {
    const names = ['normType', 'kernelSize', 'stride', 'ceilMode']
    const [givenNorm, kernelSize, stride = null, ceilMode = false] = read<
      [number, Sizes, Sizes | null, boolean]
    >(where, names, rest) as [number, Sizes, Sizes | null | undefined, boolean | undefined]
    checkTensor(where, 'input', input)
    const normType = checkFloat(where, 'normType', givenNorm)
    if (normType === Number.POSITIVE_INFINITY) {
      return maximum(input.abs(), kernelSize, stride, 0, 1, ceilMode)
    }
    if (normType === Number.NEGATIVE_INFINITY) {
      return maximum(input.abs().neg(), kernelSize, stride, 0, 1, ceilMode).neg()
    }
    const mean = average(input.pow(normType), kernelSize, stride, 0, ceilMode)
    return mean
      .sign()
      .mul(mean.abs().relu())
      .mul(windowLength(kernelSize, dims))
      .pow(1 / normType)
  }
}

/**
 * The p-norm over windows of [N, C, L] or [C, L].
 * `torch.nn.functional.lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False)`
 */
export const lpPool1d: LpPool = lpPool('lpPool1d', 1)

/**
 * The p-norm over windows of [N, C, H, W] or [C, H, W].
 * `torch.nn.functional.lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False)`
 */
export const lpPool2d: LpPool = lpPool('lpPool2d', 2)

/**
 * The p-norm over windows of [N, C, D, H, W] or [C, D, H, W].
 * `torch.nn.functional.lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False)`
 */
export const lpPool3d: LpPool = lpPool('lpPool3d', 3)
