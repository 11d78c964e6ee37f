// Files that a seed has damaged, and what the checkpoint readers make of them.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { TensorBuilder } from '../../lib/checkpoint/build.js'
import {
  type StorageDescriptor,
  StorageReference,
  TensorDescriptor,
} from '../../lib/checkpoint/descriptor.js'
import { itemSize } from '../../lib/checkpoint/dtypes.js'
import { CheckpointError, refuse } from '../../lib/checkpoint/error.js'
import { memoryExtent } from '../../lib/checkpoint/extent.js'
import { detectFormat } from '../../lib/checkpoint/format.js'
import { load, openSafetensors } from '../../lib/checkpoint/index.js'
import { parsePth } from '../../lib/checkpoint/parse.js'
import { GlobalReference } from '../../lib/checkpoint/pickle-globals.js'
import { Pieces } from '../../lib/checkpoint/pieces.js'
import { parseSafetensors } from '../../lib/checkpoint/safetensors-header.js'
import { MemorySource } from '../../lib/checkpoint/source.js'
import { readStorages } from '../../lib/checkpoint/storage-data.js'
import { ReadMemory } from '../../lib/checkpoint/storage-memory.js'
import { replaceValues } from '../../lib/checkpoint/values.js'
import { readEntry, readZip } from '../../lib/checkpoint/zip.js'
import { ZipWriter } from '../../lib/checkpoint/zip-writer.js'
import { torch } from '../../lib/torch/index.js'
import { slice } from '../../lib/torch/indexing.js'
import { Tensor } from '../../lib/torch/tensor.js'
import { mutate } from './mutate.js'
import { SeededRandom } from './random.js'

/** Milliseconds of the processor's time, so that others who are at work on it do not count. */
const SLOW_MS = 2000
/** What the code in the armed files of the corpus would leave in the current folder. */
const CANARY = 'CANARY_EXECUTED'
/** Deflated records may grow by this; all others not at all. */
const GROWTH = 200

interface CorpusFile {
  readonly name: string
  readonly bytes: Buffer
}

/** What became of a file. */
type Outcome = 'loaded' | 'refused'

function readCorpus(folder: string): CorpusFile[] {
  const files: CorpusFile[] = []
  for (const part of ['good', 'edge', 'bad']) {
    for (const file of readdirSync(path.join(folder, part)).sort()) {
      const bytes = readFileSync(path.join(folder, part, file))
      const isPacked = file.endsWith('.gz')
      const name = `${part}/${isPacked ? file.slice(0, -3) : file}`
      files.push({ name, bytes: isPacked ? gunzipSync(bytes) : bytes })
    }
  }
  return files
}

/** A zip with the same entries, but a damaged pickle: damage that the zip reader does not see. */
function mutatePickle(bytes: Buffer, random: SeededRandom, other: Buffer): Buffer {
  const source = new MemorySource(bytes)
  const pieces = new Pieces()
  const zip = new ZipWriter(pieces)
  for (const [name, entry] of readZip(source)) {
    const data = readEntry(source, entry)
    zip.add(name, name.endsWith('.pkl') ? mutate(data, random, other) : data)
  }
  zip.finish()
  return Buffer.concat(pieces.list as Uint8Array[])
}

/** A safetensors file whose header is damaged, but of the length that it announces. */
function mutateHeader(bytes: Buffer, random: SeededRandom, other: Buffer): Buffer {
  const end = 8 + Number(bytes.readBigUInt64LE(0))
  const header = mutate(bytes.subarray(8, end), random, other)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, bytes.subarray(end)])
}

function damage(file: CorpusFile, random: SeededRandom, other: Buffer): Buffer {
  const isInside = random.below(2) === 0
  try {
    if (isInside && file.name.endsWith('.zip.pth')) return mutatePickle(file.bytes, random, other)
    if (isInside && file.name.endsWith('.safetensors'))
      return mutateHeader(file.bytes, random, other)
  } catch (error) {
    // A file that is bad to begin with may have no inside.
    if (!(error instanceof CheckpointError || error instanceof RangeError)) throw error
  }
  return mutate(file.bytes, random, other)
}

const isSafetensors = (source: MemorySource): boolean =>
  source.size > 0 && detectFormat(source) === 'safetensors'

interface Read {
  readonly tensors: TensorDescriptor[]
  readonly storages: StorageDescriptor[]
}

function parse(source: MemorySource): Read {
  if (isSafetensors(source)) {
    const tensors = [...parseSafetensors(source).tensors.values()]
    return { tensors, storages: tensors.map((tensor) => tensor.storage) }
  }
  const { value, tuples, storages } = parsePth(source)
  const tensors: TensorDescriptor[] = []
  replaceValues(value, tuples, (part) => {
    if (part instanceof TensorDescriptor) tensors.push(part)
    // As load() does once it has read the rest.
    if (part instanceof GlobalReference || part instanceof StorageReference) refuse('is no value')
    return part
  })
  return { tensors, storages: [...storages] }
}

