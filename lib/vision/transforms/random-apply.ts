import { nextRandom } from '../../data/random.js'
import { anyKeeps, checkParts } from './parts.js'
import { checkProbability } from './randomly.js'
import { type Composable, runSteps } from './steps.js'
import { defineTransform } from './transform.js'

/**
 * Applies all of some transforms, in order, with probability `p`, else none (torchvision `RandomApply`,
 * R `transform_random_apply`).
 *
 * @param parts - as for `compose`
 * @example
 * ```ts
 * transforms.pipeline().randomApply([transforms.gaussianNoise, transforms.posterize.step(4)], 0.3)
 * ```
 */
export const randomApply = defineTransform(
  'randomApply',
  (parts: readonly Composable[], p?: number) => ({
    steps: Object.freeze(checkParts('randomApply', parts).flat()),
    ...checkProbability('randomApply', p),
  }),
  (image, { steps, p }) => {
    const random = nextRandom()
    return random.chance(p) ? random.nest(() => runSteps(steps, image, false)) : image
  },
  ({ steps }) => anyKeeps([steps]),
)
