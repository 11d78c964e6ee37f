import { crc32 } from 'node:zlib'
import type { Tensor } from '../torch/tensor.js'
import { byteLengthOf, type Pieces } from './pieces.js'

/** A tensor as an entry, with the CRC-32 of its bytes. */
export interface TensorEntry {
  readonly tensor: Tensor
  readonly crc: number
}

/** What is written about an entry twice: before its data, and in the directory. */
interface Written {
  readonly name: Uint8Array
  readonly crc: number
  readonly size: number
  readonly header: number
}

/** Data begin at multiples of this, so that they can be mapped into memory. */
const ALIGNMENT = 64
const UTF8_NAMES = 0x0800
/** 1 January 1980, the zero of the format: the same content gives the same file. */
const DATE = 0x0021
const ZIP64_ID = 0x0001
const PADDING_ID = 0x4246
const MARKER = 0xffffffff

/** Little-endian fields, appended one after another. */
class Fields {
  private readonly parts: Buffer[] = []

  u16(...values: number[]): this {
    for (const value of values) {
      const part = Buffer.alloc(2)
      part.writeUInt16LE(value)
      this.parts.push(part)
    }
    return this
  }

  u32(...values: number[]): this {
    for (const value of values) {
      const part = Buffer.alloc(4)
      part.writeUInt32LE(value)
      this.parts.push(part)
    }
    return this
  }

  u64(...values: number[]): this {
    for (const value of values) {
      const part = Buffer.alloc(8)
      part.writeBigUInt64LE(BigInt(value))
      this.parts.push(part)
    }
    return this
  }

  bytes(...values: Uint8Array[]): this {
    for (const value of values) this.parts.push(Buffer.from(value))
    return this
  }

  get all(): Buffer {
    return Buffer.concat(this.parts)
  }
}

/**
 * Lays out an archive of stored entries as `torch.save` does. Sizes, offsets and counts that do not
 * fit the old fields go into ZIP64 ones, from `limits` on, which tests lower.
 */
export class ZipWriter {
  private readonly entries: Written[] = []

  constructor(
    private readonly file: Pieces,
    private readonly limits = { size: MARKER, count: 0xffff },
  ) {}

  /** Appends an entry. */
  add(entryName: string, data: Uint8Array | TensorEntry): void {
    const header = this.file.position
    const name = Buffer.from(entryName)
    const isBytes = data instanceof Uint8Array
    const crc = isBytes ? crc32(data) : data.crc
    const piece = isBytes ? data : data.tensor
    const size = byteLengthOf(piece)
    const isWide = size >= this.limits.size
    const wide = isWide ? new Fields().u16(ZIP64_ID, 16).u64(size, size).all : Buffer.alloc(0)
    const fixed = 30 + name.length + wide.length + 4
    const padding = (ALIGNMENT - ((header + fixed) % ALIGNMENT)) % ALIGNMENT
    const narrow = isWide ? MARKER : size
    const local = new Fields()
      .u32(0x04034b50)
      .u16(isWide ? 45 : 20, UTF8_NAMES, 0, 0, DATE)
      .u32(crc, narrow, narrow)
      .u16(name.length, wide.length + 4 + padding)
      .bytes(name, wide)
      .u16(PADDING_ID, padding)
      .bytes(new Uint8Array(padding))
    this.file.add(local.all)
    this.file.add(piece)
    this.entries.push({ name, crc, size, header })
  }

  /** Adds the directory; nothing can be added after it. */
  finish(): void {
    const start = this.file.position
    for (const entry of this.entries) this.file.add(this.central(entry))
    const size = this.file.position - start
    const count = this.entries.length
    if (count >= this.limits.count || start + size >= this.limits.size) {
      this.finishWide(count, size, start)
    }
    const end = new Fields()
      .u32(0x06054b50)
      .u16(0, 0)
      .u16(...Array(2).fill(count >= this.limits.count ? 0xffff : count))
      .u32(size >= this.limits.size ? MARKER : size, start >= this.limits.size ? MARKER : start)
      .u16(0)
    this.file.add(end.all)
  }

  private central({ name, crc, size, header }: Written): Buffer {
    const isLarge = size >= this.limits.size
    const isFar = header >= this.limits.size
    const values = [...(isLarge ? [size, size] : []), ...(isFar ? [header] : [])]
    const wide =
      values.length > 0
        ? new Fields().u16(ZIP64_ID, 8 * values.length).u64(...values).all
        : Buffer.alloc(0)
    const version = values.length > 0 ? 45 : 20
    return new Fields()
      .u32(0x02014b50)
      .u16(version, version, UTF8_NAMES, 0, 0, DATE)
      .u32(crc, isLarge ? MARKER : size, isLarge ? MARKER : size)
      .u16(name.length, wide.length, 0, 0, 0)
      .u32(0, isFar ? MARKER : header)
      .bytes(name, wide).all
  }

  private finishWide(count: number, size: number, start: number): void {
    const recordAt = this.file.position
    const record = new Fields()
      .u32(0x06064b50)
      .u64(44)
      .u16(45, 45)
      .u32(0, 0)
      .u64(count, count, size, start)
      .u32(0x07064b50, 0)
      .u64(recordAt)
      .u32(1)
    this.file.add(record.all)
  }
}
