import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkProbability, randomly } from './randomly.js'
import { isFloat, valueBits } from './to-dtype.js'
import { defineTransform } from './transform.js'

/** The negative of an image. */
export function inverted(where: string, image: Tensor): Tensor {
  if (isFloat(image)) return torch.rsub(image, 1)
  if (image.dtype === 'uint8') return image.bitwiseNot()
  // The sign of a signed integer stays.
  return image.bitwiseXor((1n << BigInt(valueBits(where, image.dtype))) - 1n)
}

/** The negative of an image: white becomes black (torchvision `invert`). */
export const invert = defineTransform(
  'invert',
  () => ({}),
  (image) => inverted('transforms.invert', image),
)

/** Makes an image its negative with probability `p` (torchvision `RandomInvert`). */
export const randomInvert = defineTransform(
  'randomInvert',
  (p?: number) => checkProbability('randomInvert', p),
  (image, { p }) => randomly(p, image, () => inverted('transforms.randomInvert', image)),
)
