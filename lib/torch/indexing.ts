// x.index([...]) and x.indexPut_([...], value): Python's x[...] with values for its notation.

import { fail } from '../check.js'
import { native, type TensorHandle } from '../native.js'
import { tensor } from './create.js'
import { begin, checkUndisturbed, cursor, end, frame, put, putSlot, takenSlots } from './frame.js'
import type { Tensor } from './tensor.js'
import { access } from './tensor-access.js'
import type { Int } from './types.js'

/** A range of one dimension: Python's `start:stop:step`. Make it with {@link slice}. */
export class Slice {
  constructor(
    readonly start: number | null,
    readonly stop: number | null,
    readonly step: number | null,
  ) {}
}

/** A bound of a {@link slice}; null (or nothing) for none. */
export type Bound = Int | Tensor | null

/**
 * A range for {@link Tensor.index}: `slice(1, 3)` is Python's `1:3`, `slice(null, -1)` is `:-1`, `slice()` is `:`.
 * Bounds may be negative (counted from the end), or integer tensors with one element; `step` must be positive.
 */
export function slice(start: Bound = null, stop: Bound = null, step: Bound = null): Slice {
  return new Slice(bound('start', start), bound('stop', stop), bound('step', step))
}

function bound(name: string, value: unknown): number | null {
  if (value === null) return null
  const handle = access.handleOf(value)
  const given = handle === undefined ? value : native.item(handle)
  const number = typeof given === 'bigint' ? Number(given) : given
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
    fail('slice', name, 'an integer or null', given)
  }
  return number
}

/** Positions or a mask, written out. */
export type IndexArray = readonly (Int | boolean | IndexArray)[]

/**
 * One entry of an index: a position, a {@link slice}, `'...'`, `null` (a new dimension), and positions or a mask as a
 * Tensor or as an array.
 */
export type Index = Int | boolean | Slice | '...' | null | Tensor | IndexArray

/** Options of {@link Tensor.indexPut_}. */
export interface IndexPutOptions {
  /** Add to what is there, once for each time that a position is selected, instead of replacing it. */
  accumulate?: boolean
}

const IndexTag = { None: 0, Ellipsis: 1, Integer: 2, Bool: 3, Slice: 4, Slot: 5 } as const

const MAX_INDICES = 1024

/** Writes one entry into the frame; false for what is no index. */
function putIndex(index: unknown): boolean {
  if (typeof index === 'number' || typeof index === 'bigint') {
    const number = Number(index)
    if (!Number.isSafeInteger(number)) return false
    put(IndexTag.Integer)
    put(number)
  } else if (index === null) {
    put(IndexTag.None)
  } else if (index === '...') {
    put(IndexTag.Ellipsis)
  } else if (typeof index === 'boolean') {
    put(IndexTag.Bool)
    put(index ? 1 : 0)
  } else if (index instanceof Slice) {
    put(IndexTag.Slice)
    put(index.start ?? Number.NaN)
    put(index.stop ?? Number.NaN)
    put(index.step ?? Number.NaN)
  } else {
    const handle = access.handleOf(index)
    if (handle === undefined) return false
    putSlot(handle, IndexTag.Slot)
  }
  return true
}

function refuseIndex(where: string, name: string, index: unknown): never {
  const isNumber = typeof index === 'number' || typeof index === 'bigint'
  const others = "an integer, slice(), '...', null, a boolean, an array or a Tensor"
  return fail(where, name, isNumber ? 'a safe integer' : others, index)
}

/** An array of positions as an int64 tensor, one of booleans as a mask. */
function positions(where: string, name: string, array: readonly unknown[]): Tensor {
  let first: unknown = array
  for (let depth = 0; depth < 64 && Array.isArray(first); depth++) first = first[0]
  try {
    return tensor(array as never, { dtype: typeof first === 'boolean' ? 'bool' : 'int64' })
  } catch {
    return fail(where, name, 'an array of integers or of booleans', array)
  }
}

function putIndices(where: string, indices: unknown): void {
  const list: unknown[] = Array.isArray(indices) ? indices : [indices]
  if (list.length > MAX_INDICES) fail(where, 'indices', 'at most 1024 indices', indices)
  // Made before the frame is begun, which the making uses too.
  const made = list.some(Array.isArray)
    ? list.map((index, i) =>
        Array.isArray(index) ? positions(where, `indices[${i}]`, index) : index,
      )
    : list
  const call = begin(1)
  for (let i = 0; i < made.length; i++) {
    if (!putIndex(made[i])) {
      refuseIndex(where, list === indices ? `indices[${i}]` : 'indices', made[i])
    }
  }
  checkUndisturbed(call)
  frame[0] = made.length
}

/** Handle of `x[indices]`. */
export function getItem(tensor: TensorHandle, indices: unknown): TensorHandle {
  try {
    putIndices('index', indices)
    return cursor.slots === 0 ? native.getItem(tensor) : native.getItem(tensor, ...takenSlots())
  } finally {
    end()
  }
}

/** `x[indices] = value`; `x[indices] += value`, position by position, with `accumulate`. */
export function setItem(
  tensor: TensorHandle,
  indices: unknown,
  value: TensorHandle,
  accumulate: boolean,
): void {
  try {
    putIndices('indexPut_', indices)
    if (accumulate) native.addItem(tensor, value, ...takenSlots())
    else native.setItem(tensor, value, ...takenSlots())
  } finally {
    end()
  }
}
