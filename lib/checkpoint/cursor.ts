import { quote, refuse } from './error.js'
import type { ByteSource } from './source.js'

const WINDOW = 1 << 16
const LINE_LIMIT = 4096
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads a range of a source from front to back, through a small window, and never past its end. */
export class Cursor {
  private window: Uint8Array = new Uint8Array(0)
  private view = new DataView(this.window.buffer)
  private windowStart: number
  /** Next byte, counted from the window's start. */
  private at = 0

  constructor(
    private readonly source: ByteSource,
    start: number,
    private readonly end: number,
  ) {
    this.windowStart = start
  }

  /** Offset of the next byte in the source. */
  get position(): number {
    return this.windowStart + this.at
  }

  /** Bytes left before the end of the range. */
  get remaining(): number {
    return this.end - this.position
  }

  /** Goes on at another offset. */
  seek(position: number): void {
    if (!(position >= this.position && position <= this.end)) refuse('ends early')
    const forward = position - this.windowStart
    if (forward <= this.window.length) {
      this.at = forward
      return
    }
    this.use(new Uint8Array(0), position)
  }

  byte(): number {
    if (this.at >= this.window.length) this.need(1)
    return this.view.getUint8(this.at++)
  }

  uint16(): number {
    const at = this.skip(2)
    return this.view.getUint16(at, true)
  }

  int32(): number {
    const at = this.skip(4)
    return this.view.getInt32(at, true)
  }

  uint32(): number {
    const at = this.skip(4)
    return this.view.getUint32(at, true)
  }

  int64(): bigint {
    const at = this.skip(8)
    return this.view.getBigInt64(at, true)
  }

  uint64(): bigint {
    const at = this.skip(8)
    return this.view.getBigUint64(at, true)
  }

  /** A big-endian double, as pickles store it. */
  float64BigEndian(): number {
    const at = this.skip(8)
    return this.view.getFloat64(at, false)
  }

  /** The next `length` bytes; the array is only good until the next call. */
  bytes(length: number): Uint8Array {
    const start = this.skip(length)
    return this.window.subarray(start, start + length)
  }

  /** The next `length` bytes as UTF-8 text. */
  text(length: number): string {
    const bytes = this.bytes(length)
    try {
      return utf8.decode(bytes)
    } catch {
      refuse('holds a text that is not UTF-8')
    }
  }

  /** Text up to the next line feed, which is consumed and left out. */
  line(): string {
    const codes: number[] = []
    for (let code = this.byte(); code !== 10; code = this.byte()) {
      if (codes.push(code) > LINE_LIMIT) refuse('holds a name of more than 4096 bytes')
    }
    const line = String.fromCharCode(...codes)
    if (/[^\x20-\x7e]/.test(line)) refuse(`holds the name ${quote(line)}, which is not plain ASCII`)
    return line
  }

  /** Steps over `length` bytes, perhaps in a new window; returns where they begin in it. */
  private skip(length: number): number {
    if (this.at + length > this.window.length) this.need(length)
    const start = this.at
    this.at += length
    return start
  }

  private need(length: number): void {
    if (length > this.remaining) {
      refuse(
        `ends early: ${length} bytes are wanted at ${this.position}, ${this.remaining} are left`,
      )
    }
    const position = this.position
    const size = Math.max(length, Math.min(WINDOW, this.end - position))
    this.use(this.source.read(position, size), position)
  }

  private use(window: Uint8Array, start: number): void {
    this.window = window
    this.view = new DataView(window.buffer, window.byteOffset, window.byteLength)
    this.windowStart = start
    this.at = 0
  }
}
