import type { BatchFailures } from './failures.js'

/** The two ends of a promise. */
interface Settle<B> {
  resolve(batch: B): void
  reject(error: unknown): void
}

/** A batch in the making. */
export class PendingBatch<P, B> {
  /** The finished parts by their position. */
  readonly made = new Map<number, P>()
  /** The indices that each part is made of; others where samples were replaced. */
  readonly parts: (readonly number[])[]
  /** The number of parts neither made nor given up. */
  missing: number
  /** The error of the earliest failed part, so that what is reported does not depend on timing. */
  failure: { readonly position: number; readonly error: unknown } | undefined
  /** Undefined for a batch none of whose samples could be made. */
  readonly result: Promise<B | undefined>
  readonly settle: Settle<B | undefined>

  constructor(
    readonly number: number,
    readonly indices: readonly number[],
    parts: readonly (readonly number[])[],
    readonly failures: BatchFailures,
  ) {
    this.parts = [...parts]
    this.missing = parts.length
    let settle!: Settle<B | undefined> // the executor runs at once
    this.result = new Promise((resolve, reject) => {
      settle = { resolve, reject }
    })
    this.settle = settle
    // Whoever takes the batch sees the error; until then it is nobody's.
    this.result.catch(() => {})
  }

  /** The parts that were made, in order. */
  get inOrder(): { readonly part: readonly number[]; readonly made: P }[] {
    return this.parts.flatMap((part, position) =>
      this.made.has(position) ? [{ part, made: this.made.get(position) as P }] : [],
    )
  }
}
