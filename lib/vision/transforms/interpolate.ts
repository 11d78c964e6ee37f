import { checkBoolean, checkOneOf } from '../../check.js'
import { NotImplementedError } from '../../errors.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { imageSize } from './transform.js'

const MODES = ['bilinear', 'bicubic', 'nearest', 'nearest-exact'] as const

/** How pixels between pixels are computed. */
export type Interpolation = (typeof MODES)[number]

/** Options of all transforms that resize. */
export interface InterpolationOptions {
  /** Default `'bilinear'`. */
  interpolation?: Interpolation
  /** Whether shrinking averages all pixels that fall together; for bilinear and bicubic. Default true. */
  antialias?: boolean
}

/** @throws TypeError when an option is wrong */
export function checkInterpolation(
  where: string,
  { interpolation = 'bilinear', antialias = true }: InterpolationOptions,
): Required<InterpolationOptions> {
  return {
    interpolation: checkOneOf(where, 'interpolation', interpolation, MODES),
    antialias: checkBoolean(where, 'antialias', antialias),
  }
}

/** Resizes an image [..., C, H, W] to exactly `height` x `width`; the image itself if it has that size. */
export function interpolate(
  image: Tensor,
  [height, width]: readonly [number, number],
  { interpolation, antialias }: Required<InterpolationOptions>,
): Tensor {
  const from = imageSize(image)
  if (from.height === height && from.width === width) return image
  const batch = image.reshape([-1, from.channels, from.height, from.width])
  const { dtype } = image
  const smooth = interpolation === 'bilinear' || interpolation === 'bicubic'
  const direct = dtype === 'float32' || dtype === 'float64' || keepsBytes(image, smooth)
  let resized = kernel(
    direct ? batch : batch.to('float32'),
    [height, width],
    interpolation,
    antialias,
  )
  if (!direct) {
    // Bicubic weights are negative in places, and so may be its results.
    if (interpolation === 'bicubic' && dtype === 'uint8') resized = resized.clamp_(0, 255)
    const integer = dtype !== 'float16' && dtype !== 'bfloat16'
    resized = (integer ? resized.round_() : resized).to(dtype)
  }
  return resized.reshape([...image.shape.slice(0, -2), height, width])
}

/**
 * ATen resizes bytes with integer weights on the CPU, with the same result on every CPU; on other
 * devices it has byte kernels for nearest only. (torchvision goes through float32 on x86 CPUs
 * without AVX2, and differs there by at most 1.)
 */
function keepsBytes(image: Tensor, smooth: boolean): boolean {
  return image.dtype === 'uint8' && (!smooth || image.device === 'cpu')
}

function kernel(
  batch: Tensor,
  size: readonly [number, number],
  interpolation: Interpolation,
  antialias: boolean,
): Tensor {
  switch (interpolation) {
    case 'bilinear':
      return antialias
        ? upsample('_upsample_bilinear2d_aa', batch, size, false, null)
        : upsample('upsample_bilinear2d', batch, size, false, null)
    case 'bicubic':
      return antialias
        ? upsample('_upsample_bicubic2d_aa', batch, size, false, null)
        : upsample('upsample_bicubic2d', batch, size, false, null)
    case 'nearest':
      return upsample('upsample_nearest2d', batch, size, null)
    case 'nearest-exact':
      return upsample('_upsample_nearest_exact2d', batch, size, null)
  }
}

/** Calls an ATen operator by the overload that takes an output size. */
function upsample(name: string, ...values: readonly unknown[]): Tensor {
  const operator = torch.ops.aten?.[name]?.vec
  if (operator === undefined)
    throw new NotImplementedError(`this libtorch has no aten::${name}.vec`)
  return operator(...values) as Tensor
}
