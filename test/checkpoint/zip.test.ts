// The zip reader and writer against each other, and the ZIP64 fields that no small file needs.
import test from 'ava'
import { CheckpointError } from '../../lib/checkpoint/error.js'
import { MemorySource } from '../../lib/checkpoint/source.js'
import { readEntry, readZip } from '../../lib/checkpoint/zip.js'
import { zipOf } from './support/memory-zip.js'

const entries = {
  'archive/data.pkl': 'pickle',
  'archive/data/0': Buffer.alloc(200, 7),
  'archive/größe': '',
}

function readAll(bytes: Uint8Array): Record<string, string> {
  const source = new MemorySource(bytes)
  const all: Record<string, string> = {}
  for (const [name, entry] of readZip(source)) {
    all[name] = Buffer.from(readEntry(source, entry)).toString('latin1')
  }
  return all
}

const expected = Object.fromEntries(
  Object.entries(entries).map(([name, data]) => [name, Buffer.from(data).toString('latin1')]),
)

test('what is written is read', async (t) => {
  t.deepEqual(readAll(zipOf(entries)), expected)
  t.deepEqual(readAll(zipOf({})), {})
})

test('data begin at multiples of 64', async (t) => {
  const source = new MemorySource(zipOf(entries))
  for (const entry of readZip(source).values()) t.is(entry.offset % 64, 0)
})

test('ZIP64 fields are written and read from a limit on', async (t) => {
  for (const size of [0, 1, 100, 150, 1000]) {
    for (const count of [0, 2, 100]) {
      t.deepEqual(readAll(zipOf(entries, { size, count })), expected, `${size} ${count}`)
    }
  }
})

test('a ZIP64 record that disagrees with the plain one is refused', async (t) => {
  const bytes = zipOf(entries, { size: 1000, count: 2 })
  const at = bytes.indexOf(Buffer.from('PK\x06\x06'))
  for (const field of [24, 32, 40, 48]) {
    const changed = Buffer.from(bytes)
    changed.writeBigUInt64LE(changed.readBigUInt64LE(at + field) + 1n, at + field)
    if (field === 24) continue // entries on this disk; the next field says the same
    t.throws(() => readAll(changed), { instanceOf: CheckpointError })
  }
})

test('any cut is refused', async (t) => {
  const bytes = zipOf(entries)
  for (let length = 0; length < bytes.length; length++) {
    t.throws(() => readAll(bytes.subarray(0, length)), { instanceOf: CheckpointError })
  }
})

test('entries that point at the same bytes are refused', async (t) => {
  const bytes = zipOf({ 'a/1': 'one', 'a/2': 'two' })
  const second = bytes.lastIndexOf(Buffer.from('PK\x01\x02'))
  bytes.writeUInt32LE(0, second + 42)
  t.throws(() => readAll(bytes), { instanceOf: CheckpointError, message: /another name/ })
})

test('the same entries give the same bytes', async (t) => {
  t.deepEqual(zipOf(entries), zipOf(entries))
})
