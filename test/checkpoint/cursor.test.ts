// Sequential reading through a window that is smaller than the file.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'ava'
import { Cursor } from '../../lib/checkpoint/cursor.js'
import { CheckpointError } from '../../lib/checkpoint/error.js'
import { parsePth } from '../../lib/checkpoint/parse.js'
import { FileSource, MemorySource } from '../../lib/checkpoint/source.js'
import { describeFile, factsOf } from './support/descriptors.js'
import { temporaryFolder } from './support/folder.js'

const WINDOW = 1 << 16

test('every kind of value at every place around the end of the window', (t) => {
  const value = Buffer.alloc(8)
  value.writeBigUInt64LE(0x8877_6655_4433_2211n)
  for (let start = WINDOW - 10; start <= WINDOW + 2; start++) {
    const bytes = Buffer.concat([Buffer.alloc(start), value, Buffer.alloc(WINDOW)])
    const at = (): Cursor => {
      const cursor = new Cursor(new MemorySource(bytes), 0, bytes.length)
      cursor.byte() // fills the window
      cursor.seek(start)
      return cursor
    }
    t.is(at().byte(), 0x11)
    t.is(at().uint16(), 0x2211)
    t.is(at().uint32(), 0x4433_2211)
    t.is(at().int32(), 0x4433_2211)
    t.is(at().uint64(), 0x8877_6655_4433_2211n)
    t.is(at().int64(), 0x8877_6655_4433_2211n - 2n ** 64n)
    t.is(at().float64BigEndian(), value.readDoubleBE(0))
    t.deepEqual(Buffer.from(at().bytes(8)), value)
  }
})

test('text longer than the window, and lines', (t) => {
  const long = 'ü'.repeat(WINDOW)
  const bytes = Buffer.from(`a\nline\n${long}`)
  const cursor = new Cursor(new MemorySource(bytes), 2, bytes.length)
  t.is(cursor.line(), 'line')
  t.is(cursor.text(2 * WINDOW), long)
  t.is(cursor.remaining, 0)
  t.throws(() => cursor.byte(), { instanceOf: CheckpointError })
})

test('the end of the range is the end, whatever follows', (t) => {
  const cursor = new Cursor(new MemorySource(Buffer.alloc(100)), 10, 14)
  cursor.uint16()
  t.throws(() => cursor.uint32(), { message: /4 bytes are wanted at 12, 2 are left/ })
  t.throws(() => cursor.seek(15), { instanceOf: CheckpointError })
  t.throws(() => cursor.seek(11), { instanceOf: CheckpointError })
  t.is(cursor.uint16(), 0)
})

/** A legacy checkpoint of byte tensors, by hand: `names[i]` holds `sizes[i]` bytes of the value i + 1. */
function legacyFile(sizes: readonly number[]): Buffer {
  const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
  const int = (value: number): string =>
    `J${Array.from({ length: 4 }, (_, i) => String.fromCharCode((value >> (8 * i)) & 255)).join('')}`
  const tensor = (size: number, key: number): string =>
    `U\x01${key}ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nByteStorage\nU\x01${key}U\x03cpu${int(size)}NtQ` +
    `K\x00${int(size)}\x85K\x01\x85\x89}tR`
  const object = `\x80\x02}(${sizes.map(tensor).join('')}u.`
  const keys = `\x80\x02](${sizes.map((_, key) => `U\x01${key}`).join('')}e.`
  const data = sizes.flatMap((size, i) => {
    const numel = Buffer.alloc(8)
    numel.writeBigInt64LE(BigInt(size))
    return [numel, Buffer.alloc(size, i + 1)]
  })
  return Buffer.concat([
    latin1('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.'),
    latin1('\x80\x02}U\rlittle_endian\x88s.'),
    latin1(object),
    latin1(keys),
    ...data,
  ])
}

test('a legacy checkpoint whose storages are larger than the window', async (t) => {
  const sizes = [3, WINDOW - 400, 2 * WINDOW, 5, WINDOW, 1]
  const file = path.join(await temporaryFolder(t), 'legacy.pth')
  await writeFile(file, legacyFile(sizes))
  const source = await FileSource.open(file)
  const { value, data } = await describeFile(source)
  await source.close()
  const tensors = [...(value as Map<string, unknown>).values()]
  t.deepEqual(
    tensors.map((tensor) => Buffer.from(factsOf(tensor, data)?.bytes ?? [])),
    sizes.map((size, i) => Buffer.alloc(size, i + 1)),
  )
})

test('a legacy checkpoint that is cut anywhere is refused', (t) => {
  const bytes = legacyFile([3, 5])
  t.notThrows(() => parsePth(new MemorySource(bytes)))
  for (let length = 0; length < bytes.length; length++) {
    const cut = new MemorySource(bytes.subarray(0, length))
    t.throws(() => parsePth(cut), { instanceOf: CheckpointError }, `cut to ${length}`)
  }
})
