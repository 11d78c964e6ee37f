import { lstat, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ExecutionContext } from 'ava'
import { type ExtractOptions, extractArchive } from '../../../lib/archive/index.js'
import { temporaryFolder } from '../../checkpoint/support/folder.js'

/** Writes an archive and unpacks it into a folder beside it. */
export async function unpack(
  t: ExecutionContext,
  bytes: Uint8Array,
  { name = 'a', ...options }: ExtractOptions & { name?: string } = {},
) {
  const root = await temporaryFolder(t)
  const archive = path.join(root, name)
  const folder = path.join(root, 'out')
  await writeFile(archive, bytes)
  const again = () => extractArchive(archive, folder, options)
  return { root, archive, folder, again, result: again() }
}

/** Everything in a folder but the markers: files with their text, links with what they lead to. */
export async function contentsOf(folder: string, prefix = ''): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const name of (await readdir(folder)).sort()) {
    if (name.endsWith('.unpacked')) continue
    const place = path.join(folder, name)
    const stats = await lstat(place)
    if (stats.isSymbolicLink()) found[prefix + name] = `-> ${await readlink(place)}`
    else if (!stats.isDirectory()) found[prefix + name] = await readFile(place, 'utf8')
    else {
      found[`${prefix}${name}/`] = ''
      Object.assign(found, await contentsOf(place, `${prefix}${name}/`))
    }
  }
  return found
}
