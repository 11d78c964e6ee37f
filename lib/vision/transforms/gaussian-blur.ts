import { checkInteger, checkNumber, checkOptions, fail, failRange } from '../../check.js'
import { nextRandom } from '../../data/random.js'
import { functional } from '../../nn/functional/index.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import type { DType } from '../../torch/types.js'
import { gridDtype } from './grid.js'
import { checkRange, type Range } from './range.js'
import { defineTransform, imageSize } from './transform.js'

type Pair = readonly [x: number, y: number]

/** Pixels: one odd number, or one across and one down. */
export type KernelSize = number | readonly [number] | Pair

/** Options of {@link gaussianBlur}. */
export interface GaussianBlurOptions {
  /** Standard deviation in pixels, or one across and one down. Default 0.15 of the kernel's size + 0.35. */
  sigma?: number | readonly [number] | Pair
}

/**
 * Blurs an image, which is mirrored at its borders (torchvision v2 `gaussian_blur`).
 *
 * @param kernelSize - odd; less than twice the size of the image
 */
export const gaussianBlur = defineTransform(
  'gaussianBlur',
  (kernelSize: KernelSize, options?: GaussianBlurOptions) => {
    const where = 'transforms.gaussianBlur'
    const size = checkKernelSize(where, kernelSize)
    const { sigma = [size[0] * 0.15 + 0.35, size[1] * 0.15 + 0.35] } = checkOptions(
      where,
      options,
      ['sigma'],
    )
    return { kernelSize: size, sigma: checkSigma(where, sigma) }
  },
  (image, { kernelSize, sigma }) => blur('transforms.gaussianBlur', image, kernelSize, sigma),
)

/** Options of {@link randomGaussianBlur}. */
export interface RandomGaussianBlurOptions {
  /** Standard deviation in pixels, [min, max], or one number for always the same. Default [0.1, 2]. */
  sigma?: number | Range
}

/**
 * Blurs an image by a random amount (torchvision `GaussianBlur`, the class).
 *
 * @param kernelSize - odd; less than twice the size of the image
 */
export const randomGaussianBlur = defineTransform(
  'randomGaussianBlur',
  (kernelSize: KernelSize, options?: RandomGaussianBlurOptions) => {
    const where = 'transforms.randomGaussianBlur'
    const { sigma = [0.1, 2] } = checkOptions(where, options, ['sigma'])
    const range = typeof sigma === 'number' ? ([sigma, sigma] as const) : sigma
    return {
      kernelSize: checkKernelSize(where, kernelSize),
      sigma: checkRange(where, 'sigma', range, { above: 0 }),
    }
  },
  (image, { kernelSize, sigma }) => {
    const drawn = nextRandom().uniform(...sigma)
    return blur('transforms.randomGaussianBlur', image, kernelSize, [drawn, drawn])
  },
)

function checkKernelSize(where: string, size: KernelSize): Pair {
  const sizes: readonly unknown[] = Array.isArray(size) ? size : [size]
  if (sizes.length < 1 || sizes.length > 2) {
    fail(where, 'kernelSize', 'an odd integer or [x, y]', size)
  }
  const [x, y = x] = sizes.map((value) => {
    const odd = checkInteger(where, 'kernelSize', value, { min: 1 })
    if (odd % 2 === 0) failRange(where, 'kernelSize', 'an odd integer', odd)
    return odd
  })
  return [x as number, y as number]
}

function checkSigma(where: string, sigma: NonNullable<GaussianBlurOptions['sigma']>): Pair {
  const values: readonly unknown[] = Array.isArray(sigma) ? sigma : [sigma]
  if (values.length < 1 || values.length > 2) fail(where, 'sigma', 'a number or [x, y]', sigma)
  const [x, y = x] = values.map((value) => checkNumber(where, 'sigma', value, { above: 0 }))
  return [x as number, y as number]
}

/** The work of {@link gaussianBlur}, once its settings are checked. */
export function blur(where: string, image: Tensor, [kx, ky]: Pair, [sx, sy]: Pair): Tensor {
  if (image.numel() === 0) return image
  const { channels, height, width } = imageSize(image)
  const [right, down] = [Math.floor(kx / 2), Math.floor(ky / 2)]
  if (right >= width || down >= height) {
    throw new RangeError(
      `${where}: a kernel of ${kx} x ${ky} (across x down) is too large for an image of ${width} x ${height}: it reaches beyond its mirror image`,
    )
  }
  const dtype = gridDtype(image)
  const kernel = gaussian(ky, sy, dtype, image)
    .unsqueeze(-1)
    .mul(gaussian(kx, sx, dtype, image))
  const batch = image.reshape([-1, channels, height, width])
  const padded = functional.pad(batch.to(dtype), [right, right, down, down], 'reflect')
  const blurred = torch.conv2d(padded, kernel.expand([channels, 1, -1, -1]), { groups: channels })
  const result = blurred.reshape(image.shape)
  return image.dtype === dtype ? result : result.round_().to(image.dtype)
}

/** The bell curve on `size` pixels; its sum is 1. */
function gaussian(size: number, sigma: number, dtype: DType, { device }: Tensor): Tensor {
  // torchvision counts in units of sqrt(2), which takes the 2 out of the exponent.
  const end = (size - 1) / (2 * Math.sqrt(2))
  return torch.linspace(-end, end, size, { dtype, device }).div(sigma).pow(2).neg().softmax(0)
}
