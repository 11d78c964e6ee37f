import { promisify } from 'node:util'
import { inflateRaw, inflateRawSync } from 'node:zlib'
import { CheckpointError, quote, refuse } from './error.js'
import type { ByteSource } from './source.js'

/** A file inside a zip archive. */
export interface ZipEntry {
  readonly name: string
  /** Where its bytes begin. */
  readonly offset: number
  /** Bytes once read. */
  readonly size: number
  /** Bytes in the archive where they are deflated, else undefined: `torch.save` stores them plain. */
  readonly deflated: number | undefined
}

const END = 0x06054b50
const ZIP64_END = 0x06064b50
const ZIP64_LOCATOR = 0x07064b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50

const END_SIZE = 22
const LOCATOR_SIZE = 20
const ZIP64_END_SIZE = 56
const CENTRAL_SIZE = 46
const LOCAL_SIZE = 30

/** Encryption, patches, encrypted directory. */
const UNREADABLE_FLAGS = 0x0001 | 0x0020 | 0x2000
const STORED = 0
const DEFLATED = 8

const LONGEST_COMMENT = 0xffff
const DIRECTORY_LIMIT = 1 << 28
/** Trained weights hardly shrink; what shrinks more than this is there to fill the memory. */
const RATIO_LIMIT = 200

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function safe(value: bigint): number {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : refuse('is a zip with a size of more than 2^53')
}

interface Directory {
  readonly offset: number
  readonly size: number
  readonly count: number
}

/** Where the end record begins, `comment` bytes at most before the end. */
function findEnd(source: ByteSource, comment: number): number {
  const length = Math.min(source.size, END_SIZE + comment)
  const tail = source.read(source.size - length, length)
  const view = viewOf(tail)
  for (let at = length - END_SIZE; at >= 0; at--) {
    const isEnd = view.getUint32(at, true) === END
    if (isEnd && view.getUint16(at + 20, true) === length - END_SIZE - at) {
      return source.size - length + at
    }
  }
  refuse('is a zip without an end record at its end: it was cut off, or bytes were added')
}

/** Reads the end records. Nothing may follow them but a comment of at most so many bytes. */
function findDirectory(source: ByteSource, comment: number): Directory {
  if (source.size < END_SIZE) refuse('is a zip that ends early')
  const endOffset = findEnd(source, comment)
  const end = viewOf(source.read(endOffset, END_SIZE))
  if (end.getUint16(4, true) !== 0 || end.getUint16(6, true) !== 0) {
    refuse('is one part of a zip of several')
  }
  const plain: Directory = {
    count: end.getUint16(10, true),
    size: end.getUint32(12, true),
    offset: end.getUint32(16, true),
  }
  const directory = findZip64Directory(source, endOffset, plain) ?? { ...plain, end: endOffset }
  if (directory.offset + directory.size !== directory.end) {
    refuse('is a zip whose directory is not where its end record says')
  }
  if (directory.size > DIRECTORY_LIMIT) refuse('is a zip with a directory of more than 256 MiB')
  return directory
}

function findZip64Directory(
  source: ByteSource,
  endOffset: number,
  plain: Directory,
): (Directory & { end: number }) | undefined {
  const locatorOffset = endOffset - LOCATOR_SIZE
  if (locatorOffset < ZIP64_END_SIZE) return undefined
  const locator = viewOf(source.read(locatorOffset, LOCATOR_SIZE))
  if (locator.getUint32(0, true) !== ZIP64_LOCATOR) return undefined
  const recordOffset = safe(locator.getBigUint64(8, true))
  if (recordOffset !== locatorOffset - ZIP64_END_SIZE) {
    refuse('is a zip whose ZIP64 record is not where it is said to be')
  }
  const record = viewOf(source.read(recordOffset, ZIP64_END_SIZE))
  if (record.getUint32(0, true) !== ZIP64_END) refuse('is a zip without its ZIP64 record')
  const directory = {
    count: safe(record.getBigUint64(32, true)),
    size: safe(record.getBigUint64(40, true)),
    offset: safe(record.getBigUint64(48, true)),
    end: recordOffset,
  }
  const agrees = (narrow: number, wide: number, marker: number) =>
    narrow === marker || narrow === wide
  if (
    !agrees(plain.count, directory.count, 0xffff) ||
    !agrees(plain.size, directory.size, 0xffffffff) ||
    !agrees(plain.offset, directory.offset, 0xffffffff)
  ) {
    refuse('is a zip whose two end records disagree')
  }
  return directory
}

