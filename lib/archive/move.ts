import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { isAlive } from '../checkpoint/atomic.js'
import { refuse } from './error.js'

/** The staging folders of this process that are in use. */
const active = new Set<string>()

/**
 * Runs `work` with a new folder inside `folder`, on the same disk as what it is for, and removes it
 * afterwards, together with those that dead processes left.
 */
export async function inStagingFolder(
  folder: string,
  work: (stage: string) => Promise<void>,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const prefix = `.unpacking.${hostname()
    .replace(/[^\w-]/g, '_')
    .slice(0, 64)}.`
  await removeAbandoned(folder, prefix)
  const stage = path.join(folder, `${prefix}${process.pid}.${randomBytes(6).toString('hex')}`)
  active.add(stage)
  try {
    await mkdir(stage)
    await work(stage)
  } finally {
    await rm(stage, { recursive: true, force: true })
    active.delete(stage)
  }
}

async function removeAbandoned(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = name.startsWith(prefix)
      ? /^(\d+)\.[0-9a-f]{12}$/.exec(name.slice(prefix.length))?.[1]
      : undefined
    if (owner === undefined || active.has(path.join(folder, name))) continue
    if (Number(owner) !== process.pid && isAlive(Number(owner))) continue
    await rm(path.join(folder, name), { recursive: true, force: true })
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
