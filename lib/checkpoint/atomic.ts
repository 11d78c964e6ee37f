import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'

/** A file that is being written from front to back. */
export interface FileWriter {
  /** Bytes written so far. */
  readonly position: number
  /** Appends bytes. They may be reused once the promise has resolved. */
  write(bytes: Uint8Array): Promise<void>
}

/**
 * Writes a file so that its path holds either what it held before or all of the new content, whenever the
 * process dies or the power fails: a temporary file beside the target is written, synced, renamed over it,
 * and the folder is synced. A symbolic link keeps pointing where it did. Temporary files that dead
 * processes of this machine left for the same target are removed.
 *
 * @throws what the file system throws, with the temporary file removed and the target as it was
 */
export async function writeAtomically(
  target: string,
  write: (file: FileWriter) => Promise<void>,
): Promise<void> {
  const { file, mode } = await resolveTarget(target)
  const folder = path.dirname(file)
  const prefix = temporaryPrefix(file)
  await removeStale(folder, prefix)
  const temporary = path.join(folder, temporaryName(prefix))
  const handle = await open(temporary, 'wx', mode)
  try {
    const writer = new BufferedWriter(handle)
    await write(writer)
    await writer.flush()
    await handle.sync()
    await handle.close()
    await rename(temporary, file)
  } catch (error) {
    await handle.close().catch(() => {}) // the first error is the one to report
    await unlink(temporary).catch(() => {})
    throw error
  }
  await syncFolder(folder)
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

// .<name>.<host>.<process>.<random>.tmp: who wrote it can be seen, and whether they still live.
const temporaryPrefix = (file: string): string =>
  `.${path.basename(file).slice(0, 100)}.${hostname()
    .replace(/[^\w-]/g, '_')
    .slice(0, 64)}.`

const temporaryName = (prefix: string): string =>
  `${prefix}${process.pid}.${randomBytes(6).toString('hex')}.tmp`

async function removeStale(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue
    const owner = /^(\d+)\.[0-9a-f]{12}\.tmp$/.exec(name.slice(prefix.length))?.[1]
    if (owner === undefined || isAlive(Number(owner))) continue
    await unlink(path.join(folder, name)).catch(() => {}) // another process may be quicker
  }
}

/** Whether a process with this id runs on this machine. */
export function isAlive(pid: number): boolean {
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

/** Gathers small pieces; one write call takes at most 2 GiB − 1 on Linux. */
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
