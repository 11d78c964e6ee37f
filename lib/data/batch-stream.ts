// The engine under a loader's iterators: makes the samples of the coming batches, several at once
// and in order, and hands the batches out one after the other.

import { setMaxListeners } from 'node:events'
import { isThenable } from '../check.js'
import type { BatchAssembly } from './assembly.js'
import { DataLoaderError, SampleFailure } from './errors.js'
import { BatchFailures, type ErrorPolicy } from './failures.js'
import { PendingBatch } from './pending-batch.js'
import { type RandomKey, withRandomKey } from './random.js'
import type { Recorder } from './report.js'

/** What a {@link BatchStream} makes. */
export interface BatchPlan<P, B> {
  /** The sample indices of each batch; advanced only as far as batches are asked for. */
  readonly batches: Iterable<readonly number[]>
  readonly assembly: BatchAssembly<P, B>
  /** The most parts in the making at one time. */
  readonly concurrency: number
  readonly seed: number
  readonly epoch: number
  /** The number of batches to leave out at the start, their samples unmade. */
  readonly skip: number
  readonly onError: ErrorPolicy
  readonly maxErrors: number
  /** The number of samples that replacements are chosen from; undefined for those of the same batch. */
  readonly choices: number | undefined
  /** What is told of all that happens. */
  readonly recorder: Recorder
}

interface Task<P, B> {
  readonly batch: PendingBatch<P, B>
  readonly position: number
  /** How many samples before have failed in this place. */
  readonly attempt: number
}

/** One pass over the data: batches in order, made ahead of demand, cancelled by `close`. */
export class BatchStream<P, B> {
  readonly #plan: BatchPlan<P, B>
  readonly #source: Iterator<readonly number[]>
  /** Batches begun and not taken yet, oldest first. */
  #pending: PendingBatch<P, B>[] = []
  /** Parts not begun, in order. */
  #waiting: Task<P, B>[] = []
  readonly #running = new Set<Promise<void>>()
  #begun = 0
  #taken: number
  #closed = false
  #exhausted = false
  /** Whether the latest part was made synchronously: ahead of need, that only delays the batch in demand. */
  #synchronous = false
  readonly #cancel = new AbortController()

  constructor(plan: BatchPlan<P, B>) {
    this.#plan = plan
    setMaxListeners(0, this.#cancel.signal) // one for each part in the making
    this.#taken = plan.skip
    this.#source = this.#keyed('order', 0, () => plan.batches[Symbol.iterator]())
    while (this.#begun < plan.skip && this.#nextIndices() !== undefined) this.#begun += 1
  }

  /** The number of the batch that `take` gives next. */
  get position(): number {
    return this.#taken
  }

  /** Whether `take` has said that there is no further batch. */
  get exhausted(): boolean {
    return this.#exhausted
  }

  /**
   * The next batch, while up to `ahead` batches after it are in the making; undefined after the last.
   * A failure ends the stream and rejects with a DataLoaderError.
   */
  async take(ahead: number): Promise<{ readonly batch: B } | undefined> {
    for (;;) {
      if (this.#closed) return undefined
      while (this.#pending.length <= ahead && this.#begin());
      const head = this.#pending.shift()
      if (head === undefined) {
        this.#exhausted = true
        await this.close()
        return undefined
      }
      this.#taken += 1
      this.#pump()
      const batch = await this.#await(head)
      if (batch !== undefined) return { batch }
    }
  }

  /** The batch once it is made; undefined if none of its samples could be. */
  async #await(head: PendingBatch<P, B>): Promise<B | undefined> {
    const { recorder } = this.#plan
    recorder.waits()
    try {
      // A consumer that computes synchronously would never let the event loop turn, and with it no
      // finished read or decode be noticed, as long as the next batch is ready.
      await new Promise((resolve) => setImmediate(resolve))
      const batch = await head.result
      recorder.took(head.number, head.indices.length - head.failures.missing, head.failures.all)
      try {
        this.#checkErrors(head)
      } catch (error) {
        if (batch !== undefined) this.#plan.assembly.discard(batch)
        throw error
      }
      return batch
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** @throws DataLoaderError when too many samples have failed */
  #checkErrors({ number, failures }: PendingBatch<P, B>): void {
    const { maxErrors, recorder } = this.#plan
    const last = failures.all.at(-1)
    if (last === undefined || recorder.errors.length <= maxErrors) return
    const place = { batch: number, indices: [last.index] }
    throw new DataLoaderError(place, last.cause, `more than ${maxErrors} samples (maxErrors)`)
  }

  /** Ends the stream: begins nothing more, and resolves when what was in the making has ended and is freed. */
  async close(): Promise<void> {
    if (!this.#closed) this.#source.return?.()
    this.#closed = true
    this.#cancel.abort()
    const unwanted = this.#pending
    this.#pending = []
    this.#waiting = this.#waiting.filter(({ batch }) => !unwanted.includes(batch))
    while (this.#running.size > 0) await Promise.all(this.#running)
    const { assembly } = this.#plan
    for (const batch of unwanted) {
      if (batch.missing > 0 || batch.failure !== undefined) this.#release(batch)
      else
        await batch.result.then(
          (made) => made !== undefined && assembly.discard(made),
          () => {},
        )
    }
    await assembly.close?.()
  }

  #keyed<R>(purpose: RandomKey['purpose'], index: number, fn: () => R): R {
    const { seed, epoch } = this.#plan
    return withRandomKey({ seed, epoch, purpose, index }, fn)
  }

  #nextIndices(): readonly number[] | undefined {
    const next = this.#keyed('order', 0, () => this.#source.next())
    return next.done === true ? undefined : next.value
  }

  /** Queues the parts of one more batch; false when there is none. */
  #begin(): boolean {
    const indices = this.#nextIndices()
    if (indices === undefined) return false
    const parts = this.#plan.assembly.split(indices)
    const { seed, epoch, onError: policy, choices } = this.#plan
    const failures = new BatchFailures({ policy, seed, epoch, choices }, indices)
    const batch = new PendingBatch<P, B>(this.#begun, indices, parts, failures)
    this.#begun += 1
    this.#pending.push(batch)
    for (let position = 0; position < parts.length; position++) {
      this.#waiting.push({ batch, position, attempt: 0 })
    }
    return true
  }

  /** Starts waiting parts as far as `concurrency` allows. */
  #pump(): void {
    while (this.#running.size < this.#plan.concurrency) {
      const task = this.#waiting[0]
      if (task === undefined || (this.#synchronous && task.batch.number >= this.#taken)) return
      this.#waiting.shift()
      this.#start(task)
    }
  }

  #start(task: Task<P, B>): void {
    const { batch, position } = task
    const part = batch.parts[position] as readonly number[]
    let made: P | Promise<P>
    try {
      made = this.#keyed('sample', part[0] as number, () =>
        this.#plan.assembly.make(part, {
          seed: this.#plan.seed,
          epoch: this.#plan.epoch,
          signal: this.#cancel.signal,
          instead: (failed) => batch.failures.instead(failed),
        }),
      )
    } catch (error) {
      this.#fail(task, error)
      return
    }
    this.#synchronous = !isThenable(made)
    if (!isThenable(made)) {
      this.#made(task, made)
      return
    }
    const running: Promise<void> = Promise.resolve(made)
      .then(
        (value) => this.#made(task, value),
        (error) => this.#fail(task, error),
      )
      .then(() => {
        this.#running.delete(running)
        this.#pump()
      })
    this.#running.add(running)
  }

  #made({ batch, position }: Task<P, B>, made: P): void {
    batch.made.set(position, made)
    this.#finish(batch)
  }

