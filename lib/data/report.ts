// What became of an epoch: kept while batches are handed out.

import type { FailedSample } from './failures.js'

/** A sample that could not be made. */
export interface SampleError {
  /** The index of the sample in the data set of the loader. */
  readonly index: number
  /** The number of the batch in its epoch. */
  readonly batch: number
  /** Its file, where that is known. */
  readonly path: string | undefined
  /** What failed: `'read'`, `'decode'` or `'transform'` for pictures, else `'getItem'`. */
  readonly stage: string
  readonly reason: string
}

/** How an epoch went; plain data. */
export interface LoaderReport {
  readonly epoch: number
  /** The batches handed out, and the samples in them. */
  readonly batches: number
  readonly samples: number
  /** The samples that could not be made, in the order of the epoch. */
  readonly errors: readonly SampleError[]
  /** Milliseconds that the consumer has waited for batches: where they are many, loading is the bottleneck. */
  readonly decodeWait: number
  /** Milliseconds that the consumer has spent between batches. */
  readonly consumerWait: number
  /** Microseconds that a thread of the native loader, where it is in use, spends on one sample in each stage. */
  readonly stages: Readonly<Record<string, number>>
}

/** Writes a report. */
export class Recorder {
  readonly #epoch: number
  readonly #stages: () => Readonly<Record<string, number>>
  readonly #errors: SampleError[] = []
  #batches = 0
  #samples = 0
  #decodeWait = 0
  #consumerWait = 0
  #since: number | undefined

  constructor(epoch: number, stages: () => Readonly<Record<string, number>> = () => ({})) {
    this.#epoch = epoch
    this.#stages = stages
  }

  /** The consumer asks for a batch. */
  waits(): void {
    const now = performance.now()
    if (this.#since !== undefined) this.#consumerWait += now - this.#since
    this.#since = now
  }

  /** The consumer gets a batch, or learns that all its samples have failed. */
  took(batch: number, samples: number, failed: readonly FailedSample[]): void {
    const now = performance.now()
    this.#decodeWait += now - (this.#since ?? now)
    this.#since = now
    if (samples > 0) this.#batches += 1
    this.#samples += samples
    for (const { index, cause } of failed)
      this.#errors.push({ ...sampleError(index, cause), batch })
  }

  /** The samples that could not be made so far. */
  get errors(): readonly SampleError[] {
    return this.#errors
  }

  get report(): LoaderReport {
    return {
      epoch: this.#epoch,
      batches: this.#batches,
      samples: this.#samples,
      errors: [...this.#errors],
      decodeWait: this.#decodeWait,
      consumerWait: this.#consumerWait,
      stages: this.#stages(),
    }
  }
}

/** What is said of a sample that failed. */
export function sampleError(index: number, cause: unknown): Omit<SampleError, 'batch'> {
  const { path, stage, reason, message } = Object(cause) as Partial<Record<string, unknown>>
  return {
    index,
    path: typeof path === 'string' ? path : undefined,
    stage: typeof stage === 'string' ? stage : 'getItem',
    reason: ([reason, message].find((text) => typeof text === 'string') as string) ?? String(cause),
  }
}
