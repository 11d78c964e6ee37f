import path from 'node:path'
import { checkBoolean, checkOptions, checkString, fail } from '../check.js'
import { torch } from '../torch/index.js'
import { slice } from '../torch/indexing.js'
import type { Tensor } from '../torch/tensor.js'
import type { DType } from '../torch/types.js'
import type { TensorDescriptor } from './descriptor.js'
import { naming } from './error.js'
import { type MemoryOptions, reading, tensorsOf } from './reading.js'
import { parseSafetensors, type SafetensorsHeader } from './safetensors-header.js'
import {
  findShards,
  isSharded,
  loadShards,
  parseShard,
  type ShardMap,
} from './safetensors-index.js'
import { rangesOf, type SliceRange } from './slice-ranges.js'
import { readPart } from './slice-read.js'
import { FileSource } from './source.js'

/** What a file says of a tensor. */
export interface TensorInfo {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly byteLength: number
}

/** An open file, its header read. */
interface Shard extends SafetensorsHeader {
  readonly file: string
  readonly source: FileSource
}

/**
 * An open safetensors file, or the files behind an index: tensors are read when they are asked for, files opened when
 * the first of their tensors is. Python's `safetensors.safe_open`. Made by {@link openSafetensors}.
 */
export class SafetensorsFile {
  /** The texts under `__metadata__`; of a sharded model none. */
  readonly metadata: ReadonlyMap<string, string>
  readonly #files: ReadonlyMap<string, string>
  readonly #names: ReadonlyMap<string, ReadonlySet<string>>
  readonly #open: Map<string, Promise<Shard>>
  readonly #mmap: boolean
  #closed = false

