import { checkOneOf } from '../../check.js'
import { nextRandom } from '../../data/random.js'
import {
  type AugmentOperation,
  augment,
  checkAugmentOptions,
  type Magnitudes,
  SPACE,
} from './augment-space.js'
import { POLICIES, type Policy } from './auto-augment-policies.js'
import type { DeformOptions } from './grid.js'
import { defineTransform } from './transform.js'

/** The data set for which a policy was found. */
export type AutoAugmentPolicy = keyof typeof POLICIES

const STEPS = 10

const MAGNITUDES: ReadonlyMap<AugmentOperation, Magnitudes | null> = new Map(SPACE)

/**
 * Two operations of a policy that was found by search, chosen at random, one after the other (torchvision
 * `AutoAugment`); pictures of values from 0 to 255 or 0 to 1, with 1 or 3 channels.
 *
 * @param policy - `'imagenet'` (default), `'cifar10'` or `'svhn'`
 */
export const autoAugment = defineTransform(
  'autoAugment',
  (policy: AutoAugmentPolicy = 'imagenet', options?: DeformOptions) => {
    const where = 'transforms.autoAugment'
    const names = Object.keys(POLICIES) as AutoAugmentPolicy[]
    return {
      policy: checkOneOf(where, 'policy', policy, names),
      ...checkAugmentOptions(where, options, []).settings,
    }
  },
  (image, { policy, ...settings }) => {
    const random = nextRandom()
    const pairs: Policy = POLICIES[policy]
    const chosen = pairs[random.integer(pairs.length)] as Policy[number]
    let output = image
    for (const [operation, p, magnitude] of chosen) {
      // As torchvision compares: float32, and never is sometimes.
      if (random.uniform(0, 1) > Math.fround(p)) continue
      const entry = [operation, MAGNITUDES.get(operation) ?? null] as const
      output = augment(output, entry, magnitude ?? 0, STEPS, settings, random)
    }
    return output
  },
)
