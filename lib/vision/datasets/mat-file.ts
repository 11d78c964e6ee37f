import { inflateSync } from 'node:zlib'

/** A numeric array of a MAT file. */
export interface MatArray {
  /** Rows, columns, and any further dimensions. */
  readonly shape: readonly number[]
  /** The values, column by column. */
  readonly values: readonly number[]
}

const HEADER = 128
const TAG = 8
const MATRIX = 14
const COMPRESSED = 15
const INT8 = 1
const INT32 = 5
const UINT32 = 6
/** The classes of numeric arrays: double, single, and integers of 8 to 64 bits. */
const NUMERIC = { first: 6, last: 15 }
const COMPLEX = 0x08
const LARGEST = 1 << 26
const DIMENSIONS = 32

type Read = (view: DataView, at: number, little: boolean) => number

/** How values are stored, by type code: an array of doubles may be stored as bytes. */
const STORED: Readonly<Record<number, readonly [width: number, read: Read]>> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at, little) => view.getInt16(at, little)],
  4: [2, (view, at, little) => view.getUint16(at, little)],
  5: [4, (view, at, little) => view.getInt32(at, little)],
  6: [4, (view, at, little) => view.getUint32(at, little)],
  7: [4, (view, at, little) => view.getFloat32(at, little)],
  9: [8, (view, at, little) => view.getFloat64(at, little)],
  12: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  13: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
}

interface Element {
  readonly type: number
  readonly data: Uint8Array
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/**
 * Reads the numeric arrays of a MAT file of version 5, packed or not, by name; structures, cells, texts and
 * sparse arrays are left out. No length in the file is believed before it is compared with what is there.
 *
 * @throws RangeError that says what is wrong with the bytes
 */
export function readMatFile(bytes: Uint8Array): ReadonlyMap<string, MatArray> {
  if (bytes.length < HEADER) throw new RangeError('ends within its header')
  const mark = Buffer.from(bytes.subarray(126, HEADER)).toString('latin1')
  if (mark !== 'IM' && mark !== 'MI') throw new RangeError('is not a MAT file of version 5')
  const little = mark === 'IM'
  const arrays = new Map<string, MatArray>()
  for (const element of elements(bytes.subarray(HEADER), little)) {
    const [name, array] = readMatrix(unpacked(element, little), little) ?? []
    if (name !== undefined && array !== undefined) arrays.set(name, array)
  }
  return arrays
}

function* elements(bytes: Uint8Array, little: boolean): Generator<Element> {
  for (let at = 0; at < bytes.length; ) {
    const { element, next } = readElement(bytes, at, little)
    yield element
    at = next
  }
}

/** An element: its type and size, then its data; up to four bytes of data stand in the place of the size. */
function readElement(bytes: Uint8Array, at: number, little: boolean) {
  if (at + TAG > bytes.length) throw new RangeError('ends within a tag')
  const view = viewOf(bytes)
  const first = view.getUint32(at, little)
  const shortSize = first >>> 16
  if (shortSize > 0) {
    if (shortSize > 4) throw new RangeError(`has a short element of ${shortSize} bytes`)
    const data = bytes.subarray(at + 4, at + 4 + shortSize)
    return { element: { type: first & 0xffff, data }, next: at + TAG }
  }
  const size = view.getUint32(at + 4, little)
  const start = at + TAG
  if (start + size > bytes.length) {
    throw new RangeError(`has an element of ${size} bytes, ${bytes.length - start} are left`)
  }
  // Only packed elements are not padded.
  const padding = first === COMPRESSED ? 0 : (8 - (size % 8)) % 8
  const data = bytes.subarray(start, start + size)
  return { element: { type: first, data }, next: Math.min(start + size + padding, bytes.length) }
}

function unpacked(element: Element, little: boolean): Element {
  if (element.type !== COMPRESSED) return element
  let bytes: Uint8Array
  try {
    bytes = inflateSync(element.data, { maxOutputLength: LARGEST })
  } catch (cause) {
    throw new RangeError(`has a packed element that is damaged or of more than ${LARGEST} bytes`, {
      cause,
    })
  }
  return readElement(bytes, 0, little).element
}

/** A matrix: flags, dimensions, name, values. */
function readMatrix({ type, data }: Element, little: boolean): [string, MatArray] | undefined {
  if (type !== MATRIX || data.length === 0) return undefined
  const [flags, dimensions, name, real] = elements(data, little)
  if (flags?.type !== UINT32 || flags.data.length !== 8) throw new RangeError('has no array flags')
  const word = viewOf(flags.data).getUint32(0, little)
  const kind = word & 0xff
  if (kind < NUMERIC.first || kind > NUMERIC.last) return undefined
  if (((word >>> 8) & COMPLEX) !== 0) return undefined
  if (dimensions?.type !== INT32 || name?.type !== INT8 || real === undefined) {
    throw new RangeError('has an array without dimensions, name or values')
  }
  const shape = readValues(dimensions, little)
  if (shape.length < 2 || shape.length > DIMENSIONS || shape.some((size) => size < 0)) {
    throw new RangeError(`has an array of the impossible shape ${shape.slice(0, 8).join(' × ')}`)
  }
  const values = readValues(real, little)
  const count = shape.reduce((product, size) => product * size, 1)
  if (values.length !== count) {
    throw new RangeError(`has an array of ${count} values, of which ${values.length} are there`)
  }
  return [Buffer.from(name.data).toString('latin1'), { shape, values }]
}

function readValues({ type, data }: Element, little: boolean): number[] {
  const [width, read] = STORED[type] ?? []
  if (width === undefined || read === undefined) {
    throw new RangeError(`has values of the unknown type ${type}`)
  }
  if (data.length % width !== 0) throw new RangeError('has values that end within a number')
  const view = viewOf(data)
  return Array.from({ length: data.length / width }, (_, i) => read(view, i * width, little))
}
