import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Compares strings by code point, as Python sorts; `<` compares UTF-16 units, which differ beyond U+FFFF. */
export function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** What a folder holds, by name in code-point order; links count as what they lead to. */
async function list(folder: string): Promise<{ folders: string[]; files: string[] }> {
  const folders: string[] = []
  const files: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const target = entry.isSymbolicLink()
      ? await stat(join(folder, entry.name)).catch(() => undefined)
      : entry
    if (target?.isDirectory()) folders.push(entry.name)
    else if (target?.isFile()) files.push(entry.name)
  }
  return { folders: folders.sort(byCodePoint), files: files.sort(byCodePoint) }
}

/** The names of the folders in a folder, in code-point order. */
export async function subfolders(folder: string): Promise<string[]> {
  return (await list(folder)).folders
}

/**
 * The paths of all files in a folder and the folders below it: folders by path, files by name, in
 * code-point order. A folder that is reached twice through links is listed once.
 */
export async function filesBelow(root: string): Promise<string[]> {
  const found = new Map<string, string[]>()
  const seen = new Set<string>()
  const visit = async (folder: string): Promise<void> => {
    const real = await realpath(folder)
    if (seen.has(real)) return
    seen.add(real)
    const { folders, files } = await list(folder)
    found.set(folder, files)
    for (const name of folders) await visit(join(folder, name))
  }
  await visit(root)
  return [...found.keys()]
    .sort(byCodePoint)
    .flatMap((folder) => (found.get(folder) ?? []).map((name) => join(folder, name)))
}
