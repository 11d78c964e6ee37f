// Whatever a file says, opening it gives a pack or an error, and reading from it pixels or an error.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import sharp from 'sharp'
import { DatasetError } from '../../../lib/data/index.js'
import { native } from '../../../lib/native.js'
import { pack, packed } from '../../../lib/vision/datasets/index.js'
import { ImageDecodeError } from '../../../lib/vision/image/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'
import { bytesOf, crops, folderOf, jpegs, scratch } from './support.js'

expectNoLiveTensors(test)

const withJpeg = native.decodesJpeg() ? test : test.skip

const ENTRY = 48
const CLASS = 16
const TRAILER = 80
const TABLES_CHECKSUM = 56
const CHECKSUM = 68

/** The bytes of a pack of two classes with a JPEG, tiled, and a PNG. */
async function goodPack(): Promise<Buffer> {
  const jpeg = bytesOf(jpegs[0] as (typeof jpegs)[0])
  const png = await sharp(jpeg).resize(20, 10, { fit: 'fill' }).png().toBuffer()
  const target = scratch('good.pack')
  await pack(await folderOf({ 'a/1.jpg': jpeg, 'b/2.png': png }), target)
  return readFile(target)
}

interface Parts {
  readonly bytes: Buffer
  /** Where the tables and the trailer begin. */
  readonly index: number
  readonly classes: number
  readonly trailer: number
}

function partsOf(good: Buffer): Parts {
  const bytes = Buffer.from(good)
  const trailer = bytes.length - TRAILER
  const at = (offset: number) => Number(bytes.readBigUInt64LE(trailer + offset))
  return { bytes, index: at(24), classes: at(32), trailer }
}

/** Makes the checksums of tables and trailer right again, as whoever means harm would. */
function seal({ bytes, index, trailer }: Parts): Buffer {
  const tables = native.crc32c(bytes.subarray(index, trailer), 0)
  bytes.writeUInt32LE(tables, trailer + TABLES_CHECKSUM)
  const own = native.crc32c(bytes.subarray(trailer, trailer + CHECKSUM), 0)
  bytes.writeUInt32LE(own, trailer + CHECKSUM)
  return bytes
}

/** Opens bytes as a pack and reads all that is in it: an error, or what became of each entry. */
async function use(bytes: Buffer): Promise<string | string[]> {
  const path = scratch('bad.pack')
  await writeFile(path, bytes)
  const opened = await native.openPack(path)
  if (typeof opened === 'string') return opened
  const inputs = opened.names.map((_, i) => [opened.pack, i] as const)
  const found: string[] = []
  for (const [i, input] of inputs.entries()) {
    for (const box of [
      [0, 0, 77, 97],
      [40, 50, 3, 3],
      [74, 94, 3, 3],
    ] as const) {
      const [pixels] = await crops([input], box)
      found.push(Buffer.isBuffer(pixels) ? 'pixels' : String(pixels))
    }
    const file = await native.readPacked(opened.pack, i)
    found.push(typeof file === 'string' ? file : 'bytes')
  }
  return found
}

test('the checksum is CRC-32C', (t) => {
  const bytes = Buffer.from('123456789')
  t.is(native.crc32c(bytes, 0), 0xe3069283)
  t.is(native.crc32c(bytes.subarray(4), native.crc32c(bytes.subarray(0, 4), 0)), 0xe3069283)
  // 32 zeros: RFC 3720, appendix B.4.
  t.is(native.crc32c(new Uint8Array(32), 0), 0x8a9136aa)
})

withJpeg('the pack that the others are made of', async (t) => {
  const found = await use(await goodPack())
  t.deepEqual(found, [
    ...['pixels', 'pixels', 'pixels', 'bytes'],
    // A PNG is for others to decode.
    ...['true', 'true', 'true', 'bytes'],
  ])
})

withJpeg('any byte of header, tables and trailer changed', async (t) => {
  const good = await goodPack()
  const { index } = partsOf(good)
  for (const at of [...Array(16).keys(), ...range(index, good.length)]) {
    const bytes = Buffer.from(good)
    bytes[at] = (bytes[at] as number) ^ (1 << (at % 8))
    const found = await use(bytes)
    t.is(typeof found, 'string', `byte ${at}`)
    t.regex(String(found), /pack/)
  }
})

