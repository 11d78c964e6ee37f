import { checkProbability, randomly } from './randomly.js'
import { defineTransform } from './transform.js'

/** Mirrors an image left to right (torchvision `horizontal_flip`, R `transform_hflip`). */
export const horizontalFlip = defineTransform(
  'horizontalFlip',
  () => ({}),
  (image) => image.flip([-1]),
)

/** Mirrors an image top to bottom (torchvision `vertical_flip`, R `transform_vflip`). */
export const verticalFlip = defineTransform(
  'verticalFlip',
  () => ({}),
  (image) => image.flip([-2]),
)

/**
 * Mirrors an image left to right with probability `p`; the images of a batch all or none
 * (torchvision `RandomHorizontalFlip`, R `transform_random_horizontal_flip`).
 */
export const randomHorizontalFlip = defineTransform(
  'randomHorizontalFlip',
  (p?: number) => checkProbability('randomHorizontalFlip', p),
  (image, { p }) => randomly(p, image, () => image.flip([-1])),
)

/**
 * Mirrors an image top to bottom with probability `p`; the images of a batch all or none
 * (torchvision `RandomVerticalFlip`, R `transform_random_vertical_flip`).
 */
export const randomVerticalFlip = defineTransform(
  'randomVerticalFlip',
  (p?: number) => checkProbability('randomVerticalFlip', p),
  (image, { p }) => randomly(p, image, () => image.flip([-2])),
)
