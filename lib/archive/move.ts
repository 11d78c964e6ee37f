import { lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Claims, release } from '../hub/claims.js'
import { refuse } from './error.js'

/**
 * Runs `work` with a new folder inside `folder`, on the same disk as what it is for, and removes it
 * afterwards, together with those that dead processes left.
 */
export async function inStagingFolder<T>(
  folder: string,
  work: (stage: string) => Promise<T>,
): Promise<T> {
  await mkdir(folder, { recursive: true })
  const claims = new Claims(folder, '.unpacking')
  for (const left of await claims.abandoned()) await rm(left, { recursive: true, force: true })
  const stage = claims.take()
  try {
    await mkdir(stage)
    return await work(stage)
  } finally {
    await rm(stage, { recursive: true, force: true })
    release(stage)
  }
}

/** Moves what is in one folder into another on the same disk: folders are joined, files replaced. */
export async function moveInto(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    const source = path.join(from, name)
    const target = path.join(to, name)
    const isFolder = (await lstat(source)).isDirectory()
    const there = await stat(target).catch(() => undefined)
    if (there !== undefined && there.isDirectory() !== isFolder) {
      refuse(
        `holds a ${isFolder ? 'folder' : 'file'} where a ${isFolder ? 'file' : 'folder'} is: '${target}'`,
      )
    }
    if (isFolder && there !== undefined) await moveInto(source, target)
    else await rename(source, target)
  }
}