withJpeg(
  'any number of header, tables and trailer changed, and the checksums made right',
  async (t) => {
    const good = await goodPack()
    const { index, classes, trailer } = partsOf(good)
    const fields = [
      ...[0, 8, 16, 24, 32, 40, 48].map((at) => [trailer + at, 8]),
      ...[60, 64].map((at) => [trailer + at, 4]),
      ...[0, 1].flatMap((entry) => [
        ...[0, 8, 16].map((at) => [index + entry * ENTRY + at, 8]),
        ...[24, 28, 32].map((at) => [index + entry * ENTRY + at, 4]),
        ...[36, 38, 42, 44, 46].map((at) => [index + entry * ENTRY + at, 2]),
        ...[40, 41].map((at) => [index + entry * ENTRY + at, 1]),
      ]),
      ...[0, 1].flatMap((i) => [0, 8].map((at) => [classes + i * CLASS + at, 8])),
      [8, 4],
      [12, 4],
    ] as [number, number][]
    for (const [at, size] of fields) {
      const limit = 2n ** BigInt(8 * size)
      const before = size === 8 ? good.readBigUInt64LE(at) : BigInt(good.readUIntLE(at, size))
      for (const value of [
        0n,
        1n,
        before + 1n,
        before - 1n,
        before * 2n,
        limit / 2n,
        limit - 1n,
        64n,
      ]) {
        if (value === before) continue
        const parts = { ...partsOf(good), index, trailer }
        const number = ((value % limit) + limit) % limit
        if (size === 8) parts.bytes.writeBigUInt64LE(number, at)
        else parts.bytes.writeUIntLE(Number(number), at, size)
        const found = await use(seal(parts))
        // Some changes mean something else that is right: a shorter name, another class.
        if (typeof found === 'string') t.regex(found, /pack/)
        else t.true(found.length % 4 === 0)
      }
    }
  },
)

withJpeg('offsets of tiles changed, and the checksums made right', async (t) => {
  const good = await goodPack()
  const { index } = partsOf(good)
  const record = Number(good.readBigUInt64LE(index))
  const length = Number(good.readBigUInt64LE(index + 8))
  const tiles = good.readUInt32LE(record) === good.readUInt16LE(index + 44)
  t.true(tiles, 'the first tile begins behind the header')
  const refused = new Set<string>()
  for (let i = 0; i < 12; i++) {
    for (const value of [0, 1, length - 1, length, length + 1, 2 ** 31, 2 ** 32 - 1]) {
      const parts = partsOf(good)
      parts.bytes.writeUInt32LE(value, record + 4 * i)
      const offsets = 4 * (countOf(parts) + 1)
      const sum = native.crc32c(parts.bytes.subarray(record, record + offsets + length), 0)
      parts.bytes.writeUInt32LE(sum, index + 32)
      const found = await use(seal(parts))
      if (typeof found === 'string') t.fail(found)
      else for (const one of found) if (!/^(pixels|true|bytes)$/.test(one)) refused.add(one)
    }
  }
  t.true(refused.has('its tiles are damaged: they lead out of the file'))
})

/** The tiles of the first entry. */
function countOf({ bytes, index }: Parts): number {
  const [width, height] = [bytes.readUInt16LE(index + 36), bytes.readUInt16LE(index + 38)]
  const [across, down] = [bytes.readUInt8(index + 40), bytes.readUInt8(index + 41)]
  const restart = bytes.readUInt16LE(index + 42)
  return (Math.ceil(width / across) / restart) * Math.ceil(height / down)
}

withJpeg('a pack cut short anywhere', async (t) => {
  const good = await goodPack()
  for (let length = 0; length < good.length; length += length < 200 ? 1 : 97) {
    const found = await use(good.subarray(0, length))
    t.is(typeof found, 'string', `${length} bytes`)
    t.regex(String(found), /pack|truncated/)
  }
})

withJpeg('a damaged record is named with its path', async (t) => {
  const good = await goodPack()
  const { index } = partsOf(good)
  const path = scratch('damaged.pack')
  for (const [entry, name] of ['a/1.jpg', 'b/2.png'].entries()) {
    const bytes = Buffer.from(good)
    const record = Number(bytes.readBigUInt64LE(index + entry * ENTRY))
    bytes[record + 100] = (bytes[record + 100] as number) ^ 1
    await writeFile(path, bytes)
    const dataset = await packed(path)
    const error = await t.throwsAsync(async () => dataset.get(entry), {
      instanceOf: ImageDecodeError,
      message: /damaged in the pack \(its checksum differs\)/,
    })
    t.is(error?.path, join(path, name))
    t.deepEqual(await dataset.verify(), [
      { path: join(path, name), reason: 'it is damaged in the pack (its checksum differs)' },
    ])
    const other = await dataset.get(1 - entry)
    other.x.dispose()
  }
})

test('what is no pack is refused with its path', async (t) => {
  const refuse = async (path: string, message: RegExp) => {
    const error = await t.throwsAsync(packed(path), { instanceOf: DatasetError, message })
    t.is(error?.path, path)
    t.true(error?.message.includes(`'${path}'`))
  }
  const folder = await folderOf({ 'text.txt': Buffer.alloc(1000, 'a'), 'empty.pack': Buffer.of() })
  await refuse(join(folder, 'nothing'), /there is no such file/)
  await refuse(folder, /it is no file|could not be read/)
  await refuse(join(folder, 'text.txt'), /it is no pack/)
  await refuse(join(folder, 'empty.pack'), /it is no pack/)
  await t.throwsAsync(packed(3 as never), { message: /a path or a file: URL for path, got 3/ })
  await t.throwsAsync(packed('x', { loader: () => 1 } as never), {
    message: /unknown option "loader"/,
  })
})

withJpeg('a pack of a later version says so', async (t) => {
  const bytes = await goodPack()
  bytes.writeUInt32LE(2, 8)
  t.is(await use(bytes), 'it is a pack of version 2; this version of node-libtorch reads 1')
})

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i)
}
