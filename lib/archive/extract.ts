import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { createGunzip } from 'node:zlib'
import { checkInteger, checkOptions, checkString } from '../check.js'
import { CheckpointError, quote } from '../checkpoint/error.js'
import { asDiskFull } from '../hub/errors.js'
import { exclusively } from '../hub/exclusively.js'
import type { DownloadProgress } from '../hub/index.js'
import { ArchiveError, refuse } from './error.js'
import { Tally, type UnpackLimits } from './limits.js'
import { isUnpacked, markUnpacked } from './marker.js'
import { inStagingFolder, moveInto } from './move.js'
import { Staging } from './staging.js'
import { unpackTar } from './tar.js'
import { BLOCK, isHeader } from './tar-header.js'
import { unpackZip } from './zip.js'

/** Options of {@link extractArchive}. */
export interface ExtractOptions extends UnpackLimits {
  /** Called as the archive is read, with how far that is. */
  readonly onProgress?: (progress: DownloadProgress) => void
  readonly signal?: AbortSignal
}

/** What {@link extractArchive} did. */
export interface Extracted {
  /** Files, folders and links. */
  readonly entries: number
  /** Bytes of all files. */
  readonly bytes: number
}

/**
 * Unpacks a zip, tar, tar.gz or gz file into a folder (torchvision `extract_archive`). The kind is told
 * from the content; a gz file that holds no tar file becomes a file without the ending `.gz`.
 *
 * Nothing is written outside the folder: absolute paths, `..`, links that lead out, devices and two
 * entries for one place are refused. The archive is unpacked beside its place and moved there when it is
 * whole; then a file `.<archive>.unpacked` notes it, and a later call with the same archive does nothing,
 * unless something at its top was removed.
 * Calls for the same archive and folder wait for one another.
 *
 * @returns how much was unpacked; undefined if it was before
 * @throws ArchiveError with the archive and the reason; DiskFullError; the reason of `signal` when that
 *   aborts
 */
export async function extractArchive(
  archive: string,
  folder: string,
  options?: ExtractOptions,
): Promise<Extracted | undefined> {
  const where = 'extractArchive'
  const settings = checkOptions(where, options, ['maxEntries', 'maxBytes', 'onProgress', 'signal'])
  const from = path.resolve(checkString(where, 'archive', archive))
  const into = path.resolve(checkString(where, 'folder', folder))
  for (const name of ['maxEntries', 'maxBytes'] as const) {
    const limit = settings[name]
    if (limit !== undefined) checkInteger(where, name, limit, { min: 0 })
  }
  return exclusively(`${from}\0${into}`, settings.signal, async () => {
    try {
      if (await isUnpacked(from, into)) return undefined
      return await extract(from, into, settings)
    } catch (error) {
      settings.signal?.throwIfAborted()
      throw named(error, from, into)
    }
  })
}

async function extract(
  archive: string,
  folder: string,
  { signal, onProgress, ...limits }: ExtractOptions,
): Promise<Extracted> {
  const { size, mtimeMs } = await stat(archive)
  const tally = new Tally(size, limits)
  let received = 0
  const onRead = (bytes: number): void => {
    received += bytes
    onProgress?.({ received, total: size })
  }
  const names = await inStagingFolder(folder, async (stage) => {
    const staging = new Staging(stage, tally, signal)
    try {
      await unpack(archive, staging, onRead)
      await staging.finish()
    } finally {
      await staging.settle()
    }
    const names = await readdir(stage)
    await moveInto(stage, folder)
    return names
  })
  const { entries, bytes } = tally
  await markUnpacked(archive, folder, { size, mtimeMs, entries, bytes, names })
  return { entries, bytes }
}

/** Of the first file, or of the end where there is none. */
const ZIP_MAGIC = [0x04034b50, 0x06054b50]

async function unpack(
  archive: string,
  staging: Staging,
  onRead: (bytes: number) => void,
): Promise<void> {
  const start = await beginningOf(archive)
  if (start.length >= 4 && ZIP_MAGIC.includes(start.readUInt32LE(0))) {
    return unpackZip(archive, staging, onRead)
  }
  if (isHeader(start)) return unpackTar(piecesOf(archive, onRead), staging)
  if (start[0] !== 0x1f || start[1] !== 0x8b) refuse(`is ${describe(start)}`)
  const content = gunzip(archive, onRead)
  try {
    const head = await atLeast(content, BLOCK)
    const whole = joined(head, content)
    if (isHeader(head)) return await unpackTar(whole, staging)
    const name = path.basename(archive)
    // Its size is not known before: as for a large file, it is written while it is read.
    await staging.file(name.replace(/\.gz$/i, '') || name, Number.POSITIVE_INFINITY, whole)
  } finally {
    await content.return(undefined)
  }
}

async function beginningOf(archive: string): Promise<Buffer> {
  const handle = await open(archive, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BLOCK), 0, BLOCK, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function* piecesOf(
  archive: string,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of createReadStream(archive, { highWaterMark: 1 << 18 })) {
    onRead(piece.length)
    yield piece
  }
}

async function* gunzip(
  archive: string,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const file = createReadStream(archive, { highWaterMark: 1 << 18 })
  file.on('data', (piece) => onRead(piece.length))
  const unpacker = createGunzip({ chunkSize: 1 << 18 })
  file.on('error', (error) => unpacker.destroy(error))
  try {
    yield* file.pipe(unpacker)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'Z_BUF_ERROR') refuse('ends early: it was cut off')
    if (code?.startsWith('Z_') === true) refuse(`is a damaged gz file (${message})`)
    throw error
  } finally {
    file.destroy()
  }
}

/** The first pieces, joined: `length` bytes or more, unless there are fewer. */
async function atLeast(pieces: AsyncIterator<Uint8Array>, length: number): Promise<Buffer> {
  const head: Uint8Array[] = []
  for (let got = 0; got < length; ) {
    const { done, value } = await pieces.next()
    if (done === true) break
    got += value.length
    head.push(value)
  }
  return Buffer.concat(head)
}

async function* joined(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield head
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

const KINDS: readonly [start: RegExp, kind: string][] = [
  [/^$/, 'an empty file'],
  [/^BZh/, 'a bzip2 file, which is not supported'],
  [/^\xfd7zXZ/, 'an xz file, which is not supported'],
  [/^7z\xbc\xaf/, 'a 7z file, which is not supported'],
  [/^Rar!/, 'a rar file, which is not supported'],
  [/^\s*<(?:!doctype|html)/i, 'a web page, not an archive: a server may have sent it instead'],
]

function describe(start: Buffer): string {
  const text = start.toString('latin1')
  const known = KINDS.find(([pattern]) => pattern.test(text))
  return known?.[1] ?? `not a zip, tar or gz file: it begins with ${quote(text.slice(0, 12))}`
}

/** Puts the archive's name in front of what went wrong. */
function named(error: unknown, archive: string, folder: string): unknown {
  const full = asDiskFull(error, `extractArchive: ${archive}`, folder)
  if (full !== error) return full
  const isRefusal = error instanceof ArchiveError || error instanceof CheckpointError
  const isSystemError = error instanceof Error && 'syscall' in error
  if (!isRefusal && !isSystemError) return error
  return new ArchiveError(`extractArchive: ${archive} ${error.message}`, {
    path: archive,
    ...(isSystemError ? { cause: error } : {}),
  })
}
