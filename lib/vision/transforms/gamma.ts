import { checkNumber } from '../../check.js'
import { type ImageDType, isFloat, scaled } from './to-dtype.js'
import { defineTransform } from './transform.js'

/**
 * Raises the values of an image, from 0 to 1, to the power `gamma`: above 1 shadows become darker, below 1
 * lighter; then multiplies them by `gain` (torchvision `adjust_gamma`, R `transform_adjust_gamma`).
 */
export const adjustGamma = defineTransform(
  'adjustGamma',
  (gamma: number, gain?: number) => ({
    gamma: checkNumber('transforms.adjustGamma', 'gamma', gamma, { min: 0 }),
    gain: checkNumber('transforms.adjustGamma', 'gain', gain ?? 1),
  }),
  (image, { gamma, gain }) => {
    const output = isFloat(image) ? image.pow(gamma) : scaled(image, 'float32').pow_(gamma)
    // Only a gain can leave 0 ... 1.
    if (gain !== 1) output.mul_(gain).clamp_(0, 1)
    return scaled(output, image.dtype as ImageDType)
  },
)
