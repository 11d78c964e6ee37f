import type { Tensor } from '../../torch/tensor.js'
import { checkColour } from './grayscale.js'
import { checkProbability, randomly } from './randomly.js'
import { isFloat, maxValue } from './to-dtype.js'
import { defineTransform } from './transform.js'

function stretched(name: string, image: Tensor): Tensor {
  checkColour(name, image)
  if (image.numel() === 0) return image
  const white = maxValue(image.dtype)
  const values = isFloat(image) ? image : image.to('float32')
  const darkest = values.amin([-2, -1], true)
  const lightest = values.amax([-2, -1], true)
  // A channel of one value stays what it is.
  const flat = lightest.eq(darkest)
  const scale = lightest
    .sub_(darkest)
    .mul_(1 / white)
    .maskedFill_(flat, 1)
  return values.sub(darkest.maskedFill_(flat, 0)).div_(scale).clamp_(0, white).to(image.dtype)
}

/** Stretches the values of each channel so that its darkest is black and its lightest white (torchvision `autocontrast`). */
export const autocontrast = defineTransform(
  'autocontrast',
  () => ({}),
  (image) => stretched('autocontrast', image),
)

/** As {@link autocontrast}, with probability `p` (torchvision `RandomAutocontrast`). */
export const randomAutocontrast = defineTransform(
  'randomAutocontrast',
  (p?: number) => checkProbability('randomAutocontrast', p),
  (image, { p }) => randomly(p, image, () => stretched('randomAutocontrast', image)),
)
