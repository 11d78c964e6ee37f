// tar files: what is read, and what is refused.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import { ArchiveError } from '../../lib/archive/index.js'
import { END, pax, type TarEntry, tarEntry, tarOf } from './support/tar.js'
import { contentsOf, unpack } from './support/unpack.js'

test('files and folders, packed or not, whatever the name', async (t) => {
  const tar = tarOf(
    { name: './', type: '5' },
    { name: './a/', type: '5' },
    { name: './a/b.txt', content: 'b' },
    { name: 'c/d/e.txt', content: 'e'.repeat(1000) },
    { name: 'old/', type: '\0' },
    { name: 'empty', content: '' },
  )
  const expected = {
    'a/': '',
    'a/b.txt': 'b',
    'c/': '',
    'c/d/': '',
    'c/d/e.txt': 'e'.repeat(1000),
    empty: '',
    'old/': '',
  }
  for (const [name, bytes] of Object.entries({ 'x.tar': tar, 'x.zip': gzipSync(tar) })) {
    const { folder, result } = await unpack(t, bytes, { name })
    t.deepEqual(await result, { entries: 6, bytes: 1001 })
    t.deepEqual(await contentsOf(folder), expected)
  }
})

test('large files, in the order of the archive', async (t) => {
  const big = Buffer.alloc(3_000_000, 'abc')
  const { folder, result } = await unpack(
    t,
    tarOf({ name: 'big', content: big }, { name: 'after', content: '2' }),
  )
  await result
  t.true((await readFile(path.join(folder, 'big'))).equals(big))
  t.is(await readFile(path.join(folder, 'after'), 'utf8'), '2')
})

test('long names: prefix, GNU, pax', async (t) => {
  const long = `${'n'.repeat(90)}/${'ä'.repeat(60)}`
  const { folder, result } = await unpack(
    t,
    tarOf(
      { name: 'file', prefix: 'pre/fix', content: '1' },
      { name: '././@LongLink', type: 'L', content: `gnu/${long}\0` },
      { name: 'cut', content: '2' },
      { name: 'global', type: 'g', content: '' },
      pax({ path: `pax/${long}`, mtime: '1.5', size: '1' }),
      { name: 'cut', content: '3', size: 0 },
      { name: 'after', content: '4' },
    ),
  )
  await result
  t.is(await readFile(path.join(folder, 'pre/fix/file'), 'utf8'), '1')
  t.is(await readFile(path.join(folder, 'gnu', long), 'utf8'), '2')
  t.is(await readFile(path.join(folder, 'pax', long), 'utf8'), '3')
  t.is(await readFile(path.join(folder, 'after'), 'utf8'), '4')
})

test('links within the folder, also to what comes later', async (t) => {
  const { folder, result } = await unpack(
    t,
    tarOf(
      { name: 'd/up', type: '2', linkName: '../f' },
      { name: 'second', type: '2', linkName: 'first' },
      { name: 'first', type: '2', linkName: './d' },
      { name: 'hard', type: '1', linkName: './f' },
      { name: 'f', content: 'text' },
    ),
  )
  t.deepEqual(await result, { entries: 5, bytes: 4 })
  t.deepEqual(await contentsOf(folder), {
    'd/': '',
    'd/up': '-> ../f',
    f: 'text',
    first: '-> ./d',
    hard: 'text',
    second: '-> first',
  })
})

