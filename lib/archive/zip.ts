import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { crc32, createInflateRaw, inflateRaw } from 'node:zlib'
import { quote } from '../checkpoint/error.js'
import { FileSource } from '../checkpoint/source.js'
import { type CentralEntry, locate, readDirectory } from '../checkpoint/zip.js'
import { refuse } from './error.js'
import type { Staging } from './staging.js'

const AT_ONCE = 8
const PIECE = 1 << 18
const LARGE = 1 << 22
const LONGEST_LINK = 4096
/** No file that deflate packs grows more than this. */
const DEFLATE_RATIO = 1032

const KIND = 0o170000
const FOLDER = 0o040000
const FILE = 0o100000
const SYMBOLIC_LINK = 0o120000

/**
 * Unpacks a zip file, also one of more than 4 GiB. Size and CRC-32 of every file are compared.
 *
 * @param onRead - told how many bytes of the archive were read
 * @throws ArchiveError or CheckpointError for a damaged or cut off one, and whatever `staging` refuses
 */
export async function unpackZip(
  archive: string,
  staging: Staging,
  onRead: (bytes: number) => void,
): Promise<void> {
  const source = await FileSource.open(archive)
  try {
    const { entries, limit } = readDirectory(source)
    const packed = entries.reduce((sum, { compressed }) => sum + compressed, 0)
    if (packed > limit) refuse('is a zip with entries that overlap')
    const queue = entries.values()
    let failed = false
    const work = async (): Promise<void> => {
      for (const entry of queue) {
        if (failed) return
        await unpackEntry(source, entry, limit, staging).catch((error) => {
          failed = true
          throw error
        })
        onRead(entry.compressed)
      }
    }
    const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, work))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  } finally {
    await source.close()
  }
}

async function unpackEntry(
  source: FileSource,
  entry: CentralEntry,
  limit: number,
  staging: Staging,
): Promise<void> {
  const { name, size, mode } = entry
  const kind = mode & KIND
  if (name.endsWith('/')) {
    if (size > 0) refuse(`gives the folder ${quote(name)} a size`)
    return staging.folder(name)
  }
  if (kind === SYMBOLIC_LINK) {
    if (size > LONGEST_LINK) refuse(`holds a link of ${size} bytes: ${quote(name)}`)
    const pieces: Uint8Array[] = []
    for await (const piece of contentOf(source, entry, limit)) pieces.push(piece)
    return staging.symbolicLink(name, Buffer.concat(pieces).toString('utf8'))
  }
  // The kind is 0 where the archive was made on other systems than Unix.
  if (kind !== FILE && kind !== 0) {
    refuse(
      `holds ${kind === FOLDER ? 'a folder without a slash' : 'a special file'}: ${quote(name)}`,
    )
  }
  await staging.file(name, size, contentOf(source, entry, limit))
}

/** The bytes of a file as they are unpacked; throws at the end if they are not what they should be. */
async function* contentOf(
  source: FileSource,
  entry: CentralEntry,
  limit: number,
): AsyncGenerator<Uint8Array> {
  const { name, size, crc } = entry
  const { offset, deflated } = locate(source, entry, limit, DEFLATE_RATIO)
  const packed = readPieces(source, offset, deflated ?? size)
  const damaged = (): never => refuse(`is a zip whose entry ${quote(name)} is damaged`)
  let length = 0
  let sum = 0
  try {
    for await (const piece of deflated === undefined ? packed : inflated(packed, deflated, size)) {
      length += piece.length
      if (length > size) damaged()
      sum = crc32(piece, sum)
      yield piece
    }
  } catch (error) {
    if (/^Z_|^ERR_BUFFER_TOO_LARGE/.test((error as NodeJS.ErrnoException).code ?? '')) damaged()
    throw error
  }
  if (length !== size || sum !== crc) damaged()
}

async function* readPieces(
  source: FileSource,
  start: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; ) {
    const piece = new Uint8Array(Math.min(PIECE, length - done))
    await source.readInto(piece, start + done)
    done += piece.length
    yield piece
  }
}

const inflate = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw)

async function* inflated(
  packed: AsyncIterable<Uint8Array>,
  packedSize: number,
  size: number,
): AsyncGenerator<Uint8Array> {
  if (packedSize > PIECE || size > LARGE) {
    yield* Readable.from(packed, { objectMode: false }).compose(createInflateRaw())
    return
  }
  // In one piece; a stream of its own for each small file takes several times as long.
  for await (const bytes of packed) yield await inflate(bytes, { maxOutputLength: size + 1 })
}
