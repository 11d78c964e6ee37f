import { checkInteger, checkOptions, fail } from '../check.js'
import { native } from '../native.js'
import { warnOnce } from '../warn.js'
import {
  type BatchAssembly,
  type BatchMemory,
  checkIndices,
  plainAssembly,
  sampleAssembly,
  wholeAssembly,
} from './assembly.js'
import { type BatchPlan, BatchStream } from './batch-stream.js'
import type { Collated } from './collate.js'
import {
  type CheckedLoaderOptions,
  checkLoaderOptions,
  type DataLoaderOptions,
} from './dataloader-options.js'
import type { DatasetLike } from './dataset.js'
import { describedSamples } from './described.js'
import { DataLoaderIterator } from './iterator.js'
import { drawSeed } from './random.js'
import { type LoaderReport, Recorder } from './report.js'
import { type BatchSampler, batch, random, sequential } from './sampler.js'

/** Where an iteration stands: what {@link DataLoader.stateDict} gives and `loadStateDict` takes. Plain JSON. */
export interface DataLoaderState {
  /** The seed of the iteration; `null` when the next one shall draw its own. */
  seed: number | null
  epoch: number
  /** The number of batches handed out in this epoch. */
  batch: number
}

interface Epoch {
  readonly seed: number
  readonly epoch: number
  readonly skip: number
}

/** A data set in batches; made by {@link dataloader}. */
export class DataLoader<B> implements AsyncIterable<B> {
  readonly dataset: DatasetLike<unknown, unknown>
  /** The number of samples in a full batch; `null` for single samples or with a batch sampler. */
  readonly batchSize: number | null
  readonly #batches: BatchSampler
  readonly #assembly: () => BatchAssembly<unknown, B>
  readonly #prefetch: number
  readonly #concurrency: number
  readonly #seed: number | undefined
  readonly #policy: Pick<BatchPlan<unknown, B>, 'onError' | 'maxErrors' | 'choices'>
  #recorder = new Recorder(0)
  #nextEpoch = 0
  #resume: Epoch | undefined
  #current: { readonly epoch: Epoch; readonly stream: BatchStream<unknown, B> } | undefined

  constructor(source: unknown, options?: DataLoaderOptions<unknown, B>) {
    const dataset = asDataset(source)
    const checked = checkLoaderOptions(options)
    const { batchSize, batchSampler, shuffle, dropLast } = checked
    this.dataset = dataset
    this.batchSize = batchSampler === undefined ? batchSize : null
    const order = checked.sampler ?? (shuffle ? random(dataset) : sequential(dataset))
    this.#batches = batchSampler ?? batch(order, batchSize ?? 1, dropLast)
    this.#assembly = assemblies(dataset, checked)
    this.#prefetch = checked.prefetch
    this.#concurrency = checked.concurrency
    this.#seed = checked.seed
    const { onError, maxErrors, sampler } = checked
    const anySample = sampler === undefined && batchSampler === undefined
    this.#policy = { onError, maxErrors, choices: anySample ? dataset.length : undefined }
  }

  /**
   * The number of batches of one iteration.
   *
   * @throws TypeError when a sampler without a length was given
   */
  get length(): number {
    const { length } = this.#batches
    if (length !== undefined) return length
    throw new TypeError(
      'DataLoader.length: the number of batches is not known, because the sampler has no length',
    )
  }

  /** Begins an iteration: `for await (const [x, y] of loader)`. Leaving the loop early cancels the work under way. */
  [Symbol.asyncIterator](): AsyncGenerator<B, void, undefined> {
    return this.iter()[Symbol.asyncIterator]()
  }

