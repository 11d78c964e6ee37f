// Every sample that does not come out as in Python, to the bit, with the reason. docs/parity.md shows this table.

import type { Mismatch } from './attempts.js'

/** Samples that may differ. All fields but the reason narrow it down. */
export interface Exception {
  /** Operators or classes by PyTorch's name in the database, variant included; `*` stands for any characters. */
  readonly ops: readonly string[]
  readonly kinds?: readonly Mismatch['kind'][]
  /** Names that were called, or parts of the sample. */
  readonly forms?: readonly string[]
  readonly dtypes?: readonly string[]
  readonly reason: string
}

/** Of the section `ops`. */
export const OPERATORS: readonly Exception[] = [
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

/** Of the section `nn`. */
export const MODULES: readonly Exception[] = [
  {
    ops: ['nn.Lazy*'],
    kinds: ['absent'],
    reason: 'lazy modules, which take their sizes from their first input, are not in this library',
  },
]

/** Of the section `optim`. */
export const OPTIMIZERS: readonly Exception[] = [
  {
    ops: ['optim.Adagrad', 'optim.Muon', 'optim.SGD', 'optim.SparseAdam'],
    kinds: ['inexact'],
    forms: ['groups', 'groups, for-loop', 'groups, foreach', 'groups, fused'],
    reason: 'a learning rate that is given as a tensor is kept, and written, as its number',
  },
  {
    ops: ['optim.ASGD', 'optim.Adafactor', 'optim.NAdam', 'optim.RAdam'],
    kinds: ['inexact', 'values'],
    forms: ['steps, foreach', 'from Python, foreach', 'to Python, foreach'],
    reason:
      '`foreach` gives the numbers of the loop, to round-off those of PyTorch, which computes in another order there',
  },
  {
    ops: ['optim.Ada*', 'optim.RMSprop'],
    dtypes: ['complex64', 'bfloat16'],
    forms: ['steps, foreach', 'from Python, foreach', 'to Python, foreach'],
    reason: 'as above, for complex numbers and for bfloat16',
  },
  {
    ops: ['optim.Muon'],
    dtypes: ['bfloat16'],
    reason: 'one sample of two groups comes out some last places away',
  },
  {
    ops: ['optim.LBFGS'],
    kinds: ['inexact'],
    reason:
      'the learning rate, and the first step length that comes of it, are numbers, tensors in Python',
  },
  {
    ops: ['optim.LBFGS'],
    dtypes: ['bfloat16'],
    reason:
      'the line search compares doubles, Python numbers of the parameters’ dtype: in bfloat16 it goes another way',
  },
  {
    ops: ['optim.Muon', 'optim.SparseAdam'],
    dtypes: ['float64'],
    forms: ['steps', 'from Python', 'to Python'],
    reason:
      'with a learning rate that is a tensor, Python computes some factors in its float32, this library in double',
  },
]

/** Of the section `lr`. */
export const SCHEDULERS: readonly Exception[] = [
  {
    ops: ['lr.SequentialLR'],
    forms: ['to Python'],
    reason:
      'PyTorch leaves two attributes on a chained scheduler inside a sequential one, which has no use for them; they are not in our state dict',
  },
]

const pattern = (name: string): RegExp =>
  new RegExp(`^${name.replace(/[.\\^$+?()[\]{}|]/g, '\\$&').replaceAll('*', '.*')}$`)

/** The exception that covers a mismatch of an operator and dtype. */
export const exceptionFor = (
  exceptions: readonly Exception[],
  op: string,
  dtype: string,
  { kind, form }: Mismatch,
): Exception | undefined =>
  exceptions.find(
    (exception) =>
      exception.ops.some((name) => pattern(name).test(op)) &&
      (exception.kinds?.includes(kind) ?? true) &&
      (exception.forms?.includes(form) ?? true) &&
      (exception.dtypes?.includes(dtype) ?? true),
  )
