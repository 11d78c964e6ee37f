// Colour to grey and back.

import { fail } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkProbability, randomly } from './randomly.js'
import { defineTransform } from './transform.js'

/** @throws TypeError unless the image has 1 or 3 channels */
export function checkColour(where: string, image: Tensor): void {
  const channels = image.size(-3)
  if (channels !== 1 && channels !== 3) {
    fail(`transforms.${where}`, 'image', '1 or 3 channels', image.shape)
  }
}

/** Luma of a 3-channel image, in floating point, with one channel. */
export function luma(image: Tensor): Tensor {
  const [red, green, blue] = image.unbind(-3) as [Tensor, Tensor, Tensor]
  const grey = red.mul(0.2989).add_(green, { alpha: 0.587 }).add_(blue, { alpha: 0.114 })
  return grey.unsqueeze(-3)
}

function withChannels(image: Tensor, channels: 1 | 3): Tensor {
  const grey = image.size(-3) === 3 ? luma(image).to(image.dtype) : image
  if (channels === 1) return grey
  return grey.expand([...image.shape.slice(0, -3), 3, ...image.shape.slice(-2)])
}

const checkOutput =
  (name: string) =>
  (numOutputChannels: 1 | 3 = 1) => {
    if (numOutputChannels !== 1 && numOutputChannels !== 3) {
      fail(`transforms.${name}`, 'numOutputChannels', '1 or 3', numOutputChannels)
    }
    return { numOutputChannels }
  }

/**
 * The grey version of an image, with 1 channel or 3 equal ones (torchvision `rgb_to_grayscale`,
 * R `transform_rgb_to_grayscale`).
 */
export const rgbToGrayscale = defineTransform(
  'rgbToGrayscale',
  checkOutput('rgbToGrayscale'),
  (image, { numOutputChannels }) => {
    checkColour('rgbToGrayscale', image)
    return withChannels(image, numOutputChannels)
  },
)

/** As {@link rgbToGrayscale} (torchvision `Grayscale`, R `transform_grayscale`). */
export const grayscale = defineTransform(
  'grayscale',
  checkOutput('grayscale'),
  (image, { numOutputChannels }) => {
    checkColour('grayscale', image)
    return withChannels(image, numOutputChannels)
  },
)

/** Gives a grey image 3 equal channels; images of 3 or more stay what they are (torchvision `RGB`). */
export const grayscaleToRgb = defineTransform(
  'grayscaleToRgb',
  () => ({}),
  (image) => {
    if (image.size(-3) >= 3) return image
    checkColour('grayscaleToRgb', image)
    return withChannels(image, 3)
  },
)

/**
 * Makes an image grey with probability `p`; it keeps its number of channels (torchvision
 * `RandomGrayscale`, R `transform_random_grayscale`).
 */
export const randomGrayscale = defineTransform(
  'randomGrayscale',
  (p?: number) => checkProbability('randomGrayscale', p ?? 0.1),
  (image, { p }) => {
    checkColour('randomGrayscale', image)
    return randomly(p, image, () => withChannels(image, image.size(-3) as 1 | 3))
  },
)
