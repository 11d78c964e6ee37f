// The engine under a loader's iterators: makes the samples of the coming batches, several at once
// and in order, and hands the batches out one after the other.

import { isThenable } from '../check.js'
import type { BatchAssembly } from './assembly.js'
import { DataLoaderError } from './errors.js'
import { type RandomKey, withRandomKey } from './random.js'

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
}

/** The two ends of a promise. */
interface Settle<B> {
  resolve(batch: B): void
  reject(error: unknown): void
}

/** A batch in the making. */
class PendingBatch<P, B> {
  /** The finished parts by their position. */
  readonly made = new Map<number, P>()
  /** The number of parts neither made nor failed. */
  missing: number
  /** The error of the earliest failed part, so that what is reported does not depend on timing. */
  failure: { readonly position: number; readonly error: unknown } | undefined
  readonly result: Promise<B>
  readonly settle: Settle<B>

  constructor(
    readonly number: number,
    readonly indices: readonly number[],
    readonly parts: readonly (readonly number[])[],
  ) {
    this.missing = parts.length
    let settle!: Settle<B> // the executor runs at once
    this.result = new Promise((resolve, reject) => {
      settle = { resolve, reject }
    })
    this.settle = settle
    // Whoever takes the batch sees the error; until then it is nobody's.
    this.result.catch(() => {})
  }
}

interface Task<P, B> {
  readonly batch: PendingBatch<P, B>
  readonly position: number
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

  constructor(plan: BatchPlan<P, B>) {
    this.#plan = plan
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
    if (this.#closed) return undefined
    while (this.#pending.length <= ahead && this.#begin());
    const head = this.#pending.shift()
    if (head === undefined) {
      this.#closed = true
      this.#exhausted = true
      return undefined
    }
    this.#taken += 1
    this.#pump()
    try {
      // A consumer that computes synchronously would never let the event loop turn, and with it no
      // finished read or decode be noticed, as long as the next batch is ready.
      await new Promise((resolve) => setImmediate(resolve))
      return { batch: await head.result }
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** Ends the stream: begins nothing more, and resolves when what was in the making has ended and is freed. */
  async close(): Promise<void> {
    if (!this.#closed) this.#source.return?.()
    this.#closed = true
    const unwanted = this.#pending
    this.#pending = []
    this.#waiting = this.#waiting.filter(({ batch }) => !unwanted.includes(batch))
    while (this.#running.size > 0) await Promise.all(this.#running)
    const { discard } = this.#plan.assembly
    for (const batch of unwanted) {
      if (batch.missing > 0 || batch.failure !== undefined) this.#release(batch)
      else
        await batch.result.then(
          (made) => discard?.(made),
          () => {},
        )
    }
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
    const batch = new PendingBatch<P, B>(this.#begun, indices, parts)
    this.#begun += 1
    this.#pending.push(batch)
    for (let position = 0; position < parts.length; position++) {
      this.#waiting.push({ batch, position })
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
      made = this.#keyed('sample', part[0] as number, () => this.#plan.assembly.make(part))
    } catch (error) {
      this.#fail(task, error)
      return
    }
    this.#synchronous = !isThenable(made)
    if (!isThenable(made)) {
      this.#finish(task, made)
      return
    }
    const running: Promise<void> = Promise.resolve(made)
      .then(
        (value) => this.#finish(task, value),
        (error) => this.#fail(task, error),
      )
      .then(() => {
        this.#running.delete(running)
        this.#pump()
      })
    this.#running.add(running)
  }

  #finish({ batch, position }: Task<P, B>, made: P): void {
    batch.made.set(position, made)
    batch.missing -= 1
    this.#settle(batch)
  }

  #fail({ batch, position }: Task<P, B>, cause: unknown): void {
    if (batch.failure === undefined || position < batch.failure.position) {
      const indices = batch.parts[position] as readonly number[]
      const error = new DataLoaderError({ batch: batch.number, indices }, cause)
      batch.failure = { position, error }
    }
    // The later parts of a failed batch are of no use; the earlier ones have been started already.
    const unneeded = this.#waiting.filter((task) => task.batch === batch)
    this.#waiting = this.#waiting.filter((task) => task.batch !== batch)
    batch.missing -= 1 + unneeded.length
    this.#settle(batch)
  }

  #settle(batch: PendingBatch<P, B>): void {
    if (batch.missing > 0) return
    if (batch.failure === undefined) {
      void this.#collate(batch)
      return
    }
    this.#release(batch)
    batch.settle.reject(batch.failure.error)
  }

  async #collate(batch: PendingBatch<P, B>): Promise<void> {
    const { collate, copies } = this.#plan.assembly
    const parts = batch.parts.map((_, position) => batch.made.get(position) as P)
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
    for (const [position, made] of batch.made) {
      release?.(made, batch.parts[position] as readonly number[])
    }
    batch.made.clear()
  }
}
