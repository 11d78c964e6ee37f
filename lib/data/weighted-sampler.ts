import { checkBoolean, checkInteger, checkOptions, fail, failRange } from '../check.js'
import { torch } from '../torch/index.js'
import { checkGenerator, type DrawOptions, drawnIndices } from './drawing.js'
import { nextRandom } from './random.js'
import type { Sampler } from './sampler.js'

/** Options of {@link weightedRandom}. */
export interface WeightedRandomOptions extends DrawOptions {
  /** Whether an index may come more than once. Default true. */
  replacement?: boolean
}

/**
 * `numSamples` indices, each drawn with a probability in proportion to its weight (PyTorch
 * `WeightedRandomSampler`). In a loader the draw follows the loader's seed and epoch; elsewhere
 * `torch.manualSeed`, or the generator given, with Python's numbers.
 *
 * @param weights - one for each sample, not negative, at most 2^24; they need not sum to 1
 * @example
 * ```ts
 * // Every class as often as the others.
 * const counts = ds.classes.map((_, index) => ds.targets.filter((y) => y === index).length)
 * const sampler = data.samplers.weightedRandom(ds.targets.map((y) => 1 / counts[y]), ds.length)
 * ```
 * @throws TypeError or RangeError for a weight that is negative or not finite, weights that are all
 *   0, and, without replacement, more samples than there are weights above 0
 */
export function weightedRandom(
  weights: ArrayLike<number>,
  numSamples: number,
  options?: WeightedRandomOptions,
): Sampler & { length: number } {
  const where = 'samplers.weightedRandom'
  const { replacement = true, generator } = checkOptions(where, options, [
    'replacement',
    'generator',
  ])
  checkBoolean(where, 'replacement', replacement)
  checkGenerator(where, generator)
  checkInteger(where, 'numSamples', numSamples, { min: 1 })
  const kept = checkWeights(where, weights)
  const drawable = kept.reduce((count, weight) => (weight > 0 ? count + 1 : count), 0)
  if (drawable === 0) failRange(where, 'weights', 'at least one weight above 0', weights)
  if (!replacement && numSamples > drawable) {
    failRange(
      where,
      'numSamples',
      `at most ${drawable}, the number of weights above 0 (without replacement),`,
      numSamples,
    )
  }
  return {
    length: numSamples,
    *[Symbol.iterator]() {
      const source = generator ?? nextRandom().generator('cpu')
      yield* drawnIndices(() =>
        torch
          .fromTypedArray(kept)
          .multinomial(numSamples, replacement, source === undefined ? {} : { generator: source }),
      )
    },
  }
}

/** A copy of the weights: what the caller does to them later does not matter. */
function checkWeights(where: string, weights: ArrayLike<number>): Float64Array {
  const length: unknown = Object(weights).length
  if (typeof weights === 'string' || typeof length !== 'number') {
    fail(where, 'weights', 'an array of numbers', weights)
  }
  const kept = Float64Array.from(weights)
  // The operator itself takes no more.
  if (kept.length > 2 ** 24) failRange(where, 'weights', 'at most 2^24 of them', kept.length)
  kept.forEach((weight, index) => {
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      failRange(where, `weight ${index}`, 'a finite number of at least 0', weight)
    }
  })
  return kept
}
