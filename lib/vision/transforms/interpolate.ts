import { checkBoolean, checkOneOf } from '../../check.js'
import { NotImplementedError } from '../../errors.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import type { DType } from '../../torch/types.js'
import { imageSize } from './transform.js'

const MODES = ['bilinear', 'bicubic', 'lanczos', 'nearest', 'nearest-exact'] as const

/** The modes that weigh several pixels. */
const SMOOTH: readonly string[] = ['bilinear', 'bicubic', 'lanczos']

/** How pixels between pixels are computed. */
export type Interpolation = (typeof MODES)[number]

/** Options of all transforms that resize. */
export interface InterpolationOptions {
  /** Default `'bilinear'`. `'lanczos'` is for the CPU, and only with `antialias`. */
  interpolation?: Interpolation
  /** Whether shrinking averages all pixels that fall together; not for nearest. Default true. */
  antialias?: boolean
}

/** @throws TypeError when an option is wrong */
export function checkInterpolation(
  where: string,
  { interpolation = 'bilinear', antialias = true }: InterpolationOptions,
): Required<InterpolationOptions> {
  checkOneOf(where, 'interpolation', interpolation, MODES)
  checkBoolean(where, 'antialias', antialias)
  if (interpolation === 'lanczos' && !antialias) {
    throw new TypeError(`${where}: an interpolation of 'lanczos' goes with antialias: true`)
  }
  return { interpolation, antialias }
}

/** Resizes an image [..., C, H, W] to exactly `height` x `width`; the image itself if it has that size. */
export function interpolate(
  where: string,
  image: Tensor,
  [height, width]: readonly [number, number],
  { interpolation, antialias }: Required<InterpolationOptions>,
): Tensor {
  const from = imageSize(image)
  if (from.height === height && from.width === width) return image
  if (height === 0 || width === 0 || from.height === 0 || from.width === 0) {
    throw new RangeError(
      `${where}: expected sizes above 0, got ${from.height} x ${from.width} to ${height} x ${width}`,
    )
  }
  const shape = [...image.shape.slice(0, -2), height, width]
  if (image.numel() === 0) return image.reshape(shape)
  const { dtype } = image
  const direct = dtype === 'float32' || dtype === 'float64' || keepsBytes(image, interpolation)
  const source = direct ? asBatch(image) : asBatch(image).to('float32')
  const resized = kernel(source, [height, width], interpolation, antialias)
  return (direct ? resized : restored(resized, dtype, interpolation)).reshape(shape)
}

/**
 * The image as [N, C, H, W]. One whose channels lie together in memory stays so: as a batch of one it
 * needs the stride that ATen tells that by.
 */
function asBatch(image: Tensor): Tensor {
  const { channels, height, width } = imageSize(image)
  const batch = image.reshape([-1, channels, height, width])
  const strides = batch.stride()
  const isOne = batch.size(0) === 1 && strides[0] !== image.numel()
  if (!isOne || !batch.isContiguous({ memoryFormat: 'channels_last' })) return batch
  return batch.asStrided(batch.shape, [image.numel(), ...strides.slice(1)])
}

/** Types without a kernel of their own go through float32; the smaller floats and bool are cut, not rounded. */
function restored(resized: Tensor, dtype: DType, interpolation: Interpolation): Tensor {
  const values =
    // Some weights are negative, and so may be results.
    dtype === 'uint8' && interpolation !== 'bilinear' ? resized.clamp_(0, 255) : resized
  return (ROUNDED.includes(dtype) ? values.round_() : values).to(dtype)
}

/** What torchvision rounds. */
const ROUNDED: readonly string[] = ['uint8', 'int8', 'int16', 'int32', 'int64']

/**
 * ATen resizes bytes with integer weights on the CPU, with the same result on every CPU; on other
 * devices it has byte kernels for nearest only. (torchvision goes through float32 on x86 CPUs
 * without AVX2, and differs there by at most 1.)
 */
function keepsBytes(image: Tensor, interpolation: Interpolation): boolean {
  return image.dtype === 'uint8' && (!SMOOTH.includes(interpolation) || image.device === 'cpu')
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
    case 'lanczos':
      return upsample('_upsample_lanczos2d_aa', batch, size, false, null)
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
