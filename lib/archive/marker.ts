import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { threadId } from 'node:worker_threads'
import { isPlainObject } from '../check.js'

/** What is noted of an archive that was unpacked. */
export interface UnpackedNote {
  /** Bytes of the archive. */
  readonly size: number
  /** When the archive was written last, in milliseconds. */
  readonly mtimeMs: number
  readonly entries: number
  readonly bytes: number
  /** What lay at the top of the archive: it must be there still. */
  readonly names: readonly string[]
}

/** The file that tells that an archive was unpacked into a folder; it is written last. */
export const markerOf = (archive: string, folder: string): string =>
  path.join(folder, `.${path.basename(archive)}.unpacked`)

/** Whether an archive as it is now was unpacked into a folder, and nothing at the top was removed since. */
export async function isUnpacked(archive: string, folder: string): Promise<boolean> {
  const { size, mtimeMs } = await stat(archive)
  try {
    const note: unknown = JSON.parse(await readFile(markerOf(archive, folder), 'utf8'))
    if (!isPlainObject(note) || note.size !== size || note.mtimeMs !== mtimeMs) return false
    const there = new Set(await readdir(folder))
    return Array.isArray(note.names) && note.names.every((name) => there.has(name))
  } catch {
    return false // none, or one that was cut off
  }
}

/** Notes that an archive was unpacked into a folder. */
export async function markUnpacked(
  archive: string,
  folder: string,
  note: UnpackedNote,
): Promise<void> {
  const marker = markerOf(archive, folder)
  const draft = `${marker}.${process.pid}.${threadId}`
  await writeFile(draft, `${JSON.stringify(note)}\n`)
  await rename(draft, marker)
}