const REFUSED: readonly [what: string, entries: TarEntry[], message: RegExp][] = [
  ['..', [{ name: '../x', content: 'x' }], /a path outside its folder: "\.\.\/x"/],
  ['.. within', [{ name: 'a/../../x', content: 'x' }], /a path outside its folder/],
  ['.. as a folder', [{ name: 'a/..', type: '5' }], /a path outside its folder/],
  ['an absolute path', [{ name: '/etc/x', content: 'x' }], /an absolute path: "\/etc\/x"/],
  ['a prefix', [{ name: 'x', prefix: '/etc', content: 'x' }], /an absolute path/],
  ['a pax path', [pax({ path: '../x' }), { name: 'x' }], /a path outside its folder/],
  ['a backslash', [{ name: 'a\\..\\x', content: 'x' }], /the name "a\\\\\.\.\\\\x"/],
  ['a NUL', [pax({ path: 'a\0b' }), { name: 'x' }], /the name/],
  ['no name', [{ name: '', content: 'x' }], /the name ""/],
  ['the folder as a file', [{ name: './.', content: 'x' }], /a file with the name/],
  [
    'a file like a folder',
    [pax({ path: 'x/' }), { name: 'x', type: '7', content: 'x' }],
    /gives the folder "x\/" a size/,
  ],
  ['a link out', [{ name: 'l', type: '2', linkName: '../x' }], /a link/],
  ['an absolute link', [{ name: 'l', type: '2', linkName: '/etc' }], /a link out of its folder/],
  ['an empty link', [{ name: 'l', type: '2', linkName: '' }], /a link out of its folder/],
  [
    'a hard link out',
    [{ name: 'l', type: '1', linkName: '../../etc/passwd' }],
    /outside its folder/,
  ],
  ['a link to nothing', [{ name: 'l', type: '2', linkName: 'm' }], /a link to nothing/],
  [
    'links to each other',
    [
      { name: 'l', type: '2', linkName: 'm' },
      { name: 'm', type: '2', linkName: 'l' },
    ],
    /a link to nothing/,
  ],
  ['a pipe', [{ name: 'p', type: '6' }], /a pipe: "p"/],
  ['a device', [{ name: 'd', type: '3' }], /a device: "d"/],
  ['a sparse file', [{ name: 's', type: 'S' }], /a sparse file/],
  ['a pax sparse file', [pax({ 'GNU.sparse.major': '1' }), { name: 's' }], /a sparse file/],
  ['an unknown type', [{ name: 'z', type: 'Z' }], /the unknown type "Z": "z"/],
  [
    'a name twice',
    [
      { name: 'a', content: '1' },
      { name: './a', content: '2' },
    ],
    /two entries for one place: "\.\/a"/,
  ],
  [
    'a file as a folder',
    [
      { name: 'a', content: '1' },
      { name: 'a/b', content: '2' },
    ],
    /two entries for one place/,
  ],
  [
    'a link over a file',
    [{ name: 'a', content: '1' }, { name: 'b' }, { name: 'a', type: '2', linkName: 'b' }],
    /two entries for one place/,
  ],
  ['a folder with a size', [{ name: 'a', type: '5', size: 512 }], /a size/],
  ['an impossible size', [{ name: 'a', sizeField: Buffer.alloc(12, 0xff) }], /an impossible size/],
  [
    'a size in words',
    [{ name: 'a', sizeField: Buffer.from('many bytes!!') }],
    /an impossible size/,
  ],
  ['a long header', [{ name: 'L', type: 'L', size: 2 ** 21 }], /a header of 2097152 bytes/],
  [
    'a damaged pax header',
    [{ name: 'x', type: 'x', content: '999 path=a\n' }, { name: 'x' }],
    /a pax header/,
  ],
]

for (const [what, entries, message] of REFUSED) {
  test(`refused: ${what}`, async (t) => {
    const { root, archive, folder, result } = await unpack(
      t,
      tarOf({ name: 'first', content: '1' }, ...entries),
    )
    const error = await t.throwsAsync(result, { instanceOf: ArchiveError, message })
    t.true(error?.message.startsWith(`extractArchive: ${archive} `))
    t.is((error as ArchiveError).path, archive)
    t.deepEqual(await readdir(folder), []) // not even what was good
    t.deepEqual((await readdir(root)).sort(), ['a', 'out'])
  })
}

test('links that would lead out only together', async (t) => {
  // `up` is the folder itself; what steps up behind it, or lies behind it, is elsewhere than it seems.
  const up = [
    { name: 'd/x', content: '' },
    { name: 'd/up', type: '2', linkName: '..' },
  ]
  const out: TarEntry[][] = [
    [...up, { name: 'esc', type: '2', linkName: 'd/up/..' }],
    [...up, { name: 'd/up/esc', type: '2', linkName: '../../a' }],
    [...up, { name: 'd/up/esc', content: 'x' }],
    [{ name: 'out', type: '2', linkName: 'in/../..' }, { name: 'in/x' }],
  ]
  for (const entries of out) {
    const { folder, result } = await unpack(t, tarOf(...entries))
    await t.throwsAsync(result, { instanceOf: ArchiveError })
    t.deepEqual(await readdir(folder), [])
  }
})

