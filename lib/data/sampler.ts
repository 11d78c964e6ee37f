import { checkBoolean, checkInteger, checkOptions } from '../check.js'
import type { Generator } from '../torch/generator.js'
import { torch } from '../torch/index.js'
import {
  checkGenerator,
  type DrawOptions,
  drawnIndices,
  freshGenerator,
  permutation,
} from './drawing.js'
import { inLoader, nextRandom } from './random.js'

export {
  type DistributedOptions,
  type DistributedSampler,
  distributed,
} from './distributed-sampler.js'
export type { DrawOptions } from './drawing.js'
export { type WeightedRandomOptions, weightedRandom } from './weighted-sampler.js'

/** The order of the samples: gives their indices, anew at each iteration. An array of indices is one. */
export interface Sampler extends Iterable<number> {
  /** The number of indices of one iteration, where it is known. */
  readonly length?: number
}

/** The batches: gives the indices of each, anew at each iteration. */
export interface BatchSampler extends Iterable<readonly number[]> {
  /** The number of batches of one iteration, where it is known. */
  readonly length?: number
}

/** A data set, or a number of samples. */
export type Sized = number | { readonly length: number }

const sizeOf = (where: string, source: Sized): number =>
  checkInteger(where, 'length', typeof source === 'number' ? source : source.length, { min: 0 })

/** A sampler from its number of indices and a function that starts an iteration. */
function sampler(length: number, iterate: () => Iterator<number>): Sampler & { length: number } {
  return { length, [Symbol.iterator]: iterate }
}

/** The indices 0 ... n - 1 in order (PyTorch `SequentialSampler`). */
export function sequential(source: Sized): Sampler & { length: number } {
  const length = sizeOf('samplers.sequential', source)
  return sampler(length, function* () {
    for (let index = 0; index < length; index++) yield index
  })
}

/** Options of {@link random}. */
export interface RandomSamplerOptions extends DrawOptions {
  /** Whether an index may come more than once. Default false. */
  replacement?: boolean
  /** How many indices an iteration gives. Default: the number of samples. */
  numSamples?: number
}

/**
 * Indices in random order (PyTorch `RandomSampler`). In a loader the order follows the loader's seed
 * and epoch; elsewhere `torch.manualSeed`, or the generator given, with Python's numbers.
 *
 * Without replacement, more indices than there are samples come in several complete orders.
 */
export function random(
  source: Sized,
  options?: RandomSamplerOptions,
): Sampler & { length: number } {
  const where = 'samplers.random'
  const size = sizeOf(where, source)
  const {
    replacement = false,
    numSamples = size,
    generator,
  } = checkOptions(where, options, ['replacement', 'numSamples', 'generator'])
  checkBoolean(where, 'replacement', replacement)
  checkInteger(where, 'numSamples', numSamples, { min: 0, max: size === 0 ? 0 : undefined })
  checkGenerator(where, generator)
  return sampler(numSamples, () =>
    generator === undefined && inLoader()
      ? keyedIndices(size, numSamples, replacement)
      : torchIndices(size, numSamples, replacement, generator ?? freshGenerator()),
  )
}

function* keyedIndices(size: number, count: number, replacement: boolean): Iterator<number> {
  const numbers = nextRandom()
  if (replacement) {
    for (let drawn = 0; drawn < count; drawn++) yield numbers.integer(size)
    return
  }
  for (let left = count; left > 0; left -= size) {
    const order = numbers.permutation(size)
    for (let place = 0; place < Math.min(left, size); place++) yield order[place] as number
  }
}

/** As PyTorch draws them, to the last number taken from the generator: its next iteration goes on from there. */
function* torchIndices(
  size: number,
  count: number,
  replacement: boolean,
  generator: Generator,
): Iterator<number> {
  if (count === 0) return
  const block = replacement ? 32 : size
  for (let left = count; left >= block && left > 0; left -= block) {
    yield* replacement ? integers(size, block, generator) : permutation(size, generator)
  }
  const rest = count % block
  // An order is drawn for the rest even where there is none.
  yield* replacement ? integers(size, rest, generator) : permutation(size, generator).slice(0, rest)
}

const integers = (end: number, count: number, generator: Generator): number[] =>
  drawnIndices(() => torch.randint(0, end, [count], { dtype: 'int64', generator }))

/** The given indices in random order, each once (PyTorch `SubsetRandomSampler`); random as in {@link random}. */
export function subsetRandom(
  indices: readonly number[],
  options?: DrawOptions,
): Sampler & { length: number } {
  const where = 'samplers.subsetRandom'
  for (const index of indices) checkInteger(where, 'an index', index, { min: 0 })
  const { generator } = checkOptions(where, options, ['generator'])
  checkGenerator(where, generator)
  return sampler(indices.length, function* () {
    const { length } = indices
    const order =
      generator === undefined ? nextRandom().permutation(length) : permutation(length, generator)
    for (const position of order) yield indices[position] as number
  })
}

/**
 * The indices of `source` in batches of `batchSize` (PyTorch `BatchSampler`); the last batch may be
 * smaller, or is left out with `dropLast`.
 */
export function batch(source: Sampler, batchSize: number, dropLast = false): BatchSampler {
  checkInteger('samplers.batch', 'batchSize', batchSize, { min: 1 })
  checkBoolean('samplers.batch', 'dropLast', dropLast)
  const round = dropLast ? Math.floor : Math.ceil
  return {
    get length() {
      return source.length === undefined ? undefined : round(source.length / batchSize)
    },
    *[Symbol.iterator]() {
      let indices: number[] = []
      for (const index of source) {
        indices.push(index)
        if (indices.length === batchSize) {
          yield indices
          indices = []
        }
      }
      if (indices.length > 0 && !dropLast) yield indices
    },
  }
}
