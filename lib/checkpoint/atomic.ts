import { randomBytes } from 'node:crypto'
import {
  type FileHandle,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  unlink,
} from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { byteLengthOf, type Piece, type WrittenPieces, writePieces } from './pieces.js'

/** By how much a file system's clock may lag behind the process's. */
const CLOCK_SLACK_MS = 1000

/** A file that is being written from front to back. */
export interface FileWriter {
  /** Bytes written so far. */
  readonly position: number
  /** Appends bytes. They may be reused once the promise has resolved. */
  write(bytes: Uint8Array): Promise<void>
  /** Appends bytes and tensors, which must not change until the promise resolves. */
  writePieces(pieces: readonly Piece[]): Promise<WrittenPieces>
}

/** A file to be written. */
export interface PlannedFile {
  readonly target: string
  write(file: FileWriter): Promise<void>
}

/**
 * Writes a file so that its path holds either what it held before or all of the new content, whenever the
 * process dies or the power fails: a temporary file beside the target is written, synced, renamed over it,
 * and the folder is synced. A symbolic link keeps pointing where it did. Temporary files that dead
 * processes of this machine left for the same target are removed.
 *
 * @throws what the file system throws, with the temporary file removed and the target as it was
 */
export const writeAtomically = (
  target: string,
  write: (file: FileWriter) => Promise<void>,
): Promise<void> => writeTogether([{ target, write }])

/**
 * Writes several files of one folder as {@link writeAtomically} does, and renames none before all are written and
 * `beforeRename` has run. What a failure between two renames leaves, the caller must make sense of.
 */
export async function writeTogether(
  files: readonly PlannedFile[],
  beforeRename: () => Promise<void> = async () => {},
): Promise<void> {
  const staged: { temporary: string; file: string }[] = []
  try {
    for (const { target, write } of files) {
      const { file, mode } = await resolveTarget(target)
      const temporary = await claimTemporary(file)
      staged.push({ temporary, file })
      await writeSynced(temporary, mode, write)
    }
    await beforeRename()
    for (const { temporary, file } of staged) await rename(temporary, file)
  } catch (error) {
    for (const { temporary } of staged) await unlink(temporary).catch(() => {})
    throw error
  }
  for (const folder of new Set(staged.map(({ file }) => path.dirname(file)))) {
    await syncFolder(folder)
  }
}

/** Writes a file that must not exist, and waits until it is on the disk. */
export async function writeSynced(
  file: string,
  mode: number,
  write: (file: FileWriter) => Promise<void>,
): Promise<void> {
  const handle = await open(file, 'wx', mode)
  try {
    const writer = new BufferedWriter(handle)
    await write(writer)
    await writer.flush()
    await handle.sync()
  } catch (error) {
    await handle.close().catch(() => {}) // the first error is the one to report
    throw error
  }
  await handle.close()
}

/** Where a path really leads, and the permissions that its file has or shall have. */
async function resolveTarget(target: string): Promise<{ file: string; mode: number }> {
  try {
    const file = await realpath(target)
    return { file, mode: (await stat(file)).mode & 0o777 }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { file: path.resolve(target), mode: 0o666 }
  }
}

/**
 * A name beside the target, `.<name>.<host>.<process>.<random>.tmp`, that tells who writes there; what dead processes
 * of this machine have left under such names is removed.
 */
export async function claimTemporary(target: string): Promise<string> {
  const folder = path.dirname(target)
  const host = hostname()
    .replace(/[^\w-]/g, '_')
    .slice(0, 64)
  const prefix = `.${path.basename(target).slice(0, 100)}.${host}.`
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue
    const owner = /^(\d+)\.[0-9a-f]{12}\.tmp$/.exec(name.slice(prefix.length))?.[1]
    const file = path.join(folder, name)
    if (owner === undefined || !(await isAbandoned(file, Number(owner)))) continue
    await rm(file, { recursive: true, force: true }).catch(() => {}) // another process may be quicker
  }
  return path.join(folder, `${prefix}${process.pid}.${randomBytes(6).toString('hex')}.tmp`)
}

/**
 * Whether the process `owner`, which made a temporary file, runs no more on this machine. In a container every start
 * may have the same process id: what is older than this process is not its own.
 */
export async function isAbandoned(file: string, owner: number): Promise<boolean> {
  if (owner !== process.pid) return !isAlive(owner)
  const started = Date.now() - 1000 * process.uptime()
  const stats = await stat(file).catch(() => undefined)
  return stats !== undefined && stats.mtimeMs < started - CLOCK_SLACK_MS
}

/** Whether a process with this id runs on this machine. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Makes renames in a folder survive a power failure. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Gathers small writes; one write call takes at most 2 GiB − 1 on Linux. */
class BufferedWriter implements FileWriter {
  private static readonly PIECE = 1 << 26
  private readonly buffer = new Uint8Array(1 << 18)
  private filled = 0
  position = 0

  constructor(private readonly handle: FileHandle) {}

  async write(bytes: Uint8Array): Promise<void> {
    this.position += bytes.length
    if (this.filled + bytes.length > this.buffer.length) await this.flush()
    if (bytes.length >= this.buffer.length) return this.writeAll(bytes)
    this.buffer.set(bytes, this.filled)
    this.filled += bytes.length
  }

  async writePieces(pieces: readonly Piece[]): Promise<WrittenPieces> {
    await this.flush()
    const written = await writePieces(this.handle, pieces)
    this.position += pieces.reduce((sum, piece) => sum + byteLengthOf(piece), 0)
    return written
  }

  async flush(): Promise<void> {
    await this.writeAll(this.buffer.subarray(0, this.filled))
    this.filled = 0
  }

  private async writeAll(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const length = Math.min(BufferedWriter.PIECE, bytes.length - done)
      done += (await this.handle.write(bytes, done, length)).bytesWritten
    }
  }
}
