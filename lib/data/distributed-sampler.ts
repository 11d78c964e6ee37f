import { checkBoolean, checkInteger, checkOptions } from '../check.js'
import { Generator } from '../torch/generator.js'
import { permutation } from './drawing.js'
import type { Sampler, Sized } from './sampler.js'

/** Options of {@link distributed}. */
export interface DistributedOptions {
  /** The number of processes that share the samples. */
  numReplicas: number
  /** The number of this process among them, from 0. */
  rank: number
  /** Whether every epoch has a new random order. Default true. */
  shuffle?: boolean
  /** The same in all processes: it makes the order, together with the epoch. Default 0. */
  seed?: number
  /** Whether samples that cannot be shared evenly are left out; else some come twice. Default false. */
  dropLast?: boolean
}

/** One process's share of the samples; made by {@link distributed}. */
export interface DistributedSampler extends Sampler {
  readonly length: number
  /** The epoch whose order the next iteration has. */
  readonly epoch: number
  /** Says which epoch comes: without it every epoch has the same order. */
  setEpoch(epoch: number): void
}

/**
 * The samples of one process of several that train together (PyTorch `DistributedSampler`): all draw
 * the same order, Python's for the same seed and epoch, and take every `numReplicas`-th index of it.
 * Each process gets equally many; where they do not come out even, the first of the order come again,
 * or with `dropLast` the last are left out.
 *
 * @example
 * ```ts
 * const sampler = data.samplers.distributed(ds, { numReplicas: 4, rank })
 * const loader = dataloader(ds, { batchSize: 64, sampler })
 * for (let epoch = 0; epoch < 10; epoch++) {
 *   sampler.setEpoch(epoch)
 *   for await (const [x, y] of loader) { ... }
 * }
 * ```
 * @param source - a data set, or a number of samples
 */
export function distributed(source: Sized, options: DistributedOptions): DistributedSampler {
  const where = 'samplers.distributed'
  const {
    numReplicas,
    rank,
    shuffle = true,
    seed = 0,
    dropLast = false,
  } = checkOptions(where, options, ['numReplicas', 'rank', 'shuffle', 'seed', 'dropLast'])
  const size = typeof source === 'number' ? source : source.length
  checkInteger(where, 'length', size, { min: 0 })
  checkInteger(where, 'numReplicas', numReplicas, { min: 1 })
  checkInteger(where, 'rank', rank, { min: 0, max: numReplicas - 1 })
  checkBoolean(where, 'shuffle', shuffle)
  checkInteger(where, 'seed', seed, { min: 0 })
  checkBoolean(where, 'dropLast', dropLast)
  const length = (dropLast ? Math.floor : Math.ceil)(size / numReplicas)
  let current = 0
  return {
    length,
    get epoch() {
      return current
    },
    setEpoch(epoch) {
      current = checkInteger('DistributedSampler.setEpoch', 'epoch', epoch, { min: 0 })
    },
    *[Symbol.iterator]() {
      const order = shuffle
        ? permutation(size, new Generator().manualSeed(seed + current))
        : undefined
      for (let turn = 0; turn < length; turn++) {
        const place = (rank + turn * numReplicas) % size
        yield order === undefined ? place : (order[place] as number)
      }
    },
  }
}
