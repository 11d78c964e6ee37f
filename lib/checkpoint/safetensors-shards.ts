// How tensors are laid out in one safetensors file, or divided among several.

import { readFile, unlink } from 'node:fs/promises'
import path from 'node:path'
import { checkInteger, fail } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { type PlannedFile, writeTogether } from './atomic.js'
import { INDEX_SUFFIX } from './safetensors-index.js'

/** A tensor to be written, checked. */
export interface NamedTensor {
  readonly name: string
  readonly tensor: Tensor
  /** Its element type in the header. */
  readonly dtype: string
  /** Where that type stands in the order of the file. */
  readonly order: number
  readonly byteLength: number
}

type Metadata = Readonly<Record<string, string>> | undefined

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['K', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
])

/** A number of bytes, given as such or as in `'5GB'` and `'200MiB'`. */
export function byteCount(where: string, param: string, value: unknown): number {
  if (typeof value === 'number') return checkInteger(where, param, value, { min: 1 })
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?) ?([KMGT]?i?)B$/.exec(value) : null
  const bytes = Math.floor(Number(match?.[1]) * (UNITS.get(match?.[2] ?? '?') ?? Number.NaN))
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    fail(where, param, "a number of bytes such as 5_000_000_000 or '5GB'", value)
  }
  return bytes
}

/** Writes the tensors into one file, or, beyond `limit` bytes, into several and an index; returns the files. */
export async function writeShards(
  entries: readonly NamedTensor[],
  file: string,
  limit: number,
  metadata: Metadata,
): Promise<string[]> {
  const folder = path.dirname(file)
  const stem = path.basename(file).replace(/\.safetensors$/, '')
  const groups = divide(entries, limit)
  const index = file + INDEX_SUFFIX
  const stale = new Set(await indexedBefore(index, stem))
  const shards = groups.map((group, i) => {
    const name = `${stem}-${number(i + 1)}-of-${number(groups.length)}.safetensors`
    const target = groups.length === 1 ? file : path.join(folder, name)
    stale.delete(path.basename(target))
    return { target, group }
  })
  const files: PlannedFile[] = shards.map(({ target, group }) => plan(target, group, metadata))
  if (groups.length > 1) {
    files.push({ target: index, write: (writer) => writer.write(indexText(shards)) })
    stale.add(path.basename(file))
  }
  // An old index must not be found beside files of another set, whenever this process may die.
  await writeTogether(files, () => remove(index))
  for (const name of stale) await remove(path.join(folder, name))
  return files.map(({ target }) => target)
}

const number = (i: number): string => String(i).padStart(5, '0')

const remove = (file: string): Promise<void> =>
  unlink(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })

/** The files that an index of this stem, written before, is about. */
async function indexedBefore(index: string, stem: string): Promise<string[]> {
  const text = await readFile(index, 'utf8').catch(() => '{}')
  const pattern = /-\d{5}-of-\d{5}\.safetensors$/
  try {
    const names = Object.values((JSON.parse(text) as { weight_map?: object }).weight_map ?? {})
    return [...new Set(names)].filter(
      (name) => typeof name === 'string' && name.replace(pattern, '') === stem,
    )
  } catch {
    return []
  }
}

/** In the order given, as many in each as fit; what alone is too large is alone. */
function divide(entries: readonly NamedTensor[], limit: number): NamedTensor[][] {
  const groups: NamedTensor[][] = [[]]
  let filled = 0
  for (const entry of entries) {
    if (filled > 0 && filled + entry.byteLength > limit) {
      groups.push([])
      filled = 0
    }
    groups.at(-1)?.push(entry)
    filled += entry.byteLength
  }
  return groups
}

/** A file of these tensors, by element type, then by name. */
function plan(target: string, group: readonly NamedTensor[], metadata: Metadata): PlannedFile {
  const entries = [...group].sort(
    (a, b) => a.order - b.order || (a.name < b.name ? -1 : Number(a.name > b.name)),
  )
  return {
    target,
    async write(file) {
      await file.writePieces([headerOf(entries, metadata), ...entries.map(({ tensor }) => tensor)])
    },
  }
}

/** The header's length and the header, filled up with spaces so that the data begin at a multiple of 8. */
function headerOf(entries: readonly NamedTensor[], metadata: Metadata): Uint8Array {
  const parts: string[] = []
  if (metadata !== undefined) parts.push(`"__metadata__":${JSON.stringify(metadata)}`)
  let begin = 0
  for (const { name, tensor, dtype, byteLength } of entries) {
    const end = begin + byteLength
    const fields = { dtype, shape: tensor.shape, data_offsets: [begin, end] }
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(fields)}`)
    begin = end
  }
  const text = Buffer.from(`{${parts.join(',')}}`)
  const header = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' ')
  header.writeBigUInt64LE(BigInt(header.length - 8))
  text.copy(header, 8)
  return header
}

/** The index as Hugging Face's libraries write it. */
function indexText(
  shards: readonly { readonly target: string; readonly group: readonly NamedTensor[] }[],
): Uint8Array {
  const places = shards.flatMap(({ target, group }) =>
    group.map(({ name }) => [name, path.basename(target)] as const),
  )
  places.sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
  const total = shards
    .flatMap(({ group }) => group)
    .reduce((sum, { byteLength }) => sum + byteLength, 0)
  const index = { metadata: { total_size: total }, weight_map: Object.fromEntries(places) }
  return Buffer.from(`${JSON.stringify(index, undefined, 2)}\n`)
}
