import { checkInteger } from '../../check.js'
import { nextRandom } from '../../data/random.js'
import {
  type AugmentSpace,
  augment,
  checkAugmentOptions,
  drawOperation,
  posterizing,
  signed,
  solarizing,
} from './augment-space.js'
import type { DeformOptions } from './grid.js'
import { defineTransform } from './transform.js'

/** Options of {@link trivialAugmentWide}. */
export interface TrivialAugmentWideOptions extends DeformOptions {
  /** How many magnitudes there are. Default 31. */
  numMagnitudeBins?: number
}

const WIDE: AugmentSpace = [
  ['identity', null],
  ['shearX', signed(0.99)],
  ['shearY', signed(0.99)],
  ['translateX', signed(32)],
  ['translateY', signed(32)],
  ['rotate', signed(135)],
  ['brightness', signed(0.99)],
  ['color', signed(0.99)],
  ['contrast', signed(0.99)],
  ['sharpness', signed(0.99)],
  ['posterize', posterizing(8, 6)],
  ['solarize', solarizing],
  ['autocontrast', null],
  ['equalize', null],
]

/**
 * One random operation of random strength, perhaps a great one (torchvision `TrivialAugmentWide`); pictures
 * of values from 0 to 255 or 0 to 1, with 1 or 3 channels.
 */
export const trivialAugmentWide = defineTransform(
  'trivialAugmentWide',
  (options?: TrivialAugmentWideOptions) => {
    const where = 'transforms.trivialAugmentWide'
    const { given, settings } = checkAugmentOptions(where, options, ['numMagnitudeBins'])
    const { numMagnitudeBins = 31 } = given
    checkInteger(where, 'numMagnitudeBins', numMagnitudeBins, { min: 2 })
    return { numMagnitudeBins, ...settings }
  },
  (image, { numMagnitudeBins, ...settings }) => {
    const random = nextRandom()
    const operation = drawOperation(WIDE, random)
    const index = (): number => random.integer(numMagnitudeBins)
    return augment(image, operation, index, numMagnitudeBins, settings, random)
  },
)
