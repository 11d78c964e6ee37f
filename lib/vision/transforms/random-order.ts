import { nextRandom } from '../../data/random.js'
import { anyKeeps, checkParts } from './parts.js'
import { type Composable, runSteps } from './steps.js'
import { defineTransform, type RunnableStep } from './transform.js'

/**
 * Applies all of some transforms in random order; the steps of a pipeline stay together (torchvision
 * `RandomOrder`, R `transform_random_order`).
 *
 * @param parts - as for `compose`
 */
export const randomOrder = defineTransform(
  'randomOrder',
  (parts: readonly Composable[]) => ({ parts: Object.freeze(checkParts('randomOrder', parts)) }),
  (image, { parts }) => {
    const random = nextRandom()
    const order = [...random.permutation(parts.length)]
    const steps = order.flatMap((position) => parts[position] as readonly RunnableStep[])
    return random.nest(() => runSteps(steps, image, false))
  },
  ({ parts }) => anyKeeps(parts),
)
