// Safetensors in several files: `model.safetensors.index.json` says which tensor lies in which.

import { stat } from 'node:fs/promises'
import path from 'node:path'
import { isPlainObject } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import type { TensorDescriptor } from './descriptor.js'
import { naming, quote, refuse } from './error.js'
import { reading, tensorsOf } from './reading.js'
import { parseSafetensors, type SafetensorsHeader } from './safetensors-header.js'
import type { ByteSource } from './source.js'

/** What follows the name of the file that is indexed. */
export const INDEX_SUFFIX = '.index.json'
/** The name that Hugging Face's libraries look for in a folder. */
export const DEFAULT_NAME = 'model.safetensors'

const INDEX_LIMIT = 100_000_000

/** The files of a safetensors model, and the tensors that each of them is to hold. */
export type ShardMap = ReadonlyMap<string, ReadonlySet<string>>

/** Whether a path leads to an index or to a folder, and not to a single file of tensors. */
export async function isSharded(file: string): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined)
  if (stats === undefined || stats.isDirectory()) return stats !== undefined
  if (!stats.isFile() || stats.size < 8) return false
  return reading('safetensors', file, async (source) => isIndex(source))
}

/** A header's length begins like a text now and then, but it ends in a zero, and no text holds one. */
const isIndex = (source: ByteSource): boolean => {
  const head = source.read(0, 8)
  return head[0] === 0x7b && head[7] !== 0
}

/**
 * Finds the files behind an index, or behind a folder with an index or a single `model.safetensors`.
 *
 * @throws CheckpointError that names the shards that are missing
 */
export async function findShards(where: string, file: string): Promise<ShardMap | string> {
  const index = await indexOf(where, file)
  if (index === undefined) return path.join(file, DEFAULT_NAME)
  const folder = path.dirname(index)
  const shards = await reading(where, index, async (source) => parseIndex(source))
  const missing: string[] = []
  for (const name of shards.keys()) {
    if (await isMissing(path.join(folder, name))) missing.push(quote(name))
  }
  return naming(where, index, async () => {
    if (missing.length > 0) {
      refuse(
        `${missing.length} of its ${shards.size} files are missing: ${missing.slice(0, 6).join(', ')}`,
      )
    }
    return new Map([...shards].map(([name, tensors]) => [path.join(folder, name), tensors]))
  })
}

async function indexOf(where: string, file: string): Promise<string | undefined> {
  const stats = await naming(where, file, () => stat(file))
  if (!stats.isDirectory()) return file
  const index = path.join(file, DEFAULT_NAME + INDEX_SUFFIX)
  return (await isMissing(index)) ? undefined : index
}

const isMissing = (file: string): Promise<boolean> =>
  stat(file).then(
    (stats) => !stats.isFile(),
    () => true,
  )

/** Tensor names by shard, in the order of the index. Shards lie beside it: their names lead nowhere else. */
function parseIndex(source: ByteSource): Map<string, Set<string>> {
  if (source.size > INDEX_LIMIT) refuse(`is an index of ${source.size} bytes; 100 MB is the limit`)
  const text = Buffer.from(source.read(0, source.size)).toString('utf8')
  let index: unknown
  try {
    index = JSON.parse(text)
  } catch {
    refuse('is neither a safetensors file nor an index of some')
  }
  const weightMap = isPlainObject(index) ? index.weight_map : undefined
  if (!isPlainObject(weightMap)) refuse('is an index without a "weight_map"')
  const shards = new Map<string, Set<string>>()
  for (const [tensor, shard] of Object.entries(weightMap)) {
    if (typeof shard !== 'string' || !/^[^/\\\0]+\.safetensors$/.test(shard)) {
      refuse(
        `is an index that has tensor ${quote(tensor)} in ${quote(String(shard))}, which is not the name of a ` +
          'safetensors file beside it',
      )
    }
    const tensors = shards.get(shard) ?? new Set()
    shards.set(shard, tensors.add(tensor))
  }
  return shards
}

/** The header of a shard, with the tensors that the index gives it and no others. */
export function parseShard(source: ByteSource, names: ReadonlySet<string>): SafetensorsHeader {
  const { tensors, metadata } = parseSafetensors(source)
  const wanted = new Map<string, TensorDescriptor>()
  for (const [name, descriptor] of tensors) if (names.has(name)) wanted.set(name, descriptor)
  for (const name of names) {
    if (!wanted.has(name)) refuse(`has no tensor ${quote(name)}, which the index says it has`)
  }
  return { tensors: wanted, metadata }
}

/** Reads all tensors behind an index or a folder, one shard after another. */
export async function loadShards(
  where: string,
  file: string,
  mmap: boolean,
): Promise<Map<string, Tensor>> {
  const found = await findShards(where, file)
  if (typeof found === 'string') {
    return reading(where, found, (source) =>
      tensorsOf(source, parseSafetensors(source).tensors, mmap),
    )
  }
  const all = new Map<string, Tensor>()
  try {
    for (const [shard, names] of found) {
      const tensors = await reading(where, shard, (source) =>
        tensorsOf(source, parseShard(source, names).tensors, mmap),
      )
      for (const [name, tensor] of tensors) all.set(name, tensor)
    }
  } catch (error) {
    for (const tensor of all.values()) tensor.dispose()
    throw error
  }
  return all
}
