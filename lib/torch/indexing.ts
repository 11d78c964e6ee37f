// x.index([...]) and x.indexPut_([...], value): Python's x[...] with values for its notation.

import { fail } from '../check.js'
import { native, type TensorHandle } from '../native.js'
import { begin, checkUndisturbed, end, frame, put, slots } from './frame.js'
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

/**
 * A range for {@link Tensor.index}: `slice(1, 3)` is Python's `1:3`, `slice(null, -1)` is `:-1`, `slice()` is `:`.
 * Bounds may be negative (counted from the end); `step` must be positive.
 */
export function slice(
  start: number | null = null,
  stop: number | null = null,
  step: number | null = null,
): Slice {
  for (const [name, value] of Object.entries({ start, stop, step })) {
    if (value !== null && !Number.isSafeInteger(value)) {
      fail('slice', name, 'an integer or null', value)
    }
  }
  return new Slice(start, stop, step)
}

/** One entry of an index: a position, a {@link slice}, `'...'`, `null` (a new dimension), a mask or positions. */
export type Index = Int | boolean | Slice | '...' | null | Tensor

const IndexTag = { None: 0, Ellipsis: 1, Integer: 2, Bool: 3, Slice: 4, Slot: 5 } as const

const MAX_INDICES = 1024

function putIndex(where: string, index: unknown): void {
  if (index === null) {
    put(IndexTag.None)
  } else if (index === '...') {
    put(IndexTag.Ellipsis)
  } else if (typeof index === 'number' || typeof index === 'bigint') {
    const number = Number(index)
    if (!Number.isSafeInteger(number)) fail(where, 'an index', 'a safe integer', index)
    put(IndexTag.Integer)
    put(number)
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
    if (handle === undefined) {
      fail(where, 'an index', "an integer, slice(), '...', null, a boolean or a Tensor", index)
    }
    put(IndexTag.Slot)
    put(slots.length)
    slots.push(handle)
  }
}

function putIndices(where: string, indices: unknown): void {
  const list = Array.isArray(indices) ? indices : [indices]
  if (list.length > MAX_INDICES) fail(where, 'indices', 'at most 1024 indices', indices)
  const call = begin(1)
  for (const index of list) putIndex(where, index)
  checkUndisturbed(call)
  frame[0] = list.length
}

/** Handle of `x[indices]`. */
export function getItem(tensor: TensorHandle, indices: unknown): TensorHandle {
  try {
    putIndices('index', indices)
    return native.getItem(tensor, ...slots)
  } finally {
    end()
  }
}

/** `x[indices] = value`. */
export function setItem(tensor: TensorHandle, indices: unknown, value: TensorHandle): void {
  try {
    putIndices('indexPut_', indices)
    native.setItem(tensor, value, ...slots)
  } finally {
    end()
  }
}
