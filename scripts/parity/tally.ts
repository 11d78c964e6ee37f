// Counts how the samples come out, and gathers what differs by operator.

import type { Agreement, Mismatch } from './attempts.js'
import { type Exception, exceptionFor } from './exceptions.js'
import type { Frame } from './recording.js'
import type { Replayed } from './section.js'

/** How many samples came out how. */
export type Counts = Record<Agreement, number>

/** The figures of one part of the samples of one dtype. */
export interface Figures {
  readonly dtype: string
  /** `result`, `gradients`, … */
  readonly part: string
  /** Operators, or what else there are samples of. */
  readonly ops: Set<string>
  readonly counts: Counts
}

/** Mismatches of one operator that are alike. */
export interface Group {
  readonly op: string
  readonly dtype: string
  readonly mismatch: Mismatch
  readonly exception: Exception | undefined
  /** The first sample of the group. */
  readonly index: number
  count: number
}

/** All samples of a run. */
export class Tally {
  readonly exceptions: readonly Exception[]
  readonly groups = new Map<string, Group>()
  /** PyTorch's names of everything that was called. */
  readonly names = new Set<string>()
  readonly #figures = new Map<string, Figures>()

  constructor(exceptions: readonly Exception[]) {
    this.exceptions = exceptions
  }

  add({ op, dtype }: Pick<Frame, 'op' | 'dtype'>, { index, outcome, names = [] }: Replayed): void {
    for (const name of names) this.names.add(name)
    for (const [part, agreement] of Object.entries(outcome.parts)) {
      const figures = this.#figuresOf(dtype, part)
      figures.ops.add(op)
      figures.counts[agreement]++
    }
    for (const mismatch of outcome.mismatches) {
      const key = [op, dtype, mismatch.form, mismatch.kind].join('|')
      const group = this.groups.get(key)
      if (group !== undefined) {
        group.count++
        continue
      }
      const exception = exceptionFor(this.exceptions, op, dtype, mismatch)
      this.groups.set(key, { op, dtype, mismatch, exception, index, count: 1 })
    }
  }

  /** Figures of each dtype and part, in the order in which they came up. */
  get figures(): Figures[] {
    const dtypes = [...new Set([...this.#figures.values()].map(({ dtype }) => dtype))]
    return dtypes.flatMap((name) =>
      [...this.#figures.values()].filter(({ dtype }) => dtype === name),
    )
  }

  #figuresOf(dtype: string, part: string): Figures {
    const key = `${dtype}|${part}`
    const known = this.#figures.get(key)
    if (known !== undefined) return known
    const counts: Counts = { equal: 0, close: 0, different: 0 }
    const figures: Figures = { dtype, part, ops: new Set(), counts }
    this.#figures.set(key, figures)
    return figures
  }

  /** Groups of mismatches that no exception explains. */
  get unexplained(): Group[] {
    return [...this.groups.values()].filter((group) => group.exception === undefined)
  }

  /** Exceptions that nothing needs. */
  get unused(): Exception[] {
    const used = new Set([...this.groups.values()].map((group) => group.exception))
    return this.exceptions.filter((exception) => !used.has(exception))
  }

  /** Part of everything compared that agrees, to the bit or within the tolerance. */
  get agreeing(): number {
    const sum = (part: (counts: Counts) => number): number =>
      [...this.#figures.values()].reduce((all, { counts }) => all + part(counts), 0)
    const all = sum(total)
    return all === 0 ? 1 : (all - sum(({ different }) => different)) / all
  }
}

/** Number of samples. */
export const total = ({ equal, close, different }: Counts): number => equal + close + different
