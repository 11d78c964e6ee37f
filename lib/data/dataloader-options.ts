import { availableParallelism } from 'node:os'
import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkOneOf,
  checkOptions,
  fail,
} from '../check.js'
import { MOST_THREADS } from '../native.js'
import type { Collated } from './collate.js'
import type { ErrorPolicy } from './failures.js'
import type { BatchSampler, Sampler } from './sampler.js'

/** Options of `dataloader`. */
export interface DataLoaderOptions<T, B = Collated<T>> {
  /** The number of samples in a batch. Default 1; `null` gives the samples one by one, not collated. */
  batchSize?: number | null
  /** Whether every iteration has a new random order. Default false. */
  shuffle?: boolean
  /** Whether a last, smaller batch is left out. Default false. */
  dropLast?: boolean
  /** The order of the samples; excludes `shuffle`. */
  sampler?: Sampler
  /** The samples of each batch; excludes `batchSize`, `shuffle`, `dropLast` and `sampler`. */
  batchSampler?: BatchSampler
  /** Makes a batch of its samples. Default: `getBatch` of the data set if it has one, else `defaultCollate`. */
  collate?: (samples: T[]) => B | Promise<B>
  /**
   * An integer from 0 to 2^53 - 1: makes order and random transforms a function of (seed, epoch).
   * Without it every iteration draws a seed from torch's generator, and so follows `torch.manualSeed`.
   */
  seed?: number
  /** How many batches after the one in use are made ahead. Default 2. */
  prefetch?: number
  /** How many samples (with `getBatch`: batches) are in the making at one time. Default 8. */
  concurrency?: number
  /**
   * The number of threads that make the pictures of a data set of files, natively, where its transform
   * is a pipeline that can be compiled. Default: the number of cores. With 0 samples are made by
   * `getItem` here, as all others are. Neither changes a pixel.
   */
  numWorkers?: number
  /**
   * What happens when a sample cannot be made, such as one whose file is damaged: `'throw'` (default)
   * ends the iteration; `'skip'` makes its batch smaller; `'replace'` takes another sample, chosen by
   * seed, epoch and index alone: any one of the data set, or, with a sampler of yours, of the same batch.
   * `DataLoader.report` lists every one. A batch that `getBatch` or `collate` fails to make always throws.
   */
  onError?: ErrorPolicy
  /** The most samples of an epoch that may fail before the iteration ends after all. Default: any number. */
  maxErrors?: number
  /**
   * How images lie in the batches that the loader puts together: `'contiguous_format'` (default), or
   * `'channels_last'`, for models in that format.
   */
  memoryFormat?: 'contiguous_format' | 'channels_last'
  /**
   * Whether the batches that the loader puts together lie in page-locked memory, from which CUDA devices
   * copy asynchronously. Default false.
   */
  pinMemory?: boolean
}

/** The options of a loader, checked and with defaults. */
export interface CheckedLoaderOptions<T, B> extends DataLoaderOptions<T, B> {
  batchSize: number | null
  shuffle: boolean
  dropLast: boolean
  prefetch: number
  concurrency: number
  numWorkers: number
  pinMemory: boolean
  onError: ErrorPolicy
  maxErrors: number
  memoryFormat: 'contiguous_format' | 'channels_last'
}

const WHERE = 'dataloader'

const POLICIES: readonly ErrorPolicy[] = ['throw', 'skip', 'replace']

/** @throws TypeError or RangeError that names the wrong option, or the two that exclude each other */
export function checkLoaderOptions<T, B>(
  given: DataLoaderOptions<T, B> | undefined,
): CheckedLoaderOptions<T, B> {
  const options = checkOptions(WHERE, given, [
    'batchSize',
    'shuffle',
    'dropLast',
    'sampler',
    'batchSampler',
    'collate',
    'seed',
    'prefetch',
    'concurrency',
    'numWorkers',
    'pinMemory',
    'onError',
    'maxErrors',
    'memoryFormat',
  ])
  const {
    batchSize = 1,
    shuffle = false,
    dropLast = false,
    prefetch = 2,
    concurrency = 8,
    numWorkers = availableParallelism(),
    pinMemory = false,
    onError = 'throw',
    maxErrors = Number.MAX_SAFE_INTEGER,
    memoryFormat = 'contiguous_format',
  } = options
  if (batchSize !== null) checkInteger(WHERE, 'batchSize', batchSize, { min: 1 })
  checkBoolean(WHERE, 'shuffle', shuffle)
  checkBoolean(WHERE, 'dropLast', dropLast)
  checkInteger(WHERE, 'prefetch', prefetch, { min: 0 })
  checkInteger(WHERE, 'concurrency', concurrency, { min: 1 })
  checkInteger(WHERE, 'numWorkers', numWorkers, { min: 0, max: MOST_THREADS })
  checkBoolean(WHERE, 'pinMemory', pinMemory)
  checkOneOf(WHERE, 'onError', onError, POLICIES)
  checkInteger(WHERE, 'maxErrors', maxErrors, { min: 0 })
  checkOneOf(WHERE, 'memoryFormat', memoryFormat, ['contiguous_format', 'channels_last'])
  if (options.seed !== undefined) checkInteger(WHERE, 'seed', options.seed, { min: 0 })
  if (options.collate !== undefined) checkFunction(WHERE, 'collate', options.collate)
  checkSampler('sampler', options.sampler)
  checkSampler('batchSampler', options.batchSampler)
  checkExclusive(options)
  return {
    ...options,
    batchSize,
    shuffle,
    dropLast,
    prefetch,
    concurrency,
    numWorkers,
    pinMemory,
    onError,
    maxErrors,
    memoryFormat,
  }
}

function checkSampler(name: string, sampler: unknown): void {
  if (sampler === undefined) return
  const { [Symbol.iterator]: iterate } = Object(sampler) as Partial<Iterable<unknown>>
  if (typeof iterate !== 'function') fail(WHERE, name, 'an array or another iterable', sampler)
}

function checkExclusive<T, B>(options: DataLoaderOptions<T, B>): void {
  const { batchSize, shuffle, dropLast, sampler, batchSampler } = options
  if (batchSampler !== undefined) {
    const others = Object.entries({
      batchSize: batchSize !== undefined,
      shuffle: shuffle === true,
      dropLast: dropLast === true,
      sampler: sampler !== undefined,
    })
    const clash = others.find(([, given]) => given)
    if (clash !== undefined) exclude('batchSampler', clash[0], 'decides which samples a batch has')
  }
  if (sampler !== undefined && shuffle === true) exclude('sampler', 'shuffle', 'decides the order')
  if (batchSize === null && dropLast === true)
    exclude('batchSize: null', 'dropLast', 'makes no batches')
}

function exclude(option: string, other: string, reason: string): never {
  throw new TypeError(`${WHERE}: ${option} and ${other} exclude each other: ${option} ${reason}`)
}
