// Brightness, contrast and saturation. The order of the operations and the points where bytes
// are cut off are torchvision's: they decide the last bit.

import { checkNumber } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkColour, luma } from './grayscale.js'
import { isFloat, maxValue } from './to-dtype.js'
import { defineTransform } from './transform.js'

/** The image as floating-point numbers of the same range: whole factors must not multiply as bytes. */
const inFloat = (image: Tensor): Tensor => (isFloat(image) ? image : image.to('float32'))

/** Cuts values off at black and white, and takes bytes to bytes again (fractions are dropped). */
const bounded = (values: Tensor, { dtype }: Tensor): Tensor =>
  values.clamp_(0, maxValue(dtype)).to(dtype)

/** `factor` of the image and `1 - factor` of another. */
const blend = (image: Tensor, other: Tensor, factor: number): Tensor =>
  bounded(
    inFloat(image)
      .mul(factor)
      .add_(other, { alpha: 1 - factor }),
    image,
  )

/** As {@link luma}; whole numbers for an image of integers. */
const wholeLuma = (image: Tensor): Tensor => (isFloat(image) ? luma(image) : luma(image).floor_())

function factorOf(name: string): (factor: number) => { factor: number } {
  return (factor) => ({ factor: checkNumber(`transforms.${name}`, 'factor', factor, { min: 0 }) })
}

/** Multiplies an image by `factor`: 0 is black, 1 the image (torchvision `adjust_brightness`). */
export const adjustBrightness = defineTransform(
  'adjustBrightness',
  factorOf('adjustBrightness'),
  (image, { factor }) => {
    checkColour('adjustBrightness', image)
    return bounded(inFloat(image).mul(factor), image)
  },
)

/** Blends an image with its mean grey: 0 is grey, 1 the image (torchvision `adjust_contrast`). */
export const adjustContrast = defineTransform(
  'adjustContrast',
  factorOf('adjustContrast'),
  (image, { factor }) => {
    checkColour('adjustContrast', image)
    const grey = image.size(-3) === 3 ? wholeLuma(image) : inFloat(image)
    return blend(image, grey.mean([-3, -2, -1], true), factor)
  },
)

/** Blends an image with its grey version: 0 is grey, 1 the image (torchvision `adjust_saturation`). */
export const adjustSaturation = defineTransform(
  'adjustSaturation',
  factorOf('adjustSaturation'),
  (image, { factor }) => {
    checkColour('adjustSaturation', image)
    return image.size(-3) === 1 ? image : blend(image, wholeLuma(image), factor)
  },
)
