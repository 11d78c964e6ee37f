// Maxima put back where they were found.

import { checkInteger, fail } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkTensor, operator, type Rest, read, type Sizes, shapeText } from './call.js'

/** Options of {@link maxUnpool1d} and its kin. */
export interface MaxUnpoolOptions {
  /** Size of the window that was pooled with. */
  kernelSize: Sizes
  /** Step of that window, its size by default. */
  stride?: Sizes | null
  /** Padding of that pooling. */
  padding?: Sizes
  /** Size of the output, with or without its first two dimensions; where several were pooled to this input. */
  outputSize?: readonly number[] | null
}

type MaxUnpool = (
  input: Tensor,
  indices: Tensor,
  ...rest: Rest<
    MaxUnpoolOptions,
    [
      kernelSize: Sizes,
      stride?: Sizes | null,
      padding?: Sizes,
      outputSize?: readonly number[] | null,
    ]
  >
) => Tensor

const NAMES = ['kernelSize', 'stride', 'padding', 'outputSize']

/** One integer for each of `dims` dimensions. */
function perDimension(where: string, param: string, value: unknown, dims: number): number[] {
  const check = (size: unknown): number =>
    checkInteger(where, param, typeof size === 'bigint' ? Number(size) : size)
  if (!Array.isArray(value)) return new Array<number>(dims).fill(check(value))
  if (value.length !== dims) fail(where, param, `one or ${dims} integers`, value)
  return value.map(check)
}

interface Window {
  readonly size: readonly number[]
  readonly stride: readonly number[]
  readonly padding: readonly number[]
}

/** The spatial size of the output: as asked for if pooling it can have given the input, else the least. */
function unpooledSize(
  where: string,
  input: Tensor,
  { size, stride, padding }: Window,
  wanted: readonly number[] | null,
): readonly number[] {
  const dims = size.length
  const offset = input.dim() - dims
  const least = size.map((kernel, d) => {
    const pooled = input.shape[offset + d] as number
    return (pooled - 1) * (stride[d] as number) + kernel - 2 * (padding[d] as number)
  })
  if (wanted === null) return checkNotNegative(where, least)
  if (!Array.isArray(wanted) || (wanted.length !== dims && wanted.length !== dims + 2)) {
    fail(where, 'outputSize', `${dims} or ${dims + 2} integers`, wanted)
  }
  const spatial: readonly number[] = wanted.length === dims ? wanted : wanted.slice(2)
  spatial.forEach((value, d) => {
    const middle = least[d] as number
    const reach = stride[d] as number
    if (!(value > middle - reach && value < middle + reach)) {
      throw new RangeError(
        `${where}: expected outputSize between ${middle - reach} and ${middle + reach} ` +
          `(exclusive) in dimension ${d}, got ${value}`,
      )
    }
  })
  return checkNotNegative(where, spatial)
}

function checkNotNegative(where: string, size: readonly number[]): readonly number[] {
  if (size.some((value) => value < 0)) {
    throw new RangeError(`${where}: the output would have the size ${shapeText(size)}`)
  }
  return size
}

function maxUnpool(
  where: string,
  dims: 1 | 2 | 3,
  run: (input: Tensor, indices: Tensor, size: readonly number[], window: Window) => Tensor,
): MaxUnpool {
  return (input, indices, ...rest) => {
    const [kernelSize, stride = null, padding = 0, outputSize = null] = read<
      [Sizes, Sizes | null, Sizes, readonly number[] | null]
    >(where, NAMES, rest)
    if (checkTensor(where, 'input', input).dim() <= dims) {
      throw new RangeError(
        `${where}: expected at least ${dims + 1} dimensions for input, got ${input.dim()}`,
      )
    }
    checkTensor(where, 'indices', indices)
    const size = perDimension(where, 'kernelSize', kernelSize, dims)
    const window = {
      size,
      stride: stride === null ? size : perDimension(where, 'stride', stride, dims),
      padding: perDimension(where, 'padding', padding, dims),
    }
    return run(input, indices, unpooledSize(where, input, window, outputSize), window)
  }
}

type Unpool2d = (input: Tensor, indices: Tensor, size: readonly number[]) => Tensor
const unpool1d = operator<Unpool2d>('maxUnpool1d', 'max_unpool2d')
const unpool2d = operator<Unpool2d>('maxUnpool2d', 'max_unpool2d')
const unpool3d = operator<
  (
    input: Tensor,
    indices: Tensor,
    size: readonly number[],
    stride: readonly number[],
    padding: readonly number[],
  ) => Tensor
>('maxUnpool3d', 'max_unpool3d')

/**
 * Undoes `maxPool1d`: maxima go to where they were, all else is 0.
 * `torch.nn.functional.max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None)`
 *
 * @throws RangeError for an outputSize that cannot have been pooled to the input
 */
export const maxUnpool1d: MaxUnpool = maxUnpool('maxUnpool1d', 1, (input, indices, size) =>
  unpool1d(input.unsqueeze(-1), indices.unsqueeze(-1), [...size, 1]).squeeze(-1),
)

/**
 * Undoes `maxPool2d`: maxima go to where they were, all else is 0.
 * `torch.nn.functional.max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None)`
 *
 * @throws RangeError for an outputSize that cannot have been pooled to the input
 */
export const maxUnpool2d: MaxUnpool = maxUnpool('maxUnpool2d', 2, (input, indices, size) =>
  unpool2d(input, indices, size),
)

/**
 * Undoes `maxPool3d`: maxima go to where they were, all else is 0.
 * `torch.nn.functional.max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None)`
 *
 * @throws RangeError for an outputSize that cannot have been pooled to the input
 */
export const maxUnpool3d: MaxUnpool = maxUnpool('maxUnpool3d', 3, (input, indices, size, window) =>
  unpool3d(input, indices, size, window.stride, window.padding),
)
