// Every sample that does not come out as in Python, with the reason. docs/parity.md shows this table.

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
    ops: [
      'nn.functional.linear_cross_entropy.chunked',
      'nn.functional.linear_cross_entropy.chunked_none',
    ],
    kinds: ['unrecorded'],
    reason:
      'the samples pass a LinearCrossEntropyOptions, which chooses how PyTorch saves memory; linearCrossEntropy computes the same without',
  },
  {
    ops: ['nn.functional.triplet_margin_with_distance_loss'],
    kinds: ['unrecorded'],
    reason: 'the samples pass a Python module as the distance function',
  },
  {
    ops: ['signal.windows.*'],
    dtypes: ['errors'],
    kinds: ['unrecorded'],
    reason:
      "torch.signal is Python code, and its own checks raise before any function of PyTorch's is called",
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
