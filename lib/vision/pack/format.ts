// The bytes of a pack, as docs/pack.md describes them and native/image/pack_format.h reads them.

/** A byte that no text has, a name, and ends of line of both kinds, which a careless copy changes. */
const MAGIC = Uint8Array.of(0x89, 0x4e, 0x4c, 0x50, 0x0d, 0x0a, 0x1a, 0x0a)
const VERSION = 1
const ENTRY = 48
const CLASS = 16
const TRAILER = 80
/** Where in the trailer its own checksum is. */
const CHECKSUM = 68

/** Records begin at multiples of this. */
export const ALIGNMENT = 64

/** How a JPEG is tiled, as `tilePicture` says; zeros for a file that was kept as it is. */
export type TilingNumbers = readonly [
  width: number,
  height: number,
  mcuWidth: number,
  mcuHeight: number,
  restart: number,
  headerLength: number,
  frameHeader: number,
]

/** What the index says of one picture. */
export interface PackEntry {
  /** Where its record begins, and the bytes of the file in it. */
  readonly offset: number
  readonly length: number
  readonly name: string
  readonly classIndex: number
  /** CRC-32C of the record. */
  readonly checksum: number
  readonly tiling: TilingNumbers
}

/** The first bytes of a pack, up to its first record. */
export function encodeHeader(): Uint8Array {
  const bytes = new Uint8Array(ALIGNMENT)
  bytes.set(MAGIC)
  new DataView(bytes.buffer).setUint32(MAGIC.length, VERSION, true)
  return bytes
}

/** The end of a pack: the tables, which begin at `offset`, and the trailer that leads to them. */
export class PackTables {
  #entries = new DataView(new ArrayBuffer(ENTRY * 1024))
  #count = 0
  readonly #strings: Uint8Array[] = []
  #stringsLength = 0

  add({ offset, length, name, classIndex, checksum, tiling }: PackEntry): void {
    if ((this.#count + 1) * ENTRY > this.#entries.byteLength) this.#grow()
    const at = this.#count * ENTRY
    const view = this.#entries
    const [nameOffset, nameLength] = this.#string(name)
    const [width, height, mcuWidth, mcuHeight, restart, headerLength, frameHeader] = tiling
    view.setBigUint64(at, BigInt(offset), true)
    view.setBigUint64(at + 8, BigInt(length), true)
    view.setBigUint64(at + 16, BigInt(nameOffset), true)
    view.setUint32(at + 24, nameLength, true)
    view.setUint32(at + 28, classIndex, true)
    view.setUint32(at + 32, checksum, true)
    view.setUint16(at + 36, width, true)
    view.setUint16(at + 38, height, true)
    view.setUint8(at + 40, mcuWidth)
    view.setUint8(at + 41, mcuHeight)
    view.setUint16(at + 42, restart, true)
    view.setUint16(at + 44, headerLength, true)
    view.setUint16(at + 46, frameHeader, true)
    this.#count += 1
  }

  /**
   * @param offset - where the tables begin, a multiple of {@link ALIGNMENT}
   * @param crc32c - the CRC-32C of bytes that go on from others
   */
  finish(
    offset: number,
    classes: readonly string[],
    crc32c: (bytes: Uint8Array, before: number) => number,
  ): Uint8Array[] {
    const entries = new Uint8Array(this.#entries.buffer, 0, this.#count * ENTRY)
    const classTable = new Uint8Array(classes.length * CLASS)
    const classView = new DataView(classTable.buffer)
    for (const [i, name] of classes.entries()) {
      const [at, length] = this.#string(name)
      classView.setBigUint64(i * CLASS, BigInt(at), true)
      classView.setBigUint64(i * CLASS + 8, BigInt(length), true)
    }
    const strings = Buffer.concat(this.#strings)
    const tables = [entries, classTable, strings]
    const starts = [offset, offset + entries.length, offset + entries.length + classTable.length]
    const length = (starts[2] as number) + strings.length + TRAILER

    const trailer = new Uint8Array(TRAILER)
    const view = new DataView(trailer.buffer)
    const numbers = [length, this.#count, classes.length, ...starts, strings.length]
    for (const [i, number] of numbers.entries()) view.setBigUint64(i * 8, BigInt(number), true)
    const sum = tables.reduce((before, table) => crc32c(table, before), 0)
    view.setUint32(56, sum, true)
    view.setUint32(60, VERSION, true)
    view.setUint32(CHECKSUM, crc32c(trailer.subarray(0, CHECKSUM), 0), true)
    trailer.set(MAGIC, CHECKSUM + 4)
    return [...tables, trailer]
  }

  #string(text: string): [offset: number, length: number] {
    const bytes = Buffer.from(text)
    const offset = this.#stringsLength
    this.#strings.push(bytes)
    this.#stringsLength += bytes.length
    return [offset, bytes.length]
  }

  #grow(): void {
    const larger = new ArrayBuffer(this.#entries.byteLength * 2)
    new Uint8Array(larger).set(new Uint8Array(this.#entries.buffer))
    this.#entries = new DataView(larger)
  }
}
