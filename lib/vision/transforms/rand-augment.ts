import { checkInteger } from '../../check.js'
import { nextRandom } from '../../data/random.js'
import {
  type AugmentSpace,
  augment,
  checkAugmentOptions,
  drawOperation,
  SPACE,
} from './augment-space.js'
import type { DeformOptions } from './grid.js'
import { defineTransform } from './transform.js'

/** Options of {@link randAugment}. */
export interface RandAugmentOptions extends DeformOptions {
  /** How many operations are applied. Default 2. */
  numOps?: number
  /** How strong they are, below `numMagnitudeBins`. Default 9. */
  magnitude?: number
  /** How many magnitudes there are. Default 31. */
  numMagnitudeBins?: number
}

const WITH_IDENTITY: AugmentSpace = [['identity', null], ...SPACE]

/**
 * Some random operations one after the other, all equally strong (torchvision `RandAugment`); pictures of
 * values from 0 to 255 or 0 to 1, with 1 or 3 channels.
 */
export const randAugment = defineTransform(
  'randAugment',
  (options?: RandAugmentOptions) => {
    const where = 'transforms.randAugment'
    const { given, settings } = checkAugmentOptions(where, options, [
      'numOps',
      'magnitude',
      'numMagnitudeBins',
    ])
    const { numOps = 2, magnitude = 9, numMagnitudeBins = 31 } = given
    checkInteger(where, 'numMagnitudeBins', numMagnitudeBins, { min: 2 })
    return {
      numOps: checkInteger(where, 'numOps', numOps, { min: 0 }),
      magnitude: checkInteger(where, 'magnitude', magnitude, { min: 0, max: numMagnitudeBins - 1 }),
      numMagnitudeBins,
      ...settings,
    }
  },
  (image, { numOps, magnitude, numMagnitudeBins, ...settings }) => {
    const random = nextRandom()
    let output = image
    for (let count = 0; count < numOps; count++) {
      const operation = drawOperation(WITH_IDENTITY, random)
      output = augment(output, operation, magnitude, numMagnitudeBins, settings, random)
    }
    return output
  },
)
