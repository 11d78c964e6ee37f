import type { DType } from '../torch/types.js'
import { type StorageDescriptor, TensorDescriptor } from './descriptor.js'
import { itemSize, SAFETENSORS_DTYPES } from './dtypes.js'
import { quote, refuse } from './error.js'
import { HeaderReader } from './json-reader.js'
import type { ByteSource } from './source.js'

/** What the header of a safetensors file says. */
export interface SafetensorsHeader {
  /** Tensors in the order of their data, as the reference implementation hands them out. */
  readonly tensors: ReadonlyMap<string, TensorDescriptor>
  /** The texts under `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>
}

/** The reference implementation's own limit. */
const HEADER_LIMIT = 100_000_000
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

interface Entry {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

/**
 * Reads and checks the header of a safetensors file, as far as the format's own text asks: one JSON
 * object, each name once, and tensors that cover the rest of the file without holes or overlaps.
 *
 * @throws CheckpointError that names the tensor
 */
export function parseSafetensors(source: ByteSource): SafetensorsHeader {
  const { size } = source
  if (size < 8) refuse(`has ${size} bytes, too few for a safetensors file`)
  const length = Buffer.from(source.read(0, 8)).readBigUInt64LE(0)
  if (length > BigInt(HEADER_LIMIT)) refuse(`has a header of ${length} bytes; 100 MB is the limit`)
  const dataStart = 8 + Number(length)
  if (dataStart > size) refuse(`ends early: its header has ${length} bytes, the file ${size}`)
  const { entries, metadata } = parseHeader(decode(source.read(8, Number(length))))
  const inOrder = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)
  checkCover(inOrder, size - dataStart)
  const tensors = new Map<string, TensorDescriptor>()
  for (const [name, entry] of inOrder) tensors.set(name, describe(name, entry, dataStart))
  return { tensors, metadata }
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] !== 0x7b) refuse('has a header that does not begin with "{"')
  try {
    return utf8.decode(bytes)
  } catch {
    refuse('has a header that is not UTF-8')
  }
}

function parseHeader(text: string): {
  entries: Map<string, Entry>
  metadata: Map<string, string>
} {
  const reader = new HeaderReader(text)
  const entries = new Map<string, Entry>()
  const metadata = new Map<string, string>()
  reader.object((name) => {
    if (name === '__metadata__') {
      reader.object((key) => {
        metadata.set(key, reader.string(`the metadata ${quote(key)}`))
      })
    } else {
      entries.set(name, readEntry(reader, name))
    }
  })
  reader.end()
  return { entries, metadata }
}

function readEntry(reader: HeaderReader, name: string): Entry {
  const of = (field: string): string => `${field} of tensor ${quote(name)}`
  let dtypeName: string | undefined
  let shape: number[] | undefined
  let offsets: number[] | undefined
  reader.object((field) => {
    if (field === 'dtype') dtypeName = reader.string(of(field))
    else if (field === 'shape') shape = reader.naturals(of(field))
    else if (field === 'data_offsets') offsets = reader.naturals(of(field))
    else refuse(`has the unknown ${of(quote(field))}`)
  })
  if (dtypeName === undefined || shape === undefined || offsets === undefined) {
    refuse(`has no ${of('dtype, shape or data_offsets')}`)
  }
  const dtype = SAFETENSORS_DTYPES.get(dtypeName)
  if (dtype === undefined) refuse(`has the unknown ${of(`dtype ${quote(dtypeName)}`)}`)
  const [begin, end] = offsets
  if (begin === undefined || end === undefined || offsets.length !== 2 || begin > end) {
    refuse(`has the ${of(`data_offsets [${offsets.slice(0, 3).join(', ')}]`)}`)
  }
  return { dtype, shape, begin, end }
}

/** Tensors lie back to back: no hole, no overlap, nothing before the first or after the last. */
function checkCover(inOrder: readonly [string, Entry][], dataSize: number): void {
  let expected = 0
  for (const [name, { begin, end }] of inOrder) {
    if (begin !== expected) {
      refuse(`has tensor ${quote(name)} at byte ${begin} of the data, where ${expected} is next`)
    }
    expected = end
  }
  if (expected !== dataSize) {
    refuse(`has ${dataSize} bytes of data, but tensors for ${expected} of them`)
  }
}

function describe(name: string, entry: Entry, dataStart: number): TensorDescriptor {
  const { dtype, shape, begin, end } = entry
  const numel = shape.reduce((product, size) => product * size, 1)
  if (!Number.isSafeInteger(numel) || numel * itemSize(dtype) !== end - begin) {
    refuse(
      `has tensor ${quote(name)} of shape [${shape.slice(0, 8).join(', ')}] and ${dtype}, ` +
        `which does not fit its ${end - begin} bytes`,
    )
  }
  const stride: number[] = new Array(shape.length)
  let step = 1
  for (let d = shape.length - 1; d >= 0; d--) {
    stride[d] = step
    step *= Math.max(shape[d] ?? 1, 1)
  }
  const storage: StorageDescriptor = {
    key: name,
    offset: dataStart + begin,
    byteLength: end - begin,
  }
  return new TensorDescriptor(storage, dtype, 0, shape, stride)
}