function fail(message: string): never {
  throw new Error(message)
}

/** Checks anew, in another way than the reader does, that a tensor lies inside its storage. */
function checkInside({ dtype, offset, shape, stride, storage }: TensorDescriptor): void {
  let last = BigInt(offset)
  let count = 1n
  for (const [d, size] of shape.entries()) {
    count *= BigInt(size)
    last += (BigInt(size) - 1n) * BigInt(stride[d] ?? fail('a stride is missing'))
  }
  if (offset < 0 || [...shape, ...stride].some((value) => value < 0)) fail('a negative extent')
  if (count === 0n) return
  if ((last + 1n) * BigInt(itemSize(dtype)) > BigInt(storage.byteLength)) {
    fail(`a tensor ends at element ${last}, its storage has ${storage.byteLength} bytes`)
  }
}

async function read(bytes: Buffer, makeTensors: boolean): Promise<void> {
  const source = new MemorySource(bytes)
  const { tensors, storages } = parse(source)
  for (const tensor of tensors) checkInside(tensor)
  const total = storages.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const isDeflated = storages.some(({ deflated }) => deflated !== undefined)
  if (total > bytes.length * (isDeflated ? GROWTH : 1)) fail(`${total} bytes of storages`)
  const data = await readStorages(source, storages)
  if (!makeTensors) return
  const builder = new TensorBuilder(new ReadMemory(data))
  try {
    for (const tensor of tensors) {
      const { shape } = builder.build(tensor)
      if (shape.join() !== tensor.shape.join()) fail('a tensor has another shape than described')
    }
  } finally {
    builder.abandon()
  }
}

/** Reads by the public functions, out of a file; every element of what is loaded is touched. */
async function readFile(file: string, bytes: Buffer, mmap: boolean): Promise<void> {
  writeFileSync(file, bytes)
  if (isSafetensors(new MemorySource(bytes))) {
    await using opened = await openSafetensors(file, { mmap })
    for (const name of opened.keys()) {
      const { shape } = await opened.info(name)
      const half = shape.map((size) => slice(Math.floor(size / 2), size))
      using whole = await opened.get(name)
      using part = await opened.getSlice(name, ...half)
      whole.toBytes()
      part.toBytes()
    }
    return
  }
  const tensors = new Set<Tensor>()
  replaceValues(await load(file, { mmap }), new Set(), (part) => {
    if (part instanceof Tensor) tensors.add(part)
    return part
  })
  for (const tensor of tensors) {
    touch(tensor)
    tensor.dispose()
  }
}

/** Reads the memory between the first and the last element: strides of 0 make of a few bytes as many as one likes. */
function touch(tensor: Tensor): void {
  const { start, end } = memoryExtent(tensor)
  const flat = [(end - start) / tensor.elementSize()]
  torch.noGrad(() => torch.scope(() => tensor.detach().asStrided(flat, [1]).toBytes()))
}

async function outcomeOf(read: Promise<void>): Promise<Outcome> {
  try {
    await read
    return 'loaded'
  } catch (error) {
    if (error instanceof CheckpointError) return 'refused'
    throw error
  }
}

/** What became of many files. */
export interface TortureReport extends Record<Outcome, number> {
  /** Milliseconds of the processor's time that the slowest took. */
  readonly slowest: number
}

/**
 * Reads `count` damaged files, now in memory, now mapped or out of a file; throws at the first that does harm, with what
 * repeats it.
 */
export async function tortureCheckpoints(options: {
  count: number
  seed: number
  makeTensors: boolean
  corpus: string
}): Promise<TortureReport> {
  const { count, seed, makeTensors, corpus } = options
  const files = readCorpus(corpus)
  const folder = mkdtempSync(path.join(tmpdir(), 'node-libtorch-torture-'))
  const report = { loaded: 0, refused: 0, slowest: 0 }
  const live = torch.memory().live
  try {
    for (let i = seed; i < seed + count; i++) {
      const random = new SeededRandom(i)
      const file = random.pick(files)
      const place = `${file.name}, seed ${i}`
      const bytes = damage(file, random, random.pick(files).bytes)
      const started = process.cpuUsage()
      try {
        const outcome = await outcomeOf(read(bytes, makeTensors))
        report[outcome]++
        if (makeTensors) {
          const again = await outcomeOf(readFile(path.join(folder, 'file'), bytes, i % 2 === 0))
          if (again !== outcome) fail(`${outcome} from memory, ${again} from a file`)
        }
      } catch (cause) {
        throw new Error(`${place}: ${String(cause)}`, { cause })
      }
      const { user, system } = process.cpuUsage(started)
      const elapsed = (user + system) / 1000
      report.slowest = Math.max(report.slowest, elapsed)
      if (elapsed > SLOW_MS) fail(`${place}: took ${elapsed.toFixed(0)} ms`)
      if (torch.memory().live !== live) fail(`${place}: tensors are left over`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  if (existsSync(CANARY)) fail('code of a file has run')
  return report
}