  /** Begins an iteration by hand (R's `dl$.iter()`): `const [x, y] = await loader.iter().next()`. */
  iter(): DataLoaderIterator<B> {
    return new DataLoaderIterator(this.#begin(), this.#prefetch)
  }

  /**
   * How the latest iteration went, or goes: batches, samples, those that could not be made, and where the
   * time was spent.
   */
  get report(): LoaderReport {
    return this.#recorder.report
  }

  /** Where the latest iteration stands, for a checkpoint. */
  stateDict(): DataLoaderState {
    if (this.#current !== undefined && !this.#current.stream.exhausted) {
      const { epoch, stream } = this.#current
      return { seed: epoch.seed, epoch: epoch.epoch, batch: stream.position }
    }
    const { seed = this.#seed ?? null, epoch = this.#nextEpoch, skip = 0 } = this.#resume ?? {}
    return { seed, epoch, batch: skip }
  }

  /**
   * Makes the next iteration go on from a saved state: the same order and the same random transforms,
   * without the batches that were handed out.
   *
   * @throws TypeError or RangeError when it is not a state, or is one of a loader with another seed
   */
  loadStateDict(state: DataLoaderState): void {
    const where = 'DataLoader.loadStateDict'
    const { seed, epoch, batch: skip } = checkOptions(where, state, ['seed', 'epoch', 'batch'])
    if (seed !== null) checkInteger(where, 'seed', seed, { min: 0 })
    checkInteger(where, 'epoch', epoch, { min: 0, max: 0xffffffff })
    checkInteger(where, 'batch', skip, { min: 0 })
    if (this.#seed !== undefined && seed !== this.#seed) {
      fail(where, 'seed', `the seed of the loader, ${this.#seed},`, seed)
    }
    this.#current = undefined
    this.#nextEpoch = epoch
    this.#resume = seed === null ? undefined : { seed, epoch, skip }
  }

  #begin(): BatchStream<unknown, B> {
    const epoch = this.#resume ?? this.#freshEpoch()
    this.#resume = undefined
    if (this.#seed !== undefined) this.#nextEpoch = epoch.epoch + 1
    const assembly = this.#assembly()
    this.#recorder = new Recorder(epoch.epoch, assembly.stages)
    const stream = new BatchStream({
      batches: this.#batches,
      assembly,
      concurrency: this.#concurrency,
      recorder: this.#recorder,
      ...this.#policy,
      ...epoch,
    })
    this.#current = { epoch, stream }
    return stream
  }

  // A seed drawn for one iteration makes it unlike the others already; were it numbered as well,
  // torch.manualSeed could not repeat it.
  #freshEpoch(): Epoch {
    if (this.#seed === undefined) return { seed: drawSeed(), epoch: 0, skip: 0 }
    return { seed: this.#seed, epoch: this.#nextEpoch, skip: 0 }
  }
}

function asDataset(source: unknown): DatasetLike<unknown, unknown> {
  if (Array.isArray(source)) {
    return { length: source.length, getItem: (index) => source[index] as unknown }
  }
  const { length, getItem } = Object(source) as Partial<DatasetLike<unknown, unknown>>
  if (typeof getItem !== 'function') {
    fail('dataloader', 'dataset', 'a data set (with getItem and length) or an array', source)
  }
  checkInteger('dataloader', 'the length of the data set', length, { min: 0 })
  return source as DatasetLike<unknown, unknown>
}

/** Whether there is a device that memory is pinned for; as PyTorch does, it goes on without. */
function canPin(): boolean {
  const reason = native.cudaReason()
  if (reason !== '') warnOnce(`dataloader: memory is not pinned (pinMemory): ${reason}`)
  return reason === ''
}

/** The way from samples to batches: what makes one for each iteration. */
function assemblies<B>(
  dataset: DatasetLike<unknown, unknown>,
  options: CheckedLoaderOptions<unknown, B>,
): () => BatchAssembly<unknown, B> {
  const { batchSize, collate, numWorkers } = options
  const memory: BatchMemory = {
    interleaved: options.memoryFormat === 'channels_last',
    pinMemory: options.pinMemory && canPin(),
  }
  if (batchSize === null) return () => plainAssembly(dataset) as BatchAssembly<unknown, B>
  if (collate === undefined && dataset.getBatch !== undefined) {
    return () => wholeAssembly(dataset as DatasetLike<unknown, B>)
  }
  const samples = numWorkers > 0 ? describedSamples(dataset) : undefined
  const at = (index: number): unknown => {
    checkIndices([index], dataset.length)
    return samples?.at(index)
  }
  const wanted = { threads: numWorkers, collate, ...memory }
  const whole = samples?.recipe.prepare(at, wanted)
  if (whole !== undefined) return whole as () => BatchAssembly<unknown, B>
  return () => sampleAssembly(dataset, collate, memory)
}

/**
 * Gives the samples of a data set in batches (PyTorch `DataLoader`, R torch `dataloader`).
 *
 * Every `for await` over it is one epoch, reshuffled with `shuffle: true`. Samples of an asynchronous
 * `getItem` are made several at a time and ahead of demand; batches and samples always come in order,
 * and random transforms get the same numbers whatever `concurrency` is.
 *
 * @param dataset - a data set, or an array of samples
 * @example
 * ```ts
 * const loader = dataloader(trainDs, { batchSize: 64, shuffle: true })
 * loader.length // batches
 * for await (const [x, y] of loader) { ... }
 * const [images, labels] = await loader.iter().next()
 * ```
 * @throws TypeError or RangeError for options that are wrong or exclude each other. An iteration
 *   rejects with a {@link DataLoaderError} that names the sample, and its file if known.
 */
export function dataloader<T, B>(
  dataset: DatasetLike<T, B> | readonly T[],
  options: DataLoaderOptions<T, never> & { batchSize: null },
): DataLoader<T>
export function dataloader<T, B>(
  dataset: DatasetLike<T, unknown> | readonly T[],
  options: DataLoaderOptions<T, B> & { collate: (samples: T[]) => B | Promise<B> },
): DataLoader<B>
export function dataloader<T, B = Collated<T>>(
  dataset: DatasetLike<T, B> | readonly T[],
  options?: DataLoaderOptions<T, B>,
): DataLoader<B>
export function dataloader(
  dataset: unknown,
  options?: DataLoaderOptions<unknown, unknown>,
): DataLoader<unknown> {
  return new DataLoader(dataset, options)
}