test('a hard link to a symbolic link is one to the file: elsewhere the link would lead out', async (t) => {
  const { folder, result } = await unpack(
    t,
    tarOf(
      { name: 'f', content: 'text' },
      { name: 'a/b/s', type: '2', linkName: '../../f' },
      { name: 'h', type: '1', linkName: 'a/b/s' },
    ),
  )
  await result
  t.is((await contentsOf(folder)).h, 'text')
})

test('cut off anywhere: refused, and nothing is left', async (t) => {
  const tar = tarOf({ name: 'a', content: 'x'.repeat(700) }, pax({ path: 'b' }), {
    name: 'b',
    content: 'y',
  })
  const whole = tar.length - END.length
  for (const length of [1, 300, 512, 800, 1212, 1536, 1600, 2048, 2560, whole]) {
    const { folder, result } = await unpack(t, tar.subarray(0, length))
    await t.throwsAsync(result, { instanceOf: ArchiveError })
    t.deepEqual(await readdir(folder), [], `${length} bytes`)
  }
  const packed = gzipSync(tar)
  for (const length of [10, 20, Math.floor(packed.length / 2), packed.length - 1]) {
    const { result } = await unpack(t, packed.subarray(0, length))
    await t.throwsAsync(result, { instanceOf: ArchiveError, message: /ends early|damaged gz/ })
  }
})

test('damage: a header, a checksum of gz behind the end', async (t) => {
  const tar = tarOf({ name: 'a', content: 'x' }, { name: 'b', content: 'y' })
  const header = Buffer.from(tar)
  header[1024 + 130] = 0x31
  await t.throwsAsync((await unpack(t, header)).result, {
    message: /a header has the wrong checksum/,
  })
  const packed = Buffer.from(gzipSync(tar))
  packed.writeUInt32LE(packed.readUInt32LE(packed.length - 8) ^ 1, packed.length - 8)
  await t.throwsAsync((await unpack(t, packed)).result, { message: /is a damaged gz file/ })
})

test('every byte of a small archive changed: never anything outside the folder', async (t) => {
  const tar = tarOf({ name: 'd/a', content: 'x' }, { name: 'l', type: '2', linkName: 'd/a' })
  for (let at = 0; at < 1536; at += 7) {
    const bytes = Buffer.from(tar)
    bytes[at] = (bytes[at] as number) ^ 0x2f
    const { root, result } = await unpack(t, bytes)
    await result.catch((error) => t.true(error instanceof ArchiveError, String(error)))
    t.deepEqual((await readdir(root)).sort(), ['a', 'out'])
  }
})

test('bombs: entries, bytes, and headers without end', async (t) => {
  const zeros = gzipSync(tarOf({ name: 'z', content: Buffer.alloc(200_000) }))
  const limited = await unpack(t, zeros, { maxBytes: 150_000 })
  await t.throwsAsync(limited.result, {
    message: /unpacks to more than 150\.0 kB \(option maxBytes\)/,
  })
  t.deepEqual(await readdir(limited.folder), [])
  const many = tarOf(...Array.from({ length: 20 }, (_, i) => ({ name: `${i}`, type: '5' })))
  await t.throwsAsync((await unpack(t, many, { maxEntries: 19 })).result, {
    message: /more than 19 entries \(option maxEntries\)/,
  })
  t.deepEqual(await (await unpack(t, many, { maxEntries: 20 })).result, { entries: 20, bytes: 0 })
  const header = tarEntry(pax({ comment: 'c'.repeat(100_000) }))
  const headers = gzipSync(Buffer.concat(Array.from({ length: 30 }, () => header)))
  await t.throwsAsync((await unpack(t, headers, { maxBytes: 1_000_000 })).result, {
    message: /option maxBytes/,
  })
  const tail = gzipSync(Buffer.concat([tarOf({ name: 'a' }), Buffer.alloc(2_000_000)]))
  await t.throwsAsync((await unpack(t, tail, { maxBytes: 1_000_000 })).result, {
    message: /option maxBytes/,
  })
})