/** An entry as the directory tells of it; nothing of it is checked. */
export interface CentralEntry {
  readonly name: string
  readonly method: number
  readonly size: number
  readonly compressed: number
  readonly header: number
  readonly crc: number
  /** Kind and rights as Unix has them, where the archive was made there, else 0. */
  readonly mode: number
}

/** Sizes and offset of an entry, from the ZIP64 field where the plain fields are full. */
function readSizes(
  name: string,
  view: DataView,
  extra: DataView,
): Pick<CentralEntry, 'size' | 'compressed' | 'header'> {
  const plain = {
    size: view.getUint32(24, true),
    compressed: view.getUint32(20, true),
    header: view.getUint32(42, true),
  }
  if (Math.max(plain.size, plain.compressed, plain.header) !== 0xffffffff) return plain
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue
    let next = at + 4
    const end = Math.min(next + extra.getUint16(at + 2, true), extra.byteLength)
    const wide = (value: number): number => {
      if (value !== 0xffffffff) return value
      if (next + 8 > end)
        refuse(`is a zip whose entry ${quote(name)} has a ZIP64 field that ends early`)
      next += 8
      return safe(extra.getBigUint64(next - 8, true))
    }
    return {
      size: wide(plain.size),
      compressed: wide(plain.compressed),
      header: wide(plain.header),
    }
  }
  refuse(`is a zip whose entry ${quote(name)} lacks its ZIP64 field`)
}

function* centralEntries(bytes: Uint8Array): Generator<CentralEntry> {
  let at = 0
  const ended = () => refuse('is a zip whose directory ends early')
  while (at < bytes.length) {
    if (at + CENTRAL_SIZE > bytes.length) ended()
    const view = viewOf(bytes.subarray(at, at + CENTRAL_SIZE))
    if (view.getUint32(0, true) !== CENTRAL) refuse('is a zip with a damaged directory')
    const nameEnd = at + CENTRAL_SIZE + view.getUint16(28, true)
    const extraEnd = nameEnd + view.getUint16(30, true)
    const next = extraEnd + view.getUint16(32, true)
    if (next > bytes.length) ended()
    const name = decodeName(bytes.subarray(at + CENTRAL_SIZE, nameEnd))
    if ((view.getUint16(8, true) & UNREADABLE_FLAGS) !== 0) {
      refuse(`is a zip whose entry ${quote(name)} is encrypted`)
    }
    const method = view.getUint16(10, true)
    const sizes = readSizes(name, view, viewOf(bytes.subarray(nameEnd, extraEnd)))
    const crc = view.getUint32(16, true)
    yield { name, method, ...sizes, crc, mode: view.getUint16(40, true) }
    at = next
  }
}

/** Names are never used as paths; odd ones are refused all the same, as PyTorch does. */
function decodeName(bytes: Uint8Array): string {
  let name: string
  try {
    name = utf8.decode(bytes)
  } catch {
    refuse('is a zip with an entry name that is not UTF-8')
  }
  const parts = name.split('/')
  if (name === '' || parts[0] === '' || parts.includes('..') || /[\0\\]/.test(name)) {
    refuse(`is a zip with the entry name ${quote(name)}`)
  }
  return name
}

/**
 * Checks an entry against its local header, which alone knows where the data begins. The data must end at
 * `limit`, and not grow to more than `ratio` times its size.
 */
