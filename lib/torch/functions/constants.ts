// Constants of PyTorch's module `torch`: dtypes, layouts, memory formats (all of them plain strings here) and numbers.

import { camelCase } from '../camel.js'
import { type CamelCase, DTYPES, type DType, LAYOUTS, MEMORY_FORMATS } from '../types.js'

/** Names that PyTorch has for dtypes beside their own. */
const DTYPE_ALIASES = {
  float: 'float32',
  double: 'float64',
  half: 'float16',
  long: 'int64',
  int: 'int32',
  short: 'int16',
  cfloat: 'complex64',
  cdouble: 'complex128',
  chalf: 'complex32',
} as const

/** `{ float32: 'float32', … }`. */
const dtypes = Object.fromEntries(DTYPES.map((name) => [name, name])) as {
  readonly [Name in DType]: Name
}

type Camelized<T extends string> = { readonly [Name in T as CamelCase<Name>]: Name }

/** `{ channelsLast: 'channels_last', … }`. */
const camelized = <T extends string>(names: readonly T[]): Camelized<T> =>
  Object.fromEntries(names.map((name) => [camelCase(name), name])) as Camelized<T>

export const constants = {
  ...dtypes,
  ...DTYPE_ALIASES,
  ...camelized(LAYOUTS),
  ...camelized(MEMORY_FORMATS),
  /** Infinity. */
  inf: Number.POSITIVE_INFINITY,
  /** Not a number. */
  nan: Number.NaN,
  pi: Math.PI,
  /** Base of the natural logarithm. */
  e: Math.E,
  /** A new dimension in {@link Tensor.index}: `x.index([torch.newaxis, 0])`. */
  newaxis: null,
}
