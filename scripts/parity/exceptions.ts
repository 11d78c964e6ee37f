// Every sample that does not come out as in Python, to the bit, with the reason. docs/parity.md shows this table.

import type { Mismatch } from './replay.js'

/** Samples that may differ. All fields but the reason narrow it down. */
export interface Exception {
  /** Operators by PyTorch's name in the database, variant included; `*` stands for any characters. */
  readonly ops: readonly string[]
  readonly kinds?: readonly Mismatch['kind'][]
  /** Names that were called. */
  readonly forms?: readonly string[]
  readonly dtypes?: readonly string[]
  readonly reason: string
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    ops: ['linalg.lstsq', 'linalg.lstsq.grad_oriented'],
    kinds: ['inexact'],
    reason: "LAPACK's gelsy gives other last bits from call to call, in Python too",
  },
  {
    ops: ['nn.functional.linear_cross_entropy.*'],
    kinds: ['inexact'],
    reason:
      'the samples choose how PyTorch saves memory, which adds up in another order; this library has no such option',
  },
]

const pattern = (name: string): RegExp =>
  new RegExp(`^${name.replace(/[.\\^$+?()[\]{}|]/g, '\\$&').replaceAll('*', '.*')}$`)

const PATTERNS = EXCEPTIONS.map(({ ops }) => ops.map(pattern))

/** The exception that covers a mismatch of an operator and dtype. */
export function exceptionFor(
  op: string,
  dtype: string,
  { kind, form }: Mismatch,
): Exception | undefined {
  return EXCEPTIONS.find(
    (exception, i) =>
      PATTERNS[i]?.some((name) => name.test(op)) &&
      (exception.kinds?.includes(kind) ?? true) &&
      (exception.forms?.includes(form) ?? true) &&
      (exception.dtypes?.includes(dtype) ?? true),
  )
}
