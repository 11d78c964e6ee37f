// The parts of a sample, each of which agrees, or says what does not.

import type { Strictness, Verdict } from './compare.js'
import { AbsentError } from './library.js'

/** One part of a sample that does not come out as in Python. */
export interface Mismatch {
  /**
   * `absent`: no such name; `throws`: raises where Python does not; `silent`: does not raise where Python does;
   * `unrecorded`: Python's sample cannot be written down; `inexact`: equal within the tolerance, not to the bit;
   * otherwise what differs.
   */
  readonly kind:
    | 'absent'
    | 'throws'
    | 'silent'
    | 'unrecorded'
    | 'inexact'
    | 'type'
    | 'dtype'
    | 'shape'
    | 'stride'
    | 'values'
  /** PyTorch's name of what was called, or which part of the sample it was. */
  readonly form: string
  readonly detail: string
}

/** How far two results agree: to the bit, within the tolerance, or not. */
export type Agreement = 'equal' | 'close' | 'different'

/** How a sample came out. */
export interface Outcome {
  /** What was compared, and how it came out: `result`, `gradients`, … */
  readonly parts: Readonly<Record<string, Agreement>>
  readonly mismatches: readonly Mismatch[]
}

const ORDER: readonly Agreement[] = ['equal', 'close', 'different']

/** The worse of two. */
export const leastOf = (a: Agreement, b: Agreement): Agreement =>
  ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b

/** Of a sample that Python could not write down. */
export const unrecorded = (why: string): Outcome => ({
  parts: { result: 'different' },
  mismatches: [{ kind: 'unrecorded', form: '', detail: why }],
})

/** Runs the parts of one sample and gathers what differs. */
export class Attempts {
  readonly mismatches: Mismatch[] = []

  /** @param how with a slack of 1, what is not equal to the bit is noted */
  constructor(readonly how: Strictness) {}

  /** Runs one part that has to agree. */
  agreeing(form: string, part: () => Verdict): Agreement {
    try {
      const verdict = part()
      if (verdict === 'close' && this.how.slack === 1) {
        this.mismatches.push({ kind: 'inexact', form, detail: 'within the tolerance' })
      }
      if (typeof verdict === 'string') return verdict
      this.mismatches.push({ ...verdict, form })
    } catch (error) {
      const kind = error instanceof AbsentError ? 'absent' : 'throws'
      this.mismatches.push({ kind, form, detail: firstLine(error) })
    }
    return 'different'
  }

  /** Runs one part that has to raise. */
  raising(form: string, python: string, part: () => void): Agreement {
    try {
      part()
    } catch (error) {
      if (!(error instanceof AbsentError)) return 'equal'
      this.mismatches.push({ kind: 'absent', form, detail: firstLine(error) })
      return 'different'
    }
    this.mismatches.push({ kind: 'silent', form, detail: `Python raises ${python}` })
    return 'different'
  }
}

const firstLine = (error: unknown): string => {
  const { name, message } = error as Error
  return `${name}: ${message.split('\n')[0]}`
}
