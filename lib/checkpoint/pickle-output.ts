import { OP } from './pickle-opcodes.js'

/** The bytes of a pickle of protocol 2, and the memo of what can be recalled from it. */
export class PickleOutput {
  private buffer = Buffer.allocUnsafe(1 << 12)
  private length = 0
  /** Memo entries of objects, texts and globals. */
  private readonly memo = new Map<unknown, number>()

  /** All that was written. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length)
  }

  op(...opcodes: number[]): this {
    for (const opcode of opcodes) this.byte(opcode)
    return this
  }

  byte(value: number): this {
    const at = this.room(1)
    this.buffer[at] = value
    return this
  }

  /** A safe integer as an int (but −0 as a float), any other number as a float. */
  number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      this.op(OP.BINFLOAT)
      const at = this.room(8)
      this.buffer.writeDoubleBE(value, at)
    } else if (value >= 0 && value <= 0xff) {
      this.op(OP.BININT1).byte(value)
    } else if (value >= 0 && value <= 0xffff) {
      this.op(OP.BININT2)
        .byte(value & 0xff)
        .byte(value >> 8)
    } else if (value >= -0x80000000 && value <= 0x7fffffff) {
      this.op(OP.BININT).uint32(value >>> 0)
    } else {
      this.integer(BigInt(value))
    }
  }

  /** An int of any size up to 255 bytes; false for a larger one. */
  integer(value: bigint): boolean {
    const magnitude = value < 0n ? -value - 1n : value
    // One bit more than the magnitude has, for the sign.
    const length = value === 0n ? 0 : Math.floor(magnitude.toString(2).length / 8) + 1
    if (length > 255) return false
    this.op(OP.LONG1).byte(length)
    const bits = BigInt.asUintN(8 * length, value)
    for (let i = 0; i < length; i++) this.byte(Number((bits >> BigInt(8 * i)) & 0xffn))
    return true
  }

  /** A text, once; recalled from then on. False for one with half a surrogate pair, which UTF-8 lacks. */
  text(value: string): boolean {
    if (/\p{Surrogate}/u.test(value)) return false
    const key = `text:${value}`
    if (this.recall(key)) return true
    const length = Buffer.byteLength(value)
    this.op(OP.BINUNICODE).uint32(length)
    const at = this.room(length)
    this.buffer.write(value, at)
    this.remember(key)
    return true
  }

  global(module: string, name: string): this {
    const key = `global:${module} ${name}`
    if (this.recall(key)) return this
    this.op(OP.GLOBAL)
    const line = `${module}\n${name}\n`
    const at = this.room(line.length)
    this.buffer.write(line, at, 'latin1')
    this.remember(key)
    return this
  }

  /** Pushes what was remembered under a key; false if nothing was. */
  recall(key: unknown): boolean {
    const index = this.memo.get(key)
    if (index === undefined) return false
    this.indexed(OP.BINGET, OP.LONG_BINGET, index)
    return true
  }

  /** Remembers the top of the stack. */
  remember(key: unknown): void {
    const index = this.memo.size
    this.memo.set(key, index)
    this.indexed(OP.BINPUT, OP.LONG_BINPUT, index)
  }

  private indexed(short: number, long: number, index: number): void {
    if (index <= 0xff) {
      this.op(short).byte(index)
    } else {
      this.op(long).uint32(index)
    }
  }

  private uint32(value: number): this {
    const at = this.room(4)
    this.buffer.writeUInt32LE(value, at)
    return this
  }

  /** Makes room for `count` bytes, perhaps in a new buffer; returns where they go. */
  private room(count: number): number {
    const start = this.length
    this.length += count
    if (this.length > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.buffer.length, this.length))
      this.buffer.copy(larger, 0, 0, start)
      this.buffer = larger
    }
    return start
  }
}
