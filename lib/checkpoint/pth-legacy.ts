import { Cursor } from './cursor.js'
import { type StorageDescriptor, StorageReference } from './descriptor.js'
import { quote, refuse } from './error.js'
import type { ParsedCheckpoint } from './parse.js'
import { type PickleHost, unpickle } from './pickle.js'
import type { ByteSource } from './source.js'
import { type StorageId, storageId } from './storage-id.js'

const MAGIC = 0x1950a86a20f9469cfc6cn
const PROTOCOL = 1001

/** A storage whose place is only known once the whole pickle has been read. */
class LegacyStorage implements StorageDescriptor {
  offset = -1

  constructor(
    readonly key: string,
    readonly byteLength: number,
    readonly id: StorageId,
  ) {}
}

/**
 * Reads what `torch.save` wrote before PyTorch 1.6: five pickles in a row (magic number, protocol,
 * system, value, storage keys), then for each key its element count and raw bytes.
 */
export function parseLegacyCheckpoint(
  source: ByteSource,
  allow: ReadonlySet<string>,
): ParsedCheckpoint {
  const cursor = new Cursor(source, 0, source.size)
  const noStorages: PickleHost = {
    persistent: () => refuse('refers to a storage before its value'),
    allow: new Set(),
  }
  const plain = (): unknown => unpickle(cursor, noStorages).value

  if (plain() !== MAGIC) refuse('is a pickle, but not one by torch.save')
  const protocol = plain()
  if (protocol !== PROTOCOL)
    refuse(`is a legacy checkpoint of the unknown protocol ${String(protocol)}`)
  const system = plain()
  if (!(system instanceof Map)) refuse('is a legacy checkpoint without a system record')
  if (system.get('little_endian') !== true) {
    refuse(
      'was written on a big-endian machine in the legacy format; save it again with a newer PyTorch',
    )
  }

  const storages = new Map<string, LegacyStorage>()
  const persistent = (id: unknown): StorageReference => {
    const found = storageId(id)
    const { key, dtype, byteLength, rest } = found
    if (rest.length !== 1 || rest[0] !== null) {
      refuse(`has the storage ${quote(key)}, a view of another as PyTorch 0.3 wrote them`)
    }
    const known = storages.get(key)
    if (known !== undefined && (known.byteLength !== byteLength || known.id.dtype !== dtype)) {
      refuse(`describes the storage ${quote(key)} in two ways`)
    }
    const storage = known ?? new LegacyStorage(key, byteLength, found)
    storages.set(key, storage)
    return new StorageReference(storage, dtype)
  }
  const result = unpickle(cursor, { persistent, allow })
  placeStorages(cursor, plain(), storages)
  return { ...result, storages: storages.values() }
}

/** Finds where each storage lies, and checks that every one is there. */
function placeStorages(
  cursor: Cursor,
  keys: unknown,
  storages: ReadonlyMap<string, LegacyStorage>,
): void {
  if (!Array.isArray(keys)) refuse('is a legacy checkpoint without a list of storages')
  const placed = new Set<string>()
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined
    if (storage === undefined) refuse(`lists the storage ${quote(String(key))}, which nothing uses`)
    if (placed.has(storage.key)) refuse(`lists the storage ${quote(storage.key)} twice`)
    placed.add(storage.key)
    const numel = cursor.int64()
    if (numel !== BigInt(storage.id.numel)) {
      refuse(
        `says that storage ${quote(storage.key)} has ${storage.id.numel} elements, and ${numel} at its data`,
      )
    }
    if (storage.byteLength > cursor.remaining) {
      refuse(
        `ends early: storage ${quote(storage.key)} needs ${storage.byteLength} bytes, ${cursor.remaining} are left`,
      )
    }
    storage.offset = cursor.position
    cursor.seek(cursor.position + storage.byteLength)
  }
  for (const key of storages.keys()) {
    if (!placed.has(key)) refuse(`has no data for storage ${quote(key)}`)
  }
}
