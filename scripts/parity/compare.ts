// Compares a result with the recorded one: bits first, then within a tolerance.

import { camelCase } from '../../lib/torch/camel.js'
import { Tensor } from '../../lib/torch/tensor.js'
import type { DType } from '../../lib/torch/types.js'
import { decode, tensorOf } from './decode.js'
import type { Encoded, Holder, TensorDescription } from './recording.js'

/** What differs: the kind decides under which heading it is counted. */
export interface Difference {
  readonly kind: 'type' | 'dtype' | 'shape' | 'stride' | 'values'
  readonly detail: string
}

/** `'equal'` to the bit, `'close'` within the tolerance, or what differs. */
export type Verdict = 'equal' | 'close' | Difference

/** Relative and absolute tolerance. */
export interface Tolerance {
  readonly relative: number
  readonly absolute: number
}

/** torch.testing.assert_close's defaults. */
const TOLERANCES: Partial<Record<DType, Tolerance>> = {
  float16: { relative: 1e-3, absolute: 1e-5 },
  bfloat16: { relative: 1.6e-2, absolute: 1e-5 },
  float32: { relative: 1.3e-6, absolute: 1e-5 },
  float64: { relative: 1e-7, absolute: 1e-7 },
  complex32: { relative: 1e-3, absolute: 1e-5 },
  complex64: { relative: 1.3e-6, absolute: 1e-5 },
  complex128: { relative: 1e-7, absolute: 1e-7 },
}

/** How strict a comparison is. */
export interface Strictness {
  /** Factor on the relative tolerance of every dtype; the absolute one, which small numbers meet, grows by its root. */
  readonly slack: number
  /** False for results that hold whatever was in memory. */
  readonly values: boolean
}

/** The worse of two verdicts. */
export const worst = (a: Verdict, b: Verdict): Verdict => {
  if (typeof a === 'object') return a
  return b === 'equal' ? a : b
}

/** Compares two texts. */
export const compareTexts = (found: string, wanted: string): Verdict =>
  found === wanted
    ? 'equal'
    : {
        kind: 'values',
        detail: `expected ${JSON.stringify(wanted)}, got ${JSON.stringify(found)}`,
      }

/** Compares a value of this library with an encoded one. */
export function compare(
  actual: unknown,
  expected: Encoded,
  frame: Holder,
  how: Strictness,
): Verdict {
  if (Array.isArray(expected)) return compareElements(actual, expected, frame, how)
  if (expected !== null && typeof expected === 'object') {
    const record = expected as Record<string, Encoded>
    if (record.tensor !== undefined) {
      return compareTensor(actual, record.tensor as unknown as TensorDescription, frame, how)
    }
    if (record.tuple !== undefined) {
      const verdict = compareElements(actual, record.tuple as Encoded[], frame, how)
      return worst(verdict, compareNames(actual, record.names as string[]))
    }
  }
  return compareScalar(actual, expected, how)
}

function compareElements(
  actual: unknown,
  expected: readonly Encoded[],
  frame: Holder,
  how: Strictness,
): Verdict {
  if (!Array.isArray(actual))
    return { kind: 'type', detail: `expected an array, got ${kindOf(actual)}` }
  if (actual.length !== expected.length) {
    return { kind: 'type', detail: `expected ${expected.length} elements, got ${actual.length}` }
  }
  return expected.reduce<Verdict>(
    (verdict, element, i) => worst(verdict, compare(actual[i], element, frame, how)),
    'equal',
  )
}

/** A named tuple's elements are there under their names too. */
function compareNames(actual: unknown, names: readonly string[]): Verdict {
  const tuple = actual as readonly unknown[] & Readonly<Record<string, unknown>>
  const missing = names.find((name, i) => tuple[camelCase(name)] !== tuple[i])
  return missing === undefined ? 'equal' : { kind: 'type', detail: `the result has no ${missing}` }
}

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'an array' : value instanceof Tensor ? 'a Tensor' : String(value)

