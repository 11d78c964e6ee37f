import { nextRandom } from '../../data/random.js'
import { checkSpread, type Range } from './range.js'
import { checkRotateOptions, type RotateOptions, rotateImage } from './rotate.js'
import { defineTransform } from './transform.js'

/**
 * Turns an image by a random angle (torchvision `RandomRotation`, R `transform_random_rotation`).
 *
 * @param degrees - [min, max], counterclockwise, or one number v for -v ... v
 * @param options - those of `rotate`; `fill` is 0 by default
 */
export const randomRotation = defineTransform(
  'randomRotation',
  (degrees: number | Range, options?: RotateOptions) => {
    const where = 'transforms.randomRotation'
    return {
      degrees: checkSpread(where, 'degrees', degrees),
      ...checkRotateOptions(where, options, 0),
    }
  },
  (image, { degrees, ...settings }) => {
    const angle = nextRandom().uniform(...degrees)
    return rotateImage('transforms.randomRotation', image, { angle, ...settings })
  },
)
