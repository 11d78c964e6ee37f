// Turns a value out of a checkpoint into the form of EXPECTED.json, so that the two can be compared.
import { createHash } from 'node:crypto'
import { OrderedDict, PickledObject } from '../../../lib/checkpoint/values.js'

/** What EXPECTED.json says of one tensor. */
export interface TensorFacts {
  dtype: string
  shape: readonly number[]
  stride: readonly number[]
  offset: number
  requires_grad: boolean
  /** Anything that is the same for tensors of one storage. */
  storage: unknown
  /** Elements in order. */
  bytes: Uint8Array
}

export type Entry = Record<string, unknown> & { kind: string }
export type Entries = Record<string, Entry>

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

const floatBits = (value: number): string => {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return view.getBigUint64(0).toString(16).padStart(16, '0')
}

/** `str(key)` of Python, which EXPECTED.json uses in its paths. */
function pathOf(key: unknown): string {
  return Array.isArray(key) ? `(${key.map(pathOf).join(', ')})` : String(key)
}

/** Facts about every part of a value, by path; `tensorFacts` tells those of a tensor. */
export function describeValue(
  root: unknown,
  tensorFacts: (value: unknown) => TensorFacts | undefined,
  isTuple: (value: object) => boolean,
): Entries {
  const entries: Entries = Object.create(null)
  const storages = new Map<unknown, number>()
  const describe = (path: string, value: unknown): void => {
    const inside = (key: unknown) => (path === '.' ? pathOf(key) : `${path}/${pathOf(key)}`)
    const facts = tensorFacts(value)
    if (facts !== undefined) {
      const { bytes, storage, ...rest } = facts
      if (!storages.has(storage)) storages.set(storage, storages.size)
      entries[path] = {
        kind: 'tensor',
        ...rest,
        storage: storages.get(storage),
        sha256: sha256(bytes),
      }
    } else if (value instanceof Map) {
      entries[path] = { kind: 'dict', keys: [...value.keys()] }
      for (const [key, item] of value) describe(inside(key), item)
    } else if (value instanceof Set) {
      entries[path] = { kind: 'set', values: [...value] }
    } else if (value instanceof Uint8Array) {
      entries[path] = { kind: 'bytes', hex: Buffer.from(value).toString('hex') }
    } else if (Array.isArray(value)) {
      entries[path] = { kind: isTuple(value) ? 'tuple' : 'list', length: value.length }
      value.forEach((item, i) => {
        describe(inside(i), item)
      })
    } else if (value === null) {
      entries[path] = { kind: 'NoneType' }
    } else if (typeof value === 'number') {
      entries[path] = { kind: 'number', bits: floatBits(value) }
    } else if (typeof value === 'bigint') {
      entries[path] = { kind: 'int', value: String(value) }
    } else if (value instanceof PickledObject) {
      entries[path] = { kind: 'object', global: value.global }
    } else {
      entries[path] = { kind: typeof value, value }
    }
  }
  describe('.', root)
  return entries
}

/** The module format versions that a state dict carries, as plain objects. */
export function metadataOf(value: unknown): unknown {
  if (!(value instanceof OrderedDict) || !(value.metadata instanceof Map)) return undefined
  return Object.fromEntries(
    [...value.metadata].map(([name, item]) => [name, Object.fromEntries(item)]),
  )
}

interface PythonKey {
  type: string
  value: unknown
}

const keyOf = (key: unknown): unknown =>
  typeof key === 'object' && key !== null ? (key as PythonKey).value : key

/** EXPECTED.json's entries of one file in terms of JavaScript: numbers have one type, dtypes are texts. */
export function normalizeExpected(expected: Entries): Entries {
  const entries: Entries = Object.create(null)
  for (const [path, entry] of Object.entries(expected)) {
    const { kind, value } = entry
    switch (kind) {
      case 'dict':
        entries[path] = { kind, keys: (entry.keys as unknown[]).map(keyOf) }
        break
      case 'parameter':
        entries[path] = { ...entry, kind: 'tensor' }
        break
      case 'float':
        entries[path] = { kind: 'number', bits: entry.bits }
        break
      case 'int': {
        const isSafe = Number.isSafeInteger(Number(value))
        entries[path] = isSafe
          ? { kind: 'number', bits: floatBits(Number(value)) }
          : { kind, value }
        break
      }
      case 'str':
        entries[path] = { kind: 'string', value }
        break
      case 'bool':
        entries[path] = { kind: 'boolean', value }
        break
      case 'NoneType':
        entries[path] = { kind }
        break
      case 'torch.dtype':
      case 'torch.device':
        entries[path] = { kind: 'string', value: String(value).replace('torch.', '') }
        break
      case 'torch.Size': {
        const sizes = value as number[]
        entries[path] = { kind: 'tuple', length: sizes.length }
        sizes.forEach((size, i) => {
          entries[`${path}/${i}`] = { kind: 'number', bits: floatBits(size) }
        })
        break
      }
      default:
        entries[path] = entry
    }
  }
  return entries
}
