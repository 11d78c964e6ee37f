// The registry of published weights.

import { fail } from '../../check.js'
import './weights.generated.js'
import { type Weights, weightsOfModel } from './weights-enum.js'

/** The published weights of a model; none for a model without any. */
export function listWeights(model: string): readonly Weights[] {
  // DEFAULT is one of the others.
  return [...new Set(Object.values(weightsOfModel(model) ?? {}))]
}

/**
 * The weights of a model by torchvision's name, or `'DEFAULT'` for the best. `true` means `IMAGENET1K_V1`, as
 * `pretrained=True` does in torchvision.
 *
 * @throws TypeError that lists the names there are
 */
export function findWeights(model: string, name: string | true): Weights {
  const all = weightsOfModel(model) ?? {}
  const wanted = name === true ? 'IMAGENET1K_V1' : name
  const found = Object.hasOwn(all, wanted) ? all[wanted as keyof typeof all] : undefined
  if (found !== undefined) return found
  const names = listWeights(model).map((weights) => `'${weights.name}'`)
  const choices = names.length === 0 ? 'no weights are published' : `one of ${names.join(', ')}`
  fail(model, 'weights', choices, name)
}
