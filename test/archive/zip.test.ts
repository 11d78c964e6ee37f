// zip files: what is read, and what is refused.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'ava'
import { ArchiveError } from '../../lib/archive/index.js'
import { zipOf } from '../checkpoint/support/memory-zip.js'
import { contentsOf, unpack } from './support/unpack.js'
import { type ZippedFile, zipped } from './support/zip.js'

const LINK = 0o120777

test('files and folders, stored and deflated, with a comment behind them', async (t) => {
  const files: ZippedFile[] = [
    { name: 'd/' },
    { name: 'd/RED  BIRD/1.jpg', content: 'x'.repeat(1000), mode: 0o100644 },
    { name: 'stored', content: 's', stored: true },
    { name: 'empty' },
    { name: 'ä', content: 'ä', mode: 0o100755 },
  ]
  const { folder, result } = await unpack(t, zipped(files, { comment: 'a PK\x05\x06 comment' }))
  t.deepEqual(await result, { entries: 5, bytes: 1003 })
  t.deepEqual(await contentsOf(folder), {
    'd/': '',
    'd/RED  BIRD/': '',
    'd/RED  BIRD/1.jpg': 'x'.repeat(1000),
    empty: '',
    stored: 's',
    ä: 'ä',
  })
})

test('large files are streamed; ZIP64 fields are read', async (t) => {
  const big = Buffer.alloc(6_000_000, 'abcdefg')
  const deflated = await unpack(t, zipped([{ name: 'big', content: big }]))
  await deflated.result
  t.true((await readFile(path.join(deflated.folder, 'big'))).equals(big))
  const wide = await unpack(t, zipOf({ a: 'text', big }, { size: 3, count: 1 }))
  await wide.result
  t.is(await readFile(path.join(wide.folder, 'a'), 'utf8'), 'text')
  t.true((await readFile(path.join(wide.folder, 'big'))).equals(big))
})

test('many files at once, and links', async (t) => {
  const files = Array.from({ length: 300 }, (_, i) => ({ name: `d${i % 7}/${i}`, content: `${i}` }))
  const { folder, result } = await unpack(
    t,
    zipped([...files, { name: 'l', content: 'd1/1', mode: LINK }]),
  )
  await result
  const contents = await contentsOf(folder)
  t.is(contents.l, '-> d1/1')
  for (const { name, content } of files) t.is(contents[name], content)
})

const REFUSED: readonly [what: string, files: ZippedFile[], message: RegExp][] = [
  ['..', [{ name: '../x', content: 'x' }], /"\.\.\/x"/],
  ['.. within', [{ name: 'a/../../x', content: 'x' }], /"a\/\.\.\/\.\.\/x"/],
  ['an absolute path', [{ name: '/x', content: 'x' }], /"\/x"/],
  ['a backslash', [{ name: '..\\x', content: 'x' }], /the entry name/],
  ['a link out', [{ name: 'l', content: '../out', mode: LINK }], /a link/],
  ['an absolute link', [{ name: 'l', content: '/etc', mode: LINK }], /a link out of its folder/],
  ['a long link', [{ name: 'l', content: 'x'.repeat(5000), mode: LINK }], /a link of 5000 bytes/],
  ['a device', [{ name: 'd', mode: 0o020644 }], /a special file: "d"/],
  [
    'a name twice',
    [
      { name: 'a', content: '1' },
      { name: 'a', content: '2' },
    ],
    /two entries/,
  ],
  [
    'a file as a folder',
    [
      { name: 'a', content: '1' },
      { name: 'a/b', content: '2' },
    ],
    /two entries/,
  ],
  ['a wrong checksum', [{ name: 'a', content: '1', crc: 5 }], /whose entry "a" is damaged/],
  ['too small a size', [{ name: 'a', content: 'x'.repeat(99), size: 98 }], /is damaged/],
  ['too large a size', [{ name: 'a', content: 'x'.repeat(99), size: 100 }], /is damaged/],
  ['an impossible ratio', [{ name: 'a', content: 'x', size: 2 ** 30 }], /1032 times is the limit/],
  ['a folder with a size', [{ name: 'a/', content: 'x' }], /a size/],
]

for (const [what, files, message] of REFUSED) {
  test(`refused: ${what}`, async (t) => {
    const archive = zipped([{ name: 'first', content: '1' }, ...files])
    const { root, folder, result } = await unpack(t, archive)
    await t.throwsAsync(result, { instanceOf: ArchiveError, message })
    t.deepEqual(await readdir(folder), [])
    t.deepEqual((await readdir(root)).sort(), ['a', 'out'])
  })
}

test('cut off or changed anywhere: refused or right, never anything outside', async (t) => {
  const zip = zipped([
    { name: 'd/a', content: 'text' },
    { name: 'l', content: 'd/a', mode: LINK },
  ])
  for (let length = 4; length < zip.length; length += 9) {
    const { folder, result } = await unpack(t, zip.subarray(0, length))
    await t.throwsAsync(result, { instanceOf: ArchiveError })
    t.deepEqual(await readdir(folder), [])
  }
  for (let at = 4; at < zip.length; at += 3) {
    const bytes = Buffer.from(zip)
    bytes[at] = (bytes[at] as number) ^ 0x2f
    const { root, result } = await unpack(t, bytes)
    await result.catch((error) => t.true(error instanceof ArchiveError, String(error)))
    t.deepEqual((await readdir(root)).sort(), ['a', 'out'])
  }
})

test('a damaged entry ends it: the rest is not unpacked first', async (t) => {
  const files = Array.from({ length: 2000 }, (_, i) => ({ name: `${i}`, content: 'text' }))
  let read = 0
  const zip = zipped(files.map((file, i) => (i === 0 ? { ...file, crc: 1 } : file)))
  const { result } = await unpack(t, zip, { onProgress: ({ received }) => (read = received) })
  await t.throwsAsync(result, { message: /entry "0" is damaged/ })
  t.true(read < zip.length / 10, `${read} of ${zip.length}`)
})

test('bombs: bytes, entries, and entries that share their data', async (t) => {
  const zeros = zipped([{ name: 'z', content: Buffer.alloc(200_000) }])
  const { folder, result } = await unpack(t, zeros, { maxBytes: 199_999 })
  await t.throwsAsync(result, { message: /option maxBytes/ })
  t.deepEqual(await readdir(folder), [])
  const many = zipped(Array.from({ length: 20 }, (_, i) => ({ name: `${i}` })))
  await t.throwsAsync((await unpack(t, many, { maxEntries: 19 })).result, { message: /maxEntries/ })
  // A second directory entry for the same data, as the quoted bombs have thousands of.
  const one = zipped([
    { name: 'a', content: Buffer.from(Array.from({ length: 256 }, (_, i) => i)) },
  ])
  const end = one.length - 22
  const start = one.readUInt32LE(end + 16)
  const again = Buffer.from(one.subarray(start, end))
  again.write('b', 46)
  const tail = Buffer.from(one.subarray(end))
  tail.writeUInt16LE(2, 8)
  tail.writeUInt16LE(2, 10)
  tail.writeUInt32LE(2 * (end - start), 12)
  const shared = Buffer.concat([one.subarray(0, end), again, tail])
  await t.throwsAsync((await unpack(t, shared)).result, { message: /overlap|another name/ })
})
