import { quote } from '../checkpoint/error.js'
import { ChunkReader } from './chunk-reader.js'
import { refuse } from './error.js'
import type { Staging } from './staging.js'
import { BLOCK, decodeText, readHeader, readPax, type TarHeader } from './tar-header.js'

const LONGEST_HEADER = 1 << 20

const FILES = ['0', '\0', '7'] // regular, the same in old files, and contiguous
const HARD_LINK = '1'
const SYMBOLIC_LINK = '2'
const FOLDER = '5'
const SPECIAL: Readonly<Record<string, string>> = {
  '3': 'a device',
  '4': 'a device',
  '6': 'a pipe',
  S: 'a sparse file',
  M: 'a part of a file in another archive',
}

/** What headers say about the entry that follows them. */
interface Extension {
  name?: string
  linkName?: string
  size?: number
}

/**
 * Unpacks a tar file: v7, ustar, pax and GNU with long names.
 *
 * @throws ArchiveError for a damaged or cut off one, and whatever `staging` refuses
 */
export async function unpackTar(
  source: AsyncIterable<Uint8Array>,
  staging: Staging,
): Promise<void> {
  const reader = new ChunkReader(source)
  try {
    let extension: Extension = {}
    for (;;) {
      const block = await reader.read(BLOCK)
      if (block === undefined) refuse('ends early: the mark at the end of a tar file is missing')
      const header = readHeader(block)
      if (header === undefined) break
      staging.tally.addOverhead(BLOCK)
      const more = await readExtension(reader, header)
      if (more !== undefined) {
        staging.tally.addOverhead(header.size)
        extension = { ...extension, ...more }
        continue
      }
      await unpackEntry(reader, { ...header, ...extension }, staging)
      extension = {}
    }
    // To the end, so that what comes after the mark is counted, and a compressed file's checksum compared.
    for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) {
      staging.tally.addOverhead(piece.length)
    }
  } finally {
    await reader.close()
  }
}

/** Reads a header that is about the next entry; undefined if this is an entry itself. */
async function readExtension(
  reader: ChunkReader,
  { type, size }: TarHeader,
): Promise<Extension | undefined> {
  if (!['x', 'g', 'L', 'K'].includes(type)) return undefined
  if (size > LONGEST_HEADER) refuse(`is a tar file with a header of ${size} bytes`)
  const bytes = await readPadded(reader, size)
  if (type === 'g') return {} // about all entries: comments and times, nothing of use here
  if (type === 'x') return paxExtension(readPax(bytes))
  const end = bytes.indexOf(0)
  const name = decodeText(end < 0 ? bytes : bytes.subarray(0, end))
  return type === 'L' ? { name } : { linkName: name }
}

function paxExtension(records: ReadonlyMap<string, string>): Extension {
  const extension: Extension = {}
  for (const [key, value] of records) {
    if (key.startsWith('GNU.sparse.')) refuse('holds a sparse file, which is not supported')
    if (key === 'path') extension.name = value
    if (key === 'linkpath') extension.linkName = value
    if (key === 'size') {
      if (!/^\d{1,15}$/.test(value)) refuse(`gives an entry the impossible size ${quote(value)}`)
      extension.size = Number(value)
    }
  }
  return extension
}

async function unpackEntry(
  reader: ChunkReader,
  { name, size, type, linkName }: TarHeader,
  staging: Staging,
): Promise<void> {
  const isOldFolder = FILES.includes(type) && name.endsWith('/')
  if (FILES.includes(type) && !isOldFolder) {
    await staging.file(name, size, reader.take(size))
    await readPadding(reader, size)
    return
  }
  if (type === FOLDER || isOldFolder) {
    if (size > 0) refuse(`gives the folder ${quote(name)} a size`)
    await staging.folder(name)
    return
  }
  // Some programs give the size of what a link leads to, and write no bytes.
  if (type === SYMBOLIC_LINK) staging.symbolicLink(name, linkName)
  else if (type === HARD_LINK) staging.hardLink(name, linkName)
  else
    refuse(
      `holds ${SPECIAL[type] ?? `something of the unknown type ${quote(type)}`}: ${quote(name)}`,
    )
}

async function readPadded(reader: ChunkReader, size: number): Promise<Buffer> {
  const bytes = size === 0 ? Buffer.alloc(0) : await reader.read(size)
  if (bytes === undefined) refuse('ends early: it was cut off')
  await readPadding(reader, size)
  return bytes
}

async function readPadding(reader: ChunkReader, size: number): Promise<void> {
  const padding = (BLOCK - (size % BLOCK)) % BLOCK
  if (padding > 0 && (await reader.read(padding)) === undefined) {
    refuse('ends early: it was cut off')
  }
}
