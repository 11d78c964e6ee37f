import type { DType } from '../torch/types.js'
import { itemSize } from './dtypes.js'
import { quote, refuse } from './error.js'
import { GlobalReference } from './pickle-globals.js'

/** A persistent id `('storage', type, key, location, numel)`, checked. The location is not used. */
export interface StorageId {
  readonly key: string
  readonly dtype: DType
  /** Whether the file says so, or only that these are bytes. */
  readonly typed: boolean
  readonly numel: number
  readonly byteLength: number
}

/** Reads a persistent id; `rest` is what follows the five usual parts. */
export function storageId(id: unknown): StorageId & { rest: readonly unknown[] } {
  if (!Array.isArray(id)) refuse('a persistent id is not a tuple')
  const [kind, type, key, , numel, ...rest] = id as unknown[]
  if (kind !== 'storage') refuse('a persistent id is of a kind other than "storage"')
  if (!(type instanceof GlobalReference) || type.storage === undefined) {
    refuse('a persistent id names no storage class')
  }
  if (typeof key !== 'string') refuse('a persistent id has a storage key that is not a text')
  const dtype = type.storage === 'untyped' ? 'uint8' : type.storage
  const byteLength = typeof numel === 'number' ? numel * itemSize(dtype) : -1
  if (typeof numel !== 'number' || !Number.isSafeInteger(byteLength) || byteLength < 0) {
    refuse(`storage ${quote(key)} has the length ${String(numel)}`)
  }
  return { key, dtype, typed: type.storage !== 'untyped', numel, byteLength, rest }
}
