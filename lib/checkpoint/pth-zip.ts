import { Cursor } from './cursor.js'
import { type StorageDescriptor, StorageReference } from './descriptor.js'
import { swapSize } from './dtypes.js'
import { quote, refuse } from './error.js'
import type { ParsedCheckpoint } from './parse.js'
import { unpickle } from './pickle.js'
import { type ByteSource, MemorySource } from './source.js'
import { storageId } from './storage-id.js'
import { readEntry, readZip, type ZipEntry } from './zip.js'

/** PyTorch refuses archives of a later version than it knows; 10 is the latest there is. */
const HIGHEST_VERSION = 10

/**
 * Reads what `torch.save` has written since PyTorch 1.6: a zip with `<folder>/data.pkl`, and each
 * storage under `<folder>/data/`. Tensors come as descriptors.
 */
export function parseZipCheckpoint(
  source: ByteSource,
  allow: ReadonlySet<string>,
): ParsedCheckpoint {
  const entries = readZip(source)
  const folder = findFolder(entries)
  const text = (name: string): string | undefined => {
    const entry = entries.get(`${folder}/${name}`)
    if (entry === undefined) return undefined
    if (entry.size > 64) refuse(`is a checkpoint whose record ${quote(name)} is too long`)
    return Buffer.from(readEntry(source, entry)).toString('latin1').trim()
  }

  const version = text('version')
  if (version !== undefined && !(/^\d{1,4}$/.test(version) && Number(version) <= HIGHEST_VERSION)) {
    refuse(`is a checkpoint of version ${quote(version)}; ${HIGHEST_VERSION} is the highest known`)
  }
  const order = text('byteorder') ?? 'little'
  if (order !== 'little' && order !== 'big') {
    refuse(`is a checkpoint with the unknown byte order ${quote(order)}`)
  }

  const storages = new Map<string, StorageDescriptor>()
  const persistent = (id: unknown): StorageReference => {
    const { key, dtype, typed, numel, byteLength } = storageId(id)
    const entry = entries.get(`${folder}/data/${key}`)
    if (entry === undefined) refuse(`has no record for storage ${quote(key)}`)
    if (entry.size !== byteLength) {
      refuse(
        `says that storage ${quote(key)} has ${numel} elements of ${dtype}, ${byteLength} bytes; ` +
          `its record has ${entry.size}`,
      )
    }
    if (order === 'big' && !typed) {
      refuse(`has the untyped storage ${quote(key)} in big-endian order, which is ambiguous`)
    }
    const swap = order === 'big' && swapSize(dtype) > 1 ? swapSize(dtype) : undefined
    const known = storages.get(key)
    if (known !== undefined && known.swap !== swap) {
      refuse(`uses the big-endian storage ${quote(key)} with two element types`)
    }
    const descriptor = known ?? storageOf(key, entry, swap)
    storages.set(key, descriptor)
    return new StorageReference(descriptor, dtype)
  }

  const pickle = entries.get(`${folder}/data.pkl`)
  if (pickle === undefined) refuse('is a zip without a data.pkl')
  const cursor =
    pickle.deflated === undefined
      ? new Cursor(source, pickle.offset, pickle.offset + pickle.size)
      : new Cursor(new MemorySource(readEntry(source, pickle)), 0, pickle.size)
  return { ...unpickle(cursor, { persistent, allow }), storages: storages.values() }
}

function storageOf(key: string, entry: ZipEntry, swap: number | undefined): StorageDescriptor {
  const { offset, size, deflated } = entry
  return {
    key,
    offset,
    byteLength: size,
    ...(deflated === undefined ? {} : { deflated }),
    ...(swap === undefined ? {} : { swap }),
  }
}

/** The one top folder that holds the pickle. */
function findFolder(entries: ReadonlyMap<string, ZipEntry>): string {
  const names = [...entries.keys()]
  if (names.some((name) => /^[^/]+\/(constants\.pkl$|code\/)/.test(name))) {
    refuse('is a TorchScript archive, a program with its weights; load it with torch.jit.load')
  }
  const [found, another] = names.filter((name) => /^[^/]+\/data\.pkl$/.test(name))
  if (found === undefined) refuse('is a zip without a data.pkl: no PyTorch checkpoint')
  if (another !== undefined) {
    refuse(`holds two checkpoints, ${quote(found)} and ${quote(another)}`)
  }
  return found.slice(0, found.indexOf('/'))
}
