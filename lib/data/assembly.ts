import { isPlainObject, show } from '../check.js'
import { torch } from '../torch/index.js'
import { Tensor } from '../torch/tensor.js'
import { defaultCollate } from './collate.js'
import type { DatasetLike } from './dataset.js'
import { SampleFailure } from './errors.js'
import type { FailedSample } from './failures.js'

/** What a part is made for. */
export interface MakeContext {
  /** The seed of the iteration, which random numbers depend on. */
  readonly seed: number
  readonly epoch: number
  /** Aborted when nobody wants the part any more. */
  readonly signal: AbortSignal
  /** Says what comes in the place of a failed sample: see {@link BatchFailures.instead}. */
  instead(failed: FailedSample): number | undefined
}

/** The way from sample indices to a batch, in one iteration: in parts that can be made at the same time, then put together. */
export interface BatchAssembly<P, B> {
  /** The indices of each part of a batch. */
  split(indices: readonly number[]): readonly (readonly number[])[]
  /** @throws SampleFailure where a single sample is to blame */
  make(part: readonly number[], context: MakeContext): P | Promise<P>
  collate(parts: P[]): B | Promise<B>
  /** Whether each part is one sample, so that it is the sample that fails where `make` does. */
  readonly isSingle: boolean
  /** Whether `collate` only copies, so that the parts can be released after it. */
  readonly copies: boolean
  /** Frees a part that was copied, or that no batch will use. */
  release(made: P, part: readonly number[]): void
  /** Frees a batch that nobody will get. */
  discard(batch: B): void
  /** Microseconds for one sample in each stage of making it, so far. */
  stages?(): Readonly<Record<string, number>>
  /** Frees what is kept from batch to batch. */
  close?(): void | Promise<void>
}

const singly = (indices: readonly number[]): (readonly number[])[] =>
  indices.map((index) => [index])

/**
 * Batches of single samples; without `collate` the default one.
 *
 * @param memory - how the default batches lie in memory
 */
export function sampleAssembly<T, B>(
  dataset: DatasetLike<T, unknown>,
  collate?: (samples: T[]) => B | Promise<B>,
  memory: BatchMemory = { interleaved: false, pinMemory: false },
): BatchAssembly<T, B> {
  const byDefault = (samples: T[]): B => inMemory(defaultCollate(samples), memory) as B
  return {
    split: singly,
    make: (part) => {
      checkIndices(part, dataset.length)
      return dataset.getItem(part[0] as number)
    },
    collate: collate ?? byDefault,
    isSingle: true,
    // What a user's collate keeps of the samples, and whether its result may be freed, only the user knows.
    copies: collate === undefined,
    release: (made, [index]) => dataset.release?.(made, index as number),
    discard: collate === undefined ? disposeTensors : () => {},
  }
}

/** No batches: the samples as they are. */
export function plainAssembly<T>(dataset: DatasetLike<T, unknown>): BatchAssembly<T, T> {
  return sampleAssembly<T, T>(dataset, ([sample]) => sample as T)
}

/** Batches that the data set makes whole, by `getBatch`. */
export function wholeAssembly<B>(dataset: DatasetLike<unknown, B>): BatchAssembly<B, B> {
  return {
    split: (indices) => [indices],
    make: (part) => {
      checkIndices(part, dataset.length)
      return dataset.getBatch?.(part) as B | Promise<B>
    },
    collate: ([batch]) => batch as B,
    isSingle: false,
    copies: false,
    release: () => {},
    discard: () => {},
  }
}

/** Refuses indices from a sampler that are not in the data set. */
export function checkIndices(indices: readonly number[], length: number): void {
  for (const index of indices) {
    if (!Number.isInteger(index) || index < 0 || index >= length) {
      const cause = `the sampler gave the index ${show(index)} for a data set of ${length}`
      throw new SampleFailure(index, new RangeError(cause))
    }
  }
}

/** How the tensors of a batch lie in memory. */
export interface BatchMemory {
  /** Whether the channels of a pixel are neighbours. */
  readonly interleaved: boolean
  /** Whether CUDA devices can copy from it asynchronously. */
  readonly pinMemory: boolean
}

/** Puts the tensors in what {@link defaultCollate} made into other memory. */
export function inMemory(batch: unknown, memory: BatchMemory): unknown {
  if (!memory.interleaved && !memory.pinMemory) return batch
  if (batch instanceof Tensor) return tensorInMemory(batch, memory)
  if (!Array.isArray(batch) && !isPlainObject(batch)) return batch
  for (const [key, value] of Object.entries(batch)) {
    ;(batch as Record<string, unknown>)[key] = inMemory(value, memory)
  }
  return batch
}

function tensorInMemory(tensor: Tensor, { interleaved, pinMemory }: BatchMemory): Tensor {
  const result = torch.scope(() => {
    const isImages = interleaved && tensor.dim() === 4
    const laid = isImages ? tensor.contiguous({ memoryFormat: 'channels_last' }) : tensor
    return pinMemory && laid.device === 'cpu' ? laid.pinMemory() : laid
  })
  if (result !== tensor) tensor.dispose()
  return result
}

/** Frees the tensors in what defaultCollate made. */
function disposeTensors(batch: unknown): void {
  if (batch instanceof Tensor) batch.dispose()
  else if (typeof batch === 'object' && batch !== null) Object.values(batch).forEach(disposeTensors)
}
