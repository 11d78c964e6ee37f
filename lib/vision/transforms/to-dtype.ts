import { checkBoolean, checkOneOf, checkOptions, fail } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'
import { defineTransform } from './transform.js'

/** The largest value of each integer type an image may have. */
const MAX_VALUE = {
  uint8: 0xff,
  int8: 0x7f,
  uint16: 0xffff,
  int16: 0x7fff,
  int32: 0x7fffffff,
  int64: 2 ** 63,
} as const

/** How many bits hold the values of each integer type: all but the sign's. */
const VALUE_BITS = { uint8: 8, int8: 7, uint16: 16, int16: 15, int32: 31, int64: 63 } as const

const FLOATS = ['float16', 'bfloat16', 'float32', 'float64'] as const

type IntegerType = keyof typeof MAX_VALUE
type FloatType = (typeof FLOATS)[number]

/** The element types of images. */
export type ImageDType = IntegerType | FloatType

const TYPES = [...(Object.keys(MAX_VALUE) as IntegerType[]), ...FLOATS]

const isInteger = (dtype: string): dtype is IntegerType => Object.hasOwn(MAX_VALUE, dtype)

/** Whether the values of an image are floating-point numbers. */
export const isFloat = (image: Tensor): boolean => image.dtype.includes('float')

/** How many bits hold a value of the integer type `dtype`. */
export function valueBits(where: string, dtype: string): number {
  if (!isInteger(dtype))
    fail(where, 'image', 'a tensor of integers or floating-point numbers', dtype)
  return VALUE_BITS[dtype]
}

/** The value of white: 1 for floating-point images, else the largest of the type. */
export function maxValue(dtype: string): number {
  return isInteger(dtype) ? MAX_VALUE[dtype] : 1
}

/** Options of {@link toDtype}. */
export interface ToDtypeOptions {
  /** Whether values are scaled so that white stays white. Default false. */
  scale?: boolean
}

/**
 * Changes the element type of an image (torchvision v2 `ToDtype`).
 *
 * With `scale: true` floating-point images have values from 0 to 1 and integer images from 0 to the
 * largest of their type.
 *
 * @throws RangeError when the values cannot be kept: float32 to int32 or int64, float64 to int64
 */
export const toDtype = defineTransform(
  'toDtype',
  (dtype: ImageDType, options?: ToDtypeOptions) => {
    const { scale = false } = checkOptions('transforms.toDtype', options, ['scale'])
    checkBoolean('transforms.toDtype', 'scale', scale)
    return { dtype: checkOneOf('transforms.toDtype', 'dtype', dtype, TYPES), scale }
  },
  (image, { dtype, scale }) => (scale ? scaled(image, dtype) : image.to(dtype)),
)

/** As {@link toDtype} with `scale: true` (torchvision `ConvertImageDtype`, R `transform_convert_image_dtype`). */
export const convertImageDtype = defineTransform(
  'convertImageDtype',
  (dtype: ImageDType = 'float32') => ({
    dtype: checkOneOf('transforms.convertImageDtype', 'dtype', dtype, TYPES),
  }),
  (image, { dtype }) => scaled(image, dtype),
)

/** An image in another type, white as white. */
export function scaled(image: Tensor, dtype: ImageDType): Tensor {
  const from = image.dtype
  if (from === dtype) return image
  if (!isInteger(from)) return isInteger(dtype) ? quantized(image, dtype) : image.to(dtype)
  if (!isInteger(dtype)) return image.to(dtype).mul_(1 / MAX_VALUE[from])
  const shift = VALUE_BITS[dtype] - VALUE_BITS[from]
  // Shifts are not defined for uint16.
  if (from === 'uint16' || dtype === 'uint16') {
    return shift < 0 ? image.div(2 ** -shift).to(dtype) : image.to(dtype).mul(2 ** shift)
  }
  return shift < 0
    ? image.bitwiseRightShift(-shift).to(dtype)
    : image.to(dtype).bitwiseLeftShift_(shift)
}

function quantized(image: Tensor, dtype: IntegerType): Tensor {
  const unsafe =
    (image.dtype === 'float32' && (dtype === 'int32' || dtype === 'int64')) ||
    (image.dtype === 'float64' && dtype === 'int64')
  if (unsafe) {
    throw new RangeError(
      `transforms.toDtype: ${image.dtype} to ${dtype} loses values; go by way of another type`,
    )
  }
  // Not quite one more than the largest value: then every integer has an equal share of 0 ... 1.
  return image.mul(MAX_VALUE[dtype] + 1 - 1e-3).to(dtype)
}
