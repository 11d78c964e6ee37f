import { quote } from '../checkpoint/error.js'
import { refuse } from './error.js'

/** Bytes of a header, and the unit to which everything in a tar file is padded. */
export const BLOCK = 512

/** What a header block says. */
export interface TarHeader {
  readonly name: string
  readonly size: number
  /** One character: '0' a file, '5' a folder, '2' a symbolic link ... */
  readonly type: string
  /** What a link leads to. */
  readonly linkName: string
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text of an archive; names that are not UTF-8 are refused, as nobody knows what they mean. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return refuse('holds a name that is not UTF-8')
  }
}

/** Reads a header block; undefined if it is all zeros, which ends a tar file. */
export function readHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined
  if (!isHeader(block)) refuse('is a damaged tar file: a header has the wrong checksum')
  const text = (start: number, length: number): string => {
    const field = block.subarray(start, start + length)
    const end = field.indexOf(0)
    return decodeText(end < 0 ? field : field.subarray(0, end))
  }
  const name = text(0, 100)
  // GNU tar uses these bytes for other things, and says so by another magic.
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? text(345, 155) : ''
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: number(block.subarray(124, 136), name),
    type: String.fromCharCode(block[156] as number),
    linkName: text(157, 100),
  }
}

/** Whether a block is a tar header with the right checksum. */
export function isHeader(block: Buffer): boolean {
  if (block.length < BLOCK) return false
  const stated = Number.parseInt(block.toString('latin1', 148, 156).replace(/\0.*$/s, ''), 8)
  let sum = 8 * 0x20 // the checksum's own field counts as blanks
  let signed = sum // as some old programs count
  for (const [at, byte] of block.subarray(0, BLOCK).entries()) {
    if (at >= 148 && at < 156) continue
    sum += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  return stated === sum || stated === signed
}

/** A number in octal digits, or in GNU's binary form, marked by its first bit. */
function number(field: Buffer, name: string): number {
  if ((field[0] as number) & 0x80) {
    const value = field.reduce((sum, byte, at) => 256 * sum + (at === 0 ? byte & 0x7f : byte), 0)
    return Number.isSafeInteger(value) ? value : refuse(`gives ${quote(name)} an impossible size`)
  }
  const digits = field
    .toString('latin1')
    .replace(/[\0 ]+$/, '')
    .trimStart()
  if (!/^[0-7]*$/.test(digits)) refuse(`gives ${quote(name)} an impossible size`)
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

/** Reads the records `length key=value` of a pax header. */
export function readPax(bytes: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(0x20, at)
    const digits = bytes.toString('latin1', at, blank < 0 ? at : Math.min(blank, at + 9))
    const end = at + Number(digits)
    if (!/^[1-9]\d*$/.test(digits) || end > bytes.length || bytes[end - 1] !== 0x0a) {
      refuse('is a damaged tar file: a pax header is not made of records')
    }
    const record = decodeText(bytes.subarray(blank + 1, end - 1))
    const equals = record.indexOf('=')
    if (equals < 1) refuse('is a damaged tar file: a pax header is not made of records')
    records.set(record.slice(0, equals), record.slice(equals + 1))
    at = end
  }
  return records
}
