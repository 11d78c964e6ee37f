import { checkInteger } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkProbability, randomly } from './randomly.js'
import { isFloat, valueBits } from './to-dtype.js'
import { defineTransform } from './transform.js'

const checkBits = (name: string, bits: number): { bits: number } => ({
  bits: checkInteger(`transforms.${name}`, 'bits', bits, { min: 0, max: 8 }),
})

function posterized(name: string, image: Tensor, bits: number): Tensor {
  const levels = 1 << bits
  if (isFloat(image)) {
    return image
      .mul(levels)
      .floor_()
      .clamp_(0, levels - 1)
      .mul_(1 / levels)
  }
  const all = valueBits(`transforms.${name}`, image.dtype)
  if (bits >= all) return image
  return image.bitwiseAnd(BigInt(levels - 1) << BigInt(all - bits))
}

/** Keeps the first `bits` bits, 0 ... 8, of every value (torchvision `posterize`). */
export const posterize = defineTransform(
  'posterize',
  (bits: number) => checkBits('posterize', bits),
  (image, { bits }) => posterized('posterize', image, bits),
)

/** Posterizes an image with probability `p` (torchvision `RandomPosterize`). */
export const randomPosterize = defineTransform(
  'randomPosterize',
  (bits: number, p?: number) => ({
    ...checkBits('randomPosterize', bits),
    ...checkProbability('randomPosterize', p),
  }),
  (image, { bits, p }) => randomly(p, image, () => posterized('randomPosterize', image, bits)),
)