export function locate(
  source: ByteSource,
  entry: CentralEntry,
  limit: number,
  ratio = RATIO_LIMIT,
): ZipEntry {
  const { name, method, size, compressed, header } = entry
  const damaged = (why: string) => refuse(`is a zip whose entry ${quote(name)} ${why}`)
  if (method !== STORED && method !== DEFLATED) damaged(`is packed by the unknown method ${method}`)
  if (method === STORED && size !== compressed) damaged('has two sizes')
  if (method === DEFLATED && size > ratio * compressed) {
    damaged(`would grow from ${compressed} to ${size} bytes; ${ratio} times is the limit`)
  }
  if (header + LOCAL_SIZE > limit) damaged('begins past the end')
  const local = viewOf(source.read(header, LOCAL_SIZE))
  if (local.getUint32(0, true) !== LOCAL) damaged('has no local header')
  const nameLength = local.getUint16(26, true)
  const offset = header + LOCAL_SIZE + nameLength + local.getUint16(28, true)
  if (offset + compressed > limit) damaged(`has ${compressed} bytes, more than there are`)
  if (decodeName(source.read(header + LOCAL_SIZE, nameLength)) !== name) {
    damaged('has another name in its local header')
  }
  if (local.getUint16(8, true) !== method) damaged('is packed in two ways')
  return { name, offset, size, deflated: method === DEFLATED ? compressed : undefined }
}

/**
 * Reads what the directory of a zip archive says, which may have a comment behind it.
 *
 * @returns the entries, and the place where the directory begins and their data must have ended
 */
export function readDirectory(source: ByteSource): { entries: CentralEntry[]; limit: number } {
  const { offset, size, count } = findDirectory(source, LONGEST_COMMENT)
  const entries = [...centralEntries(source.read(offset, size))]
  if (entries.length !== count) refuseCount(entries.length, count)
  return { entries, limit: offset }
}

function refuseCount(found: number, stated: number): never {
  refuse(`is a zip with ${found} entries; its end record says ${stated}`)
}

/**
 * Reads the directory of a zip archive. Every entry must lie inside the file, apart from every other
 * entry, under a name of its own.
 *
 * @throws CheckpointError for anything else
 */
export function readZip(source: ByteSource): ReadonlyMap<string, ZipEntry> {
  const directory = findDirectory(source, 0)
  const entries = new Map<string, ZipEntry>()
  const extents: { start: number; end: number; name: string }[] = []
  for (const central of centralEntries(source.read(directory.offset, directory.size))) {
    if (entries.has(central.name)) refuse(`is a zip with two entries ${quote(central.name)}`)
    const entry = locate(source, central, directory.offset)
    entries.set(entry.name, entry)
    const end = entry.offset + central.compressed
    extents.push({ start: central.header, end, name: entry.name })
  }
  if (entries.size !== directory.count) refuseCount(entries.size, directory.count)
  extents.sort((a, b) => a.start - b.start)
  extents.reduce(
    (before, extent) => {
      if (extent.start < before.end) {
        refuse(`is a zip whose entries ${quote(before.name)} and ${quote(extent.name)} overlap`)
      }
      return extent
    },
    { start: 0, end: 0, name: '' },
  )
  return entries
}

/** All bytes of a small entry. */
export function readEntry(source: ByteSource, entry: ZipEntry): Uint8Array {
  const bytes = source.read(entry.offset, entry.deflated ?? entry.size)
  if (entry.deflated === undefined) return bytes
  try {
    return checkInflated(inflateRawSync(bytes, { maxOutputLength: entry.size + 1 }), entry.size)
  } catch (error) {
    return refuseInflated(entry.name, error)
  }
}

const inflateLater = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw)

/** Reads deflated bytes, off the JS thread, into `target`, which they must fill. */
export async function inflateInto(
  source: ByteSource,
  target: Uint8Array,
  offset: number,
  deflated: number,
  name: string,
): Promise<void> {
  const packed = new Uint8Array(deflated)
  await source.readInto(packed, offset)
  try {
    const bytes = await inflateLater(packed, { maxOutputLength: target.length + 1 })
    target.set(checkInflated(bytes, target.length))
  } catch (error) {
    refuseInflated(name, error)
  }
}

function checkInflated(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length !== size) refuse(`inflates to ${bytes.length} bytes instead of ${size}`)
  return bytes
}

function refuseInflated(name: string, error: unknown): never {
  const reason = error instanceof CheckpointError ? error.message : 'is damaged'
  refuse(`is a zip whose entry ${quote(name)} ${reason}`)
}
