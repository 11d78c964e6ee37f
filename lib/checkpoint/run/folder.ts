// The folder of a run: `checkpoint-000001`, `checkpoint-000002` and so on, each whole or not there.

import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { claimTemporary, syncFolder } from '../atomic.js'

/** A checkpoint's folder. */
export interface CheckpointFolder {
  readonly path: string
  /** Counts up over the run: the order in which checkpoints were saved. */
  readonly sequence: number
}

const NAME = /^checkpoint-(\d{6,})$/
const nameOf = (sequence: number): string => `checkpoint-${String(sequence).padStart(6, '0')}`

/** The number of a checkpoint's folder; undefined for any other path. */
export function sequenceOf(folder: string): number | undefined {
  const digits = NAME.exec(path.basename(folder))?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** The checkpoints of a run, newest first; none where there is no such folder. */
export async function listFolders(run: string): Promise<CheckpointFolder[]> {
  const names = await readdir(run).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names
    .flatMap((name) => {
      const sequence = sequenceOf(name)
      return sequence === undefined ? [] : [{ path: path.join(run, name), sequence }]
    })
    .sort((a, b) => b.sequence - a.sequence)
}

/**
 * Adds a checkpoint: `write` fills a folder that nobody sees, which then, synced, gets its name. Whenever the process
 * dies, the checkpoint is there in full or not at all; what dead processes left is removed.
 *
 * @throws what `write` or the file system throws, with nothing left behind
 */
export async function publish(
  run: string,
  write: (folder: string) => Promise<void>,
): Promise<CheckpointFolder> {
  await makeFolder(run)
  const temporary = await claimTemporary(path.join(run, 'checkpoint'))
  try {
    await mkdir(temporary)
    await write(temporary)
    await syncFolder(temporary)
    const folder = await renameToNext(run, temporary)
    await syncFolder(run)
    return folder
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {}) // the first error is the one to report
    throw error
  }
}

/** Makes a folder and those above it, and waits until the names of all that are new are on the disk. */
async function makeFolder(folder: string): Promise<void> {
  const created = await mkdir(folder, { recursive: true })
  if (created === undefined) return
  const top = path.dirname(path.resolve(created))
  let parent = path.resolve(folder)
  do {
    parent = path.dirname(parent)
    await syncFolder(parent)
  } while (parent.length > top.length)
}

/** Another process may take a number at the same moment. */
async function renameToNext(run: string, temporary: string): Promise<CheckpointFolder> {
  const [newest] = await listFolders(run)
  for (let sequence = (newest?.sequence ?? 0) + 1; ; sequence++) {
    const target = path.join(run, nameOf(sequence))
    try {
      await rename(temporary, target)
      return { path: target, sequence }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    }
  }
}

/** Removes a checkpoint, out of sight first, so that nobody finds half of one. */
export async function removeFolder({ path: folder }: CheckpointFolder): Promise<void> {
  const temporary = await claimTemporary(path.join(path.dirname(folder), 'checkpoint'))
  await rename(folder, temporary)
  await rm(temporary, { recursive: true, force: true })
}
