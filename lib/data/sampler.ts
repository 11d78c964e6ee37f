import { checkBoolean, checkInteger, checkOptions } from '../check.js'
import { nextRandom } from './random.js'

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

type Sized = number | { readonly length: number }

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
export interface RandomSamplerOptions {
  /** Whether an index may come more than once. Default false. */
  replacement?: boolean
  /** How many indices an iteration gives. Default: the number of samples. */
  numSamples?: number
}

/**
 * Indices in random order (PyTorch `RandomSampler`). In a loader the order follows the loader's seed
 * and epoch, elsewhere `torch.manualSeed`.
 */
export function random(
  source: Sized,
  options?: RandomSamplerOptions,
): Sampler & { length: number } {
  const size = sizeOf('samplers.random', source)
  const { replacement = false, numSamples = size } = checkOptions('samplers.random', options, [
    'replacement',
    'numSamples',
  ])
  checkBoolean('samplers.random', 'replacement', replacement)
  const max = replacement ? undefined : size
  checkInteger('samplers.random', 'numSamples', numSamples, { min: 0, max })
  return sampler(numSamples, function* () {
    const numbers = nextRandom()
    if (replacement) {
      for (let drawn = 0; drawn < numSamples; drawn++) yield numbers.integer(size)
    } else {
      const order = numbers.permutation(size)
      for (let position = 0; position < numSamples; position++) yield order[position] as number
    }
  })
}

/** The given indices in random order, each once (PyTorch `SubsetRandomSampler`). */
export function subsetRandom(indices: readonly number[]): Sampler & { length: number } {
  for (const index of indices) checkInteger('samplers.subsetRandom', 'an index', index, { min: 0 })
  return sampler(indices.length, function* () {
    for (const position of nextRandom().permutation(indices.length)) {
      yield indices[position] as number
    }
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
