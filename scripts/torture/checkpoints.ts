// Feeds the checkpoint readers files that a seed has damaged. Each must end in a value or a CheckpointError, soon
// and in little memory; what is loaded must lie inside its storages.
//
//   npm run torture -- checkpoints [--count N] [--seed N] [--tensors] [--corpus FOLDER]

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { TensorBuilder } from '../../lib/checkpoint/build.js'
import { type StorageDescriptor, TensorDescriptor } from '../../lib/checkpoint/descriptor.js'
import { itemSize } from '../../lib/checkpoint/dtypes.js'
import { CheckpointError } from '../../lib/checkpoint/error.js'
import { detectFormat } from '../../lib/checkpoint/format.js'
import { parsePth } from '../../lib/checkpoint/parse.js'
import { parseSafetensors } from '../../lib/checkpoint/safetensors-header.js'
import { MemorySource } from '../../lib/checkpoint/source.js'
import { readStorages } from '../../lib/checkpoint/storage-data.js'
import { replaceValues } from '../../lib/checkpoint/values.js'
import { readEntry, readZip } from '../../lib/checkpoint/zip.js'
import { ZipWriter } from '../../lib/checkpoint/zip-writer.js'
import { torch } from '../../lib/torch/index.js'
import { mutate } from './mutate.js'
import { SeededRandom } from './random.js'

const SLOW_MS = 2000
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
  for (const part of ['good', 'edge']) {
    for (const name of readdirSync(path.join(folder, part)).sort()) {
      files.push({ name: `${part}/${name}`, bytes: readFileSync(path.join(folder, part, name)) })
    }
  }
  return files
}

/** A zip with the same entries, but a damaged pickle: damage that the zip reader does not see. */
async function mutatePickle(bytes: Buffer, random: SeededRandom, other: Buffer): Promise<Buffer> {
  const source = new MemorySource(bytes)
  const parts: Uint8Array[] = []
  const file = {
    position: 0,
    async write(part: Uint8Array): Promise<void> {
      parts.push(part)
      this.position += part.length
    },
  }
  const zip = new ZipWriter(file)
  for (const [name, entry] of readZip(source)) {
    const data = readEntry(source, entry)
    await zip.add(name, name.endsWith('.pkl') ? mutate(data, random, other) : data)
  }
  await zip.finish()
  return Buffer.concat(parts)
}

/** A safetensors file whose header is damaged, but of the length that it announces. */
function mutateHeader(bytes: Buffer, random: SeededRandom, other: Buffer): Buffer {
  const end = 8 + Number(bytes.readBigUInt64LE(0))
  const header = mutate(bytes.subarray(8, end), random, other)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, bytes.subarray(end)])
}

async function damage(file: CorpusFile, random: SeededRandom, other: Buffer): Promise<Buffer> {
  const isInside = random.below(2) === 0
  if (isInside && file.name.endsWith('.zip.pth')) return mutatePickle(file.bytes, random, other)
  if (isInside && file.name.endsWith('.safetensors')) return mutateHeader(file.bytes, random, other)
  return mutate(file.bytes, random, other)
}

interface Read {
  readonly tensors: TensorDescriptor[]
  readonly storages: StorageDescriptor[]
}

function parse(source: MemorySource): Read {
  if (source.size > 0 && detectFormat(source) === 'safetensors') {
    const tensors = [...parseSafetensors(source).tensors.values()]
    return { tensors, storages: tensors.map((tensor) => tensor.storage) }
  }
  const { value, tuples, storages } = parsePth(source)
  const tensors: TensorDescriptor[] = []
  replaceValues(value, tuples, (part) => {
    if (part instanceof TensorDescriptor) tensors.push(part)
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
  const builder = new TensorBuilder(data)
  try {
    for (const tensor of tensors) {
      const { shape } = builder.build(tensor)
      if (shape.join() !== tensor.shape.join()) fail('a tensor has another shape than described')
    }
  } finally {
    builder.abandon()
  }
}

async function outcomeOf(bytes: Buffer, makeTensors: boolean): Promise<Outcome> {
  try {
    await read(bytes, makeTensors)
    return 'loaded'
  } catch (error) {
    if (error instanceof CheckpointError) return 'refused'
    throw error
  }
}

/** Reads `count` damaged files; throws at the first that does harm, with what repeats it. */
export async function tortureCheckpoints(options: {
  count: number
  seed: number
  makeTensors: boolean
  corpus: string
}): Promise<Record<Outcome, number>> {
  const { count, seed, makeTensors, corpus } = options
  const files = readCorpus(corpus)
  const outcomes: Record<Outcome, number> = { loaded: 0, refused: 0 }
  const live = torch.memory().live
  let slowest = 0
  for (let i = 0; i < count; i++) {
    const random = new SeededRandom(seed + i)
    const file = random.pick(files)
    const place = `${file.name}, seed ${seed + i}`
    const bytes = await damage(file, random, random.pick(files).bytes)
    const started = performance.now()
    try {
      outcomes[await outcomeOf(bytes, makeTensors)]++
    } catch (cause) {
      throw new Error(`${place}: ${String(cause)}`, { cause })
    }
    const elapsed = performance.now() - started
    slowest = Math.max(slowest, elapsed)
    if (elapsed > SLOW_MS) fail(`${place}: took ${elapsed.toFixed(0)} ms`)
    if (torch.memory().live !== live) fail(`${place}: tensors are left over`)
  }
  const rss = (process.resourceUsage().maxRSS / 1024).toFixed(0)
  console.log(`slowest ${slowest.toFixed(0)} ms, at most ${rss} MB of memory`)
  return outcomes
}

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    tensors: { type: 'boolean', default: false },
    corpus: {
      type: 'string',
      default: fileURLToPath(new URL('../../test/checkpoint/data', import.meta.url)),
    },
  },
})
const { loaded, refused } = await tortureCheckpoints({
  count: Number(values.count),
  seed: Number(values.seed),
  makeTensors: values.tensors,
  corpus: values.corpus,
})
console.log(`${loaded + refused} damaged files: ${loaded} loaded, ${refused} refused`)
