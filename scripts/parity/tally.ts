// Counts how the samples come out, and gathers what differs by operator.

import { namesOf } from './coverage.js'
import { type Exception, exceptionFor } from './exceptions.js'
import type { Frame, Sample } from './recording.js'
import type { Agreement, Mismatch, Outcome } from './replay.js'

/** How many samples of a kind came out how. */
export type Counts = Record<Agreement, number>

const none = (): Counts => ({ equal: 0, close: 0, different: 0 })

const add = (counts: Counts, agreement: Agreement | undefined): void => {
  if (agreement !== undefined) counts[agreement]++
}

/** The figures of one dtype, or of the calls that must raise. */
export interface Figures {
  readonly ops: Set<string>
  readonly forward: Counts
  readonly backward: Counts
  /** Samples that differ without an exception that says why. */
  unexplained: number
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
  readonly figures = new Map<string, Figures>()
  readonly groups = new Map<string, Group>()
  /** PyTorch's names of everything that was called. */
  readonly names = new Set<string>()

  add({ op, dtype }: Frame, sample: Sample, outcome: Outcome): void {
    for (const name of namesOf(sample)) this.names.add(name)
    const figures = this.#figuresOf(dtype)
    figures.ops.add(op)
    add(figures.forward, outcome.forward)
    add(figures.backward, outcome.backward)
    let isExplained = true
    for (const mismatch of outcome.mismatches) {
      const exception = exceptionFor(op, dtype, mismatch)
      if (exception === undefined) isExplained = false
      const key = [op, dtype, mismatch.form, mismatch.kind].join('|')
      const group = this.groups.get(key)
      if (group !== undefined) group.count++
      else this.groups.set(key, { op, dtype, mismatch, exception, index: sample.index, count: 1 })
    }
    if (!isExplained) figures.unexplained++
  }

  #figuresOf(dtype: string): Figures {
    const known = this.figures.get(dtype)
    if (known !== undefined) return known
    const figures: Figures = { ops: new Set(), forward: none(), backward: none(), unexplained: 0 }
    this.figures.set(dtype, figures)
    return figures
  }

  /** Groups of mismatches that no exception explains. */
  get unexplained(): Group[] {
    return [...this.groups.values()].filter((group) => group.exception === undefined)
  }
}

/** Number of samples. */
export const total = ({ equal, close, different }: Counts): number => equal + close + different

/** Part of the samples that agree, to the bit or within the tolerance. */
export const agreeing = (counts: Counts): number => {
  const all = total(counts)
  return all === 0 ? 1 : (all - counts.different) / all
}
