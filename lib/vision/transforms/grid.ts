// Reading an image at computed places: what rotation, affine maps, perspective and elastic deformation
// share. The order of the operations is torchvision's: it decides the last bit.

import { checkOneOf } from '../../check.js'
import { functional } from '../../nn/functional/index.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import type { DType } from '../../torch/types.js'
import { checkFill, checkFillOf, type Fill } from './fill.js'

const MODES = ['nearest', 'bilinear'] as const

/** How pixels between pixels are computed where an image is deformed. */
export type GridInterpolation = (typeof MODES)[number]

/** Options of all transforms that deform an image. */
export interface DeformOptions {
  interpolation?: GridInterpolation
  /**
   * The value of what comes from outside of the image, one or one per channel. `null`, which is no
   * fill in Python, is black, too; bilinear, the border then fades to it once rather than twice.
   */
  fill?: Fill
}

/** What is left of {@link DeformOptions} once they are checked. */
export interface DeformSettings {
  readonly interpolation: GridInterpolation
  readonly fill: readonly number[] | null
}

/** @throws TypeError when an option is wrong */
export function checkDeform(
  where: string,
  { interpolation, fill }: DeformOptions,
  defaults: { interpolation: GridInterpolation; fill: number | null },
): DeformSettings {
  return {
    interpolation: checkOneOf(
      where,
      'interpolation',
      interpolation ?? defaults.interpolation,
      MODES,
    ),
    fill: checkFill(where, fill === undefined ? defaults.fill : fill),
  }
}

/** The type in which places in an image are computed. */
export const gridDtype = (image: Tensor): DType =>
  image.isFloatingPoint() ? image.dtype : 'float32'

/**
 * A grid [1, height, width, 2 or 3] of pixels: x of each column, y of each row, and perhaps 1 for
 * multiplication with matrices that move.
 */
export function baseGrid(x: Tensor, y: Tensor, last: 2 | 3, { dtype, device }: Tensor): Tensor {
  const grid = torch.empty([1, y.numel(), x.numel(), last], { dtype, device })
  grid.select(-1, 0).copy_(x)
  grid.select(-1, 1).copy_(y.unsqueeze(-1))
  if (last === 3) grid.select(-1, 2).fill_(1)
  return grid
}

/**
 * Reads an image [..., C, H, W] at the places of a grid [1, H', W', 2], for all images of a batch alike.
 */
export function sampleGrid(
  where: string,
  image: Tensor,
  grid: Tensor,
  { interpolation: mode, fill }: DeformSettings,
): Tensor {
  checkFillOf(where, image, fill)
  const [channels, height, width] = image.shape.slice(-3) as [number, number, number]
  const shape = [...image.shape.slice(0, -2), grid.size(1), grid.size(2)]
  if (image.numel() === 0) return image.reshape(shape)
  const batch = image.reshape([-1, channels, height, width])
  const count = batch.size(0)
  const pixels = batch.to(grid.dtype)
  const places = count > 1 ? grid.expand([count, -1, -1, -1]) : grid
  const sample = (source: Tensor): Tensor =>
    functional.gridSample(source, places, { mode, paddingMode: 'zeros', alignCorners: false })
  const sampled = fill === null ? sample(pixels) : filled(pixels, sample, mode, fill)
  const isFloat = image.dtype === grid.dtype
  return (isFloat ? sampled : sampled.round_().to(image.dtype)).reshape(shape)
}

/** Samples with one more channel of ones: what it has lost came from outside. */
function filled(
  pixels: Tensor,
  sample: (source: Tensor) => Tensor,
  mode: GridInterpolation,
  fill: readonly number[],
): Tensor {
  const { dtype, device } = pixels
  const [count, channels, height, width] = pixels.shape as [number, number, number, number]
  const ones = torch.ones([count, 1, height, width], { dtype, device })
  const sampled = sample(torch.cat([pixels, ones], 1))
  const image = sampled.narrow(1, 0, channels)
  const inside = sampled.narrow(1, channels, 1).expandAs(image)
  const colour = torch.tensor([...fill], { dtype, device }).reshape([1, -1, 1, 1])
  return mode === 'nearest'
    ? torch.where(inside.lt(0.5), colour.expandAs(image), image)
    : // Not in place: autograd needs `inside`, which lies in the same memory.
      image.sub(colour).mul_(inside).add_(colour)
}
