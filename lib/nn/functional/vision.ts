// Sampling of images, and their blocks as columns.

import { checkBoolean, checkOneOf, fail } from '../../check.js'
import { NotImplementedError } from '../../errors.js'
import type { Tensor } from '../../torch/tensor.js'
import { warnOnce } from '../../warn.js'
import { checkTensor, operator, type Rest, read, type Sizes, shapeText } from './call.js'

const MODES = ['bilinear', 'nearest', 'bicubic'] as const
const PADDING_MODES = ['zeros', 'border', 'reflection'] as const

/** Options of {@link gridSample}. */
export interface GridSampleOptions {
  /** How to read between pixels, `'bilinear'` by default. */
  mode?: (typeof MODES)[number]
  /** What lies outside, `'zeros'` by default. */
  paddingMode?: (typeof PADDING_MODES)[number]
  /** −1 and 1 are the centres of the corner pixels; otherwise (the default) the image's edges. */
  alignCorners?: boolean | null
}

function checkAlignCorners(where: string, value: boolean | null): boolean {
  if (value !== null) return checkBoolean(where, 'alignCorners', value)
  warnOnce(`${where}: alignCorners is false where it is not given, since PyTorch 1.3`)
  return false
}

const sample = operator<
  (input: Tensor, grid: Tensor, mode: number, paddingMode: number, alignCorners: boolean) => Tensor
>('gridSample', 'grid_sampler')

/**
 * Reads an image at places given as x, y in [−1, 1].
 * `torch.nn.functional.grid_sample(input, grid, mode='bilinear', padding_mode='zeros', align_corners=None)`
 *
 * @param input [N, C, H, W] or [N, C, D, H, W]
 * @param grid [N, H', W', 2] or [N, D', H', W', 3]
 * @returns [N, C, H', W'] or [N, C, D', H', W']
 */
export function gridSample(
  input: Tensor,
  grid: Tensor,
  ...rest: Rest<
    GridSampleOptions,
    [
      mode?: (typeof MODES)[number],
      paddingMode?: (typeof PADDING_MODES)[number],
      alignCorners?: boolean | null,
    ]
  >
): Tensor {
  const where = 'gridSample'
  const [mode = 'bilinear', paddingMode = 'zeros', alignCorners = null] = read<
    [(typeof MODES)[number], (typeof PADDING_MODES)[number], boolean | null]
  >(where, ['mode', 'paddingMode', 'alignCorners'], rest)
  return sample(
    input,
    grid,
    MODES.indexOf(checkOneOf(where, 'mode', mode, MODES)),
    PADDING_MODES.indexOf(checkOneOf(where, 'paddingMode', paddingMode, PADDING_MODES)),
    checkAlignCorners(where, alignCorners),
  )
}

/** Options of {@link affineGrid}. */
export interface AffineGridOptions {
  /** Size of the image to sample to, [N, C, H, W] or [N, C, D, H, W]. */
  size: readonly number[]
  /** −1 and 1 are the centres of the corner pixels; otherwise (the default) the image's edges. */
  alignCorners?: boolean | null
}

const affine = operator<(theta: Tensor, size: readonly number[], alignCorners: boolean) => Tensor>(
  'affineGrid',
  'affine_grid_generator',
)

/**
 * The places to sample for an affine map, for {@link gridSample}.
 * `torch.nn.functional.affine_grid(theta, size, align_corners=None)`
 *
 * @param theta affine matrices, [N, 2, 3] or [N, 3, 4]
 * @returns [N, H, W, 2] or [N, D, H, W, 3]
 */
export function affineGrid(
  theta: Tensor,
  ...rest: Rest<AffineGridOptions, [size: readonly number[], alignCorners?: boolean | null]>
): Tensor {
  const where = 'affineGrid'
  const [size, alignCorners = null] = read<[readonly number[], boolean | null]>(
    where,
    ['size', 'alignCorners'],
    rest,
  )
  const align = checkAlignCorners(where, alignCorners)
  if (!checkTensor(where, 'theta', theta).isFloatingPoint()) {
    throw new RangeError(`${where}: expected a floating-point dtype for theta, got ${theta.dtype}`)
  }
  if (!Array.isArray(size)) fail(where, 'size', 'an array of integers', size)
  const shape: readonly number[] = size
  if (shape.length !== 4 && shape.length !== 5) {
    throw new NotImplementedError(
      `${where}: expected 4 or 5 integers for size, got ${shapeText(shape)}`,
    )
  }
  const dims = shape.length - 2
  const { shape: got } = theta
  if (got.length !== 3 || got[1] !== dims || got[2] !== dims + 1) {
    throw new RangeError(
      `${where}: expected the shape [N, ${dims}, ${dims + 1}] for theta, got ${shapeText(got)}`,
    )
  }
  if (align && Math.min(...shape.slice(2)) === 1) {
    warnOnce(
      `${where}: with alignCorners, a dimension of size 1 is sampled at its centre since PyTorch 1.3`,
    )
  } else if (Math.min(...shape) <= 0) {
    throw new RangeError(`${where}: expected positive integers for size, got ${shapeText(shape)}`)
  }
  return affine(theta, shape, align)
}

/** Options of {@link unfold}. */
export interface UnfoldOptions {
  /** Size of a block. */
  kernelSize: Sizes
  /** Distance between the elements of a block, 1 by default. */
  dilation?: Sizes
  /** Zeros around the image, 0 by default. */
  padding?: Sizes
  /** Step from block to block, 1 by default. */
  stride?: Sizes
}

const columns = operator<
  (input: Tensor, kernelSize: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes) => Tensor
>('unfold', 'im2col')

/**
 * Sliding blocks of [N, C, H, W] as columns, [N, C · block size, number of blocks].
 * `torch.nn.functional.unfold(input, kernel_size, dilation=1, padding=0, stride=1)`
 */
export function unfold(
  input: Tensor,
  ...rest: Rest<
    UnfoldOptions,
    [kernelSize: Sizes, dilation?: Sizes, padding?: Sizes, stride?: Sizes]
  >
): Tensor {
  const names = ['kernelSize', 'dilation', 'padding', 'stride']
  const [kernelSize, dilation = 1, padding = 0, stride = 1] = read<[Sizes, Sizes, Sizes, Sizes]>(
    'unfold',
    names,
    rest,
  )
  return columns(input, kernelSize as Sizes, dilation, padding, stride)
}

/** Options of {@link fold}. */
export interface FoldOptions extends UnfoldOptions {
  /** Size of the image, [H, W]. */
  outputSize: Sizes
}

const image = operator<
  (
    input: Tensor,
    outputSize: Sizes,
    kernelSize: Sizes,
    dilation: Sizes,
    padding: Sizes,
    stride: Sizes,
  ) => Tensor
>('fold', 'col2im')

/**
 * The sum of blocks, given as columns [N, C · block size, number of blocks], where they overlap: [N, C, H, W].
 * `torch.nn.functional.fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1)`
 */
export function fold(
  input: Tensor,
  ...rest: Rest<
    FoldOptions,
    [outputSize: Sizes, kernelSize: Sizes, dilation?: Sizes, padding?: Sizes, stride?: Sizes]
  >
): Tensor {
  const names = ['outputSize', 'kernelSize', 'dilation', 'padding', 'stride']
  const [outputSize, kernelSize, dilation = 1, padding = 0, stride = 1] = read<
    [Sizes, Sizes, Sizes, Sizes, Sizes]
  >('fold', names, rest)
  return image(input, outputSize as Sizes, kernelSize as Sizes, dilation, padding, stride)
}
