import { checkNumber, fail } from '../../check.js'
import { nextRandom } from '../../data/random.js'
import { type BatchStep, batchStep, isBatchStep } from './batch.js'
import { anyKeeps, checkParts } from './parts.js'
import { type Composable, runSteps } from './steps.js'
import {
  defineTransform,
  type RunnableStep,
  type Transform,
  type TransformStep,
} from './transform.js'

/**
 * Applies one of some transforms, chosen at random (torchvision `RandomChoice`, R `transform_random_choice`).
 *
 * @param parts - as for `compose`
 * @param p - how likely each is to be chosen; they need not sum to 1. Default all alike
 */
export const randomImageChoice = defineTransform(
  'randomChoice',
  (parts: readonly Composable[], p?: readonly number[]) => {
    const choices = checkParts('randomChoice', parts)
    return { parts: Object.freeze(choices), p: checkWeights(choices.length, p) }
  },
  (image, { parts, p }) => {
    const random = nextRandom()
    const steps = parts[random.choice(p)] as readonly RunnableStep[]
    return random.nest(() => runSteps(steps, image, false))
  },
  ({ parts }) => anyKeeps(parts),
)

type ImageChoice = typeof randomImageChoice
type ImageParams = ImageChoice extends Transform<infer _A, infer P> ? P : never

/** {@link randomChoice}: a transform of images; of steps for batches it makes a step for batches. */
export interface RandomChoice
  extends Transform<[parts: readonly Composable[], p?: readonly number[]], ImageParams> {
  readonly step: {
    (parts: readonly BatchStep[], p?: readonly number[]): BatchStep
    (parts: readonly Composable[], p?: readonly number[]): TransformStep<ImageParams>
  }
}

/**
 * Applies one of some transforms, chosen at random (torchvision `RandomChoice`, R `transform_random_choice`).
 *
 * @param parts - as for `compose`; or, for `step`, steps for batches
 * @param p - how likely each is to be chosen; they need not sum to 1. Default all alike
 * @example
 * ```ts
 * transforms.pipeline().randomChoice([transforms.autoAugment, transforms.randAugment])
 * const mix = transforms.randomChoice.step([
 *   transforms.mixUp.step({ numClasses: 10 }),
 *   transforms.cutMix.step({ numClasses: 10 }),
 * ])
 * for await (const batch of loader) {
 *   const [x, y] = mix(batch)
 * }
 * ```
 */
export const randomChoice = Object.assign(
  ((image, parts, p) => randomImageChoice(image, parts, p)) as ImageChoice,
  {
    step: (parts: readonly (Composable | BatchStep)[], p?: readonly number[]) =>
      Array.isArray(parts) && parts.length > 0 && parts.every(isBatchStep)
        ? batchChoice(parts, p)
        : randomImageChoice.step(parts as readonly Composable[], p),
  },
) as RandomChoice

function batchChoice(parts: readonly BatchStep[], p: readonly number[] | undefined): BatchStep {
  const params = { parts: Object.freeze([...parts]), p: checkWeights(parts.length, p) }
  return batchStep('randomChoice', params, (batch) => {
    const random = nextRandom()
    const step = parts[random.choice(params.p)] as BatchStep
    return random.nest(() => step(batch))
  })
}

function checkWeights(count: number, p: readonly number[] | undefined): readonly number[] {
  const where = 'transforms.randomChoice'
  if (p === undefined) return Array.from({ length: count }, () => 1 / count)
  if (!Array.isArray(p) || p.length !== count) {
    fail(where, 'p', `${count} numbers, as many as parts,`, p)
  }
  const weights = p.map((weight) => checkNumber(where, 'p', weight, { min: 0 }))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) fail(where, 'p', 'at least one number above 0', p)
  return weights.map((weight) => weight / total)
}
