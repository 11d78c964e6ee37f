// What is checked of a TorchScript archive before libtorch, whose own reader trusts its input, gets to see it.

import { Cursor } from '../checkpoint/cursor.js'
import {
  type StorageDescriptor,
  StorageReference,
  TensorDescriptor,
} from '../checkpoint/descriptor.js'
import { quote, refuse } from '../checkpoint/error.js'
import { detectFormat } from '../checkpoint/format.js'
import { unpickle } from '../checkpoint/pickle.js'
import { GlobalReference } from '../checkpoint/pickle-globals.js'
import { type ByteSource, MemorySource } from '../checkpoint/source.js'
import { storageId } from '../checkpoint/storage-id.js'
import { PickledObject, replaceValues } from '../checkpoint/values.js'
import { readEntry, readZip, type ZipEntry } from '../checkpoint/zip.js'
import type { DType } from '../torch/types.js'

type Entries = ReadonlyMap<string, ZipEntry>

/** The pickles that libtorch reads; the storages that each refers to lie in a folder of its name. */
const PICKLES = ['data', 'constants']

/** Storage classes that only quantized tensors have, with a type of the same width. */
const QUANTIZED: ReadonlyMap<string, DType> = new Map([
  ['torch.QInt8Storage', 'int8'],
  ['torch.QUInt8Storage', 'uint8'],
  ['torch.QInt32Storage', 'int32'],
])

/** The classes of a program have any name; none of them is run here. */
const ANY_CLASS = { has: () => true } as unknown as ReadonlySet<string>

/**
 * Refuses a file that is no TorchScript archive, or one whose tensors reach outside their memory, which libtorch would
 * read without a check.
 *
 * @returns the extra files that the archive holds, by name
 */
export function checkArchive(source: ByteSource): Map<string, Uint8Array> {
  if (detectFormat(source) !== 'zip') {
    refuse('holds tensors and no TorchScript program; read it with load')
  }
  const entries = readZip(source)
  const folder = findFolder(entries)
  for (const name of PICKLES) {
    const entry = entries.get(`${folder}/${name}.pkl`)
    if (entry !== undefined) checkPickle(source, entry, entries, `${folder}/${name}`)
  }
  const extra = new Map<string, Uint8Array>()
  const prefix = `${folder}/extra/`
  for (const [name, entry] of entries) {
    // A copy: what a source in memory gives is the caller's.
    if (name.startsWith(prefix)) {
      extra.set(name.slice(prefix.length), readEntry(source, entry).slice())
    }
  }
  return extra
}

/** The folder that all entries lie in. libtorch takes that of the first entry, and looks names up in any case. */
function findFolder(entries: Entries): string {
  const names = [...entries.keys()]
  if (names.some((name) => /^[^/]+\/(archive_format$|data\/aotinductor\/|models\/)/.test(name))) {
    refuse('is a package of torch.export or AOTInductor; load it with torch.aoti.load')
  }
  const [first = ''] = names
  const folder = first.slice(0, first.indexOf('/'))
  if (!names.every((name) => name.startsWith(`${folder}/`))) {
    refuse('is a zip with entries outside one folder: no TorchScript archive')
  }
  if (!entries.has(`${folder}/constants.pkl`)) {
    refuse(
      entries.has(`${folder}/data.pkl`)
        ? 'holds tensors and no TorchScript program; read it with load'
        : 'is a zip without a data.pkl: no TorchScript archive',
    )
  }
  if (!entries.has(`${folder}/data.pkl`)) refuse('is a TorchScript archive without its data.pkl')
  const lower = new Set(names.map((name) => name.toLowerCase()))
  if (lower.size !== names.length) refuse('is a zip with two entries whose names differ in case')
  return folder
}

function checkPickle(source: ByteSource, entry: ZipEntry, entries: Entries, folder: string): void {
  const persistent = (given: unknown): StorageReference => {
    const { key, dtype, byteLength } = storageId(asPlainStorage(given))
    const record = entries.get(`${folder}/${key}`)
    if (record === undefined) refuse(`has no record for storage ${quote(key)}`)
    if (record.size < byteLength) {
      refuse(
        `says that storage ${quote(key)} has ${byteLength} bytes; its record has ${record.size}`,
      )
    }
    const storage: StorageDescriptor = { key, offset: record.offset, byteLength }
    return new StorageReference(storage, dtype)
  }
  const cursor =
    entry.deflated === undefined
      ? new Cursor(source, entry.offset, entry.offset + entry.size)
      : new Cursor(new MemorySource(readEntry(source, entry)), 0, entry.size)
  const { value, tuples } = unpickle(cursor, { persistent, allow: ANY_CLASS })
  // Plain tensors have been checked as they were read.
  replaceValues(value, tuples, (part) => {
    if (part instanceof PickledObject && part.global === 'torch._utils._rebuild_qtensor') {
      checkQuantized(part.args)
    }
    return part
  })
}

function asPlainStorage(id: unknown): unknown {
  if (!Array.isArray(id) || !(id[1] instanceof GlobalReference)) return id
  const dtype = QUANTIZED.get(id[1].name)
  if (dtype === undefined) return id
  return [id[0], new GlobalReference(id[1].name, undefined, dtype), ...id.slice(2)]
}

function checkQuantized([storage, offset, shape, stride]: readonly unknown[]): void {
  if (
    !(storage instanceof StorageReference) ||
    typeof offset !== 'number' ||
    !Array.isArray(shape) ||
    !Array.isArray(stride)
  ) {
    refuse('holds a quantized tensor that is damaged')
  }
  // Its constructor checks the extent.
  new TensorDescriptor(storage.descriptor, storage.dtype, offset, shape, stride)
}