  /** @internal Use {@link openSafetensors}. */
  constructor(shards: ShardMap, first: Shard | undefined, mmap: boolean) {
    this.#names = shards
    this.#files = new Map(
      [...shards].flatMap(([file, names]) => [...names].map((name) => [name, file] as const)),
    )
    this.metadata = first?.metadata ?? new Map()
    this.#open = new Map(first === undefined ? [] : [[first.file, Promise.resolve(first)]])
    this.#mmap = mmap
  }

  /** Names of all tensors. */
  keys(): string[] {
    return [...this.#files.keys()]
  }

  /** Whether there is a tensor of this name. */
  has(name: string): boolean {
    return this.#files.has(name)
  }

  /** Element type, shape and size of a tensor. Reads nothing but its file's header. */
  async info(name: string): Promise<TensorInfo> {
    const { descriptor } = await this.#find('info', name)
    const { dtype, shape, storage } = descriptor
    return { dtype, shape: [...shape], byteLength: storage.byteLength }
  }

  /** Reads a tensor. */
  async get(name: string): Promise<Tensor> {
    const { shard, descriptor } = await this.#find('get', name)
    return naming('get', shard.file, async () => {
      const found = await tensorsOf(shard.source, new Map([[name, descriptor]]), this.#mmap)
      return found.get(name) as Tensor
    })
  }

  /**
   * Reads part of a tensor: `getSlice('weight', slice(0, 128))` is Python's `get_slice('weight')[0:128]`. Of a mapped
   * file it is a view.
   *
   * @param ranges for each dimension from the first on a position or a `slice(start, stop)`; the others are whole
   * @throws TypeError or RangeError for ranges that the tensor does not have
   */
  async getSlice(name: string, ...ranges: SliceRange[]): Promise<Tensor> {
    const where = 'getSlice'
    const { shard, descriptor } = await this.#find(where, name)
    const { shape, dtype } = descriptor
    const parts = rangesOf(where, shape, ranges)
    if (this.#mmap) {
      using whole = await this.get(name)
      return whole.index(
        parts.map(({ start, length, isPosition }) =>
          isPosition ? start : slice(start, start + length),
        ),
      )
    }
    return naming(where, shard.file, async () => {
      const buffer = await readPart(shard.source, descriptor, parts)
      const kept = parts.filter((part) => !part.isPosition).map((part) => part.length)
      return torch.fromBuffer(buffer, dtype, { shape: kept })
    })
  }

  /** Closes the files. Tensors live on, mapped ones too. */
  async close(): Promise<void> {
    this.#closed = true
    const shards = [...this.#open.values()]
    this.#open.clear()
    for (const shard of shards) {
      const opened = await shard.catch(() => undefined)
      await opened?.source.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  [Symbol.dispose](): void {
    // Nothing can go wrong that anybody could mend: the files were only read.
    this.close().catch(() => {})
  }

  async #find(
    where: string,
    name: string,
  ): Promise<{ shard: Shard; descriptor: TensorDescriptor }> {
    const file = this.#files.get(name)
    if (file === undefined) fail(where, 'name', 'the name of a tensor in the file', name)
    if (this.#closed) throw new TypeError(`${where}: the file has been closed`)
    let opening = this.#open.get(file)
    if (opening === undefined) {
      const names = this.#names.get(file) as ReadonlySet<string>
      opening = openShard(where, file, (source) => parseShard(source, names))
      opening.catch(() => this.#open.delete(file)) // tried again the next time
      this.#open.set(file, opening)
    }
    const shard = await opening
    return { shard, descriptor: shard.tensors.get(name) as TensorDescriptor }
  }
}

function openShard(
  where: string,
  file: string,
  parse: (source: FileSource) => SafetensorsHeader,
): Promise<Shard> {
  return naming(where, file, async () => {
    const source = await FileSource.open(file)
    try {
      return { file, source, ...parse(source) }
    } catch (error) {
      await source.close()
      throw error
    }
  })
}

/**
 * Opens a safetensors file without reading its tensors. Python's `safetensors.safe_open`.
 *
 * @param file a safetensors file, a `model.safetensors.index.json`, or a folder that holds one of the two under the
 *   name `model.safetensors`
 * @example
 * await using file = await openSafetensors('model.safetensors')
 * const rows = await file.getSlice('embed.weight', slice(0, 100))
 * @throws CheckpointError that names the file, and the shards that are missing
 */
export async function openSafetensors(
  file: string,
  options?: MemoryOptions,
): Promise<SafetensorsFile> {
  const where = 'openSafetensors'
  checkString(where, 'file', file)
  const { mmap = false } = checkOptions(where, options, ['mmap'])
  checkBoolean(where, 'mmap', mmap)
  const found = (await isSharded(file)) ? await findShards(where, file) : path.normalize(file)
  if (typeof found !== 'string') return new SafetensorsFile(found, undefined, mmap)
  const only = await openShard(where, found, parseSafetensors)
  return new SafetensorsFile(new Map([[found, new Set(only.tensors.keys())]]), only, mmap)
}

/**
 * Reads a safetensors file, or the files behind an index: the tensors by name. The object has no prototype, so that
 * any name is safe.
 *
 * @param file as for {@link openSafetensors}
 * @throws CheckpointError that names the file and the tensor
 */
export async function loadSafetensors(
  file: string,
  options?: MemoryOptions,
): Promise<Record<string, Tensor>> {
  const where = 'loadSafetensors'
  checkString(where, 'file', file)
  const { mmap = false } = checkOptions(where, options, ['mmap'])
  checkBoolean(where, 'mmap', mmap)
  const tensors = (await isSharded(file))
    ? await loadShards(where, file, mmap)
    : await reading(where, file, (source) =>
        tensorsOf(source, parseSafetensors(source).tensors, mmap),
      )
  const result: Record<string, Tensor> = Object.create(null)
  for (const [name, tensor] of tensors) result[name] = tensor
  return result
}

/** The texts that a safetensors file carries under `__metadata__`. */
export async function safetensorsMetadata(file: string): Promise<Map<string, string>> {
  checkString('safetensorsMetadata', 'file', file)
  return reading(
    'safetensorsMetadata',
    file,
    async (source) => new Map(parseSafetensors(source).metadata),
  )
}