function compareScalar(actual: unknown, expected: Encoded, how: Strictness): Verdict {
  const isFloat = typeof expected === 'object' && expected !== null && 'float' in expected
  const value = decode(expected, { tensors: [], results: [] })
  const wanted = isFloat ? Number(value) : plainNumber(value)
  const got = plainNumber(actual)
  if (sameValue(got, wanted)) return 'equal'
  if (isFloat && typeof got === 'number') {
    if (isClose(got, wanted as number, tolerance('float32', how))) return 'close'
  }
  return { kind: 'values', detail: `expected ${JSON.stringify(expected)}, got ${kindOf(actual)}` }
}

const plainNumber = (value: unknown): unknown =>
  typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value

function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  return JSON.stringify(a) === JSON.stringify(b)
}

const tolerance = (dtype: DType, { slack }: Strictness): Tolerance => {
  const { relative, absolute } = TOLERANCES[dtype] ?? { relative: 0, absolute: 0 }
  return { relative: relative * slack, absolute: absolute * Math.sqrt(slack) }
}

const isClose = (a: number, b: number, { relative, absolute }: Tolerance): boolean =>
  a === b ||
  Math.abs(a - b) <= absolute + relative * Math.abs(b) ||
  (Number.isNaN(a) && Number.isNaN(b))

/** Compares dtype, layout, shape, strides and values with a recorded tensor. */
export function compareTensor(
  actual: unknown,
  description: TensorDescription,
  frame: Holder,
  how: Strictness,
): Verdict {
  return compareTensors(actual, tensorOf(description, frame), how)
}

/** Compares dtype, layout, shape, strides and values. */
export function compareTensors(actual: unknown, expected: Tensor, how: Strictness): Verdict {
  if (!(actual instanceof Tensor))
    return { kind: 'type', detail: `expected a Tensor, got ${kindOf(actual)}` }
  const { dtype, shape, layout } = expected
  if (actual.dtype !== dtype)
    return { kind: 'dtype', detail: `expected ${dtype}, got ${actual.dtype}` }
  if (String(actual.shape) !== String(shape)) {
    return { kind: 'shape', detail: `expected [${shape}], got [${actual.shape}]` }
  }
  if (actual.layout !== layout)
    return { kind: 'type', detail: `expected ${layout}, got ${actual.layout}` }
  if (layout !== 'strided') return compareValues(actual.toDense(), expected.toDense(), how)
  if (String(actual.stride()) !== String(expected.stride())) {
    return {
      kind: 'stride',
      detail: `expected strides [${expected.stride()}], got [${actual.stride()}]`,
    }
  }
  if (!how.values || actual.device === 'meta') return 'equal'
  return compareValues(actual, expected, how)
}

const resolved = (tensor: Tensor): Tensor => tensor.detach().resolveConj().resolveNeg()

function compareValues(actual: Tensor, expected: Tensor, how: Strictness): Verdict {
  const a = resolved(actual)
  const b = resolved(expected)
  if (Buffer.compare(a.toBytes(), b.toBytes()) === 0) return 'equal'
  const limits = tolerance(b.dtype, how)
  const isComplex = b.dtype.startsWith('complex')
  const wide = isComplex ? 'complex128' : 'float64'
  const got = a.to(wide).toTypedArray() as Float64Array
  const wanted = b.to(wide).toTypedArray() as Float64Array
  let identical = true
  for (let i = 0; i < wanted.length; i++) {
    const x = got[i] as number
    const y = wanted[i] as number
    if (Object.is(x, y)) continue
    identical = false
    if (!isClose(x, y, limits)) {
      return { kind: 'values', detail: `element ${i}: expected ${y}, got ${x}` }
    }
  }
  // Bits that differ in nothing but the kind of NaN, or beyond what float64 holds.
  return identical && !/^u?int64$/.test(b.dtype) ? 'equal' : 'close'
}