  #fail(task: Task<P, B>, error: unknown): void {
    const { batch, position, attempt } = task
    const part = batch.parts[position] as readonly number[]
    let cause = error
    // What a batch made whole can say of one of its samples, it has said already.
    if (this.#plan.assembly.isSingle && !(error instanceof SampleFailure) && !this.#closed) {
      try {
        const index = part[0] as number
        const other = batch.failures.instead({ index, position, cause, attempt })
        if (other === undefined) this.#finish(batch)
        else {
          batch.parts[position] = [other]
          this.#waiting.unshift({ batch, position, attempt: attempt + 1 })
        }
        return
      } catch (failure) {
        cause = failure
      }
    }
    this.#end(task, cause)
  }

  /** Ends a batch with an error. */
  #end({ batch, position }: Task<P, B>, cause: unknown): void {
    if (batch.failure === undefined || position < batch.failure.position) {
      const error =
        cause instanceof SampleFailure
          ? new DataLoaderError({ batch: batch.number, indices: [cause.index] }, cause.cause)
          : new DataLoaderError(
              { batch: batch.number, indices: batch.parts[position] as readonly number[] },
              cause,
            )
      batch.failure = { position, error }
    }
    // The later parts of a failed batch are of no use; the earlier ones have been started already.
    const unneeded = this.#waiting.filter((task) => task.batch === batch)
    this.#waiting = this.#waiting.filter((task) => task.batch !== batch)
    batch.missing -= unneeded.length
    this.#finish(batch)
  }

  /** One part less is missing; after the last, the batch is put together. */
  #finish(batch: PendingBatch<P, B>): void {
    batch.missing -= 1
    if (batch.missing > 0) return
    if (batch.failure === undefined && !batch.failures.isTotal) {
      void this.#collate(batch)
      return
    }
    this.#release(batch)
    if (batch.failure === undefined) batch.settle.resolve(undefined)
    else batch.settle.reject(batch.failure.error)
  }

  async #collate(batch: PendingBatch<P, B>): Promise<void> {
    const { collate, copies } = this.#plan.assembly
    const parts = batch.inOrder.map(({ made }) => made)
    try {
      batch.settle.resolve(await this.#keyed('batch', batch.number, () => collate(parts)))
    } catch (error) {
      batch.settle.reject(
        new DataLoaderError({ batch: batch.number, indices: batch.indices }, error),
      )
    } finally {
      if (copies) this.#release(batch)
    }
  }

  #release(batch: PendingBatch<P, B>): void {
    const { release } = this.#plan.assembly
    for (const { made, part } of batch.inOrder) release(made, part)
    batch.made.clear()
  }
}
