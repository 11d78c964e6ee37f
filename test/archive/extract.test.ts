// Unpacking as a whole: kinds told by content, repeated calls, interruptions, full disks.
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { threadId } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import { ArchiveError, extractArchive } from '../../lib/archive/index.js'
import { tarOf } from './support/tar.js'
import { contentsOf, unpack } from './support/unpack.js'
import { zipped } from './support/zip.js'

const MARKER = '.a.unpacked'

test('a gz file that holds no tar file loses its ending', async (t) => {
  const text = 'not a tar file, '.repeat(10_000)
  const { folder, result } = await unpack(t, gzipSync(text), { name: 'images-ubyte.gz' })
  t.deepEqual(await result, { entries: 1, bytes: text.length })
  t.deepEqual(await contentsOf(folder), { 'images-ubyte': text })
  const parts = Buffer.concat([gzipSync('one '), gzipSync('two')])
  const joined = await unpack(t, parts, { name: 'x' })
  await joined.result
  t.deepEqual(await contentsOf(joined.folder), { x: 'one two' })
})

test('what is no archive is said to be what it is', async (t) => {
  const kinds: [string | Uint8Array, RegExp][] = [
    ['<!DOCTYPE html><html>', /is a web page, not an archive/],
    ['', /is an empty file/],
    ['BZh91AY', /is a bzip2 file, which is not supported/],
    [Buffer.from('fd377a585a00', 'hex'), /is an xz file/],
    ['some text', /is not a zip, tar or gz file: it begins with "some text"/],
    ['P', /begins with "P"/],
  ]
  for (const [bytes, message] of kinds) {
    await t.throwsAsync((await unpack(t, Buffer.from(bytes))).result, {
      instanceOf: ArchiveError,
      message,
    })
  }
})

test('an archive that is not there', async (t) => {
  const { archive, folder, result } = await unpack(t, tarOf({ name: 'a' }))
  await result
  await t.throwsAsync(extractArchive(`${archive}x`, folder), {
    instanceOf: ArchiveError,
    message: /ENOENT/,
  })
  await t.throwsAsync(extractArchive(archive, folder, { maxBytes: -1 }), { instanceOf: RangeError })
  await t.throwsAsync(extractArchive(archive, 5 as never), { instanceOf: TypeError })
})

test('the second call does nothing, unless the archive has changed', async (t) => {
  const { archive, folder, again, result } = await unpack(t, tarOf({ name: 'd/f', content: '1' }))
  t.deepEqual(await result, { entries: 1, bytes: 1 })
  await writeFile(path.join(folder, 'd/f'), 'mine')
  t.is(await again(), undefined)
  t.is(await readFile(path.join(folder, 'd/f'), 'utf8'), 'mine')
  await utimes(archive, 5, 5)
  t.deepEqual(await again(), { entries: 1, bytes: 1 })
  t.is(await readFile(path.join(folder, 'd/f'), 'utf8'), '1')
  await writeFile(path.join(folder, MARKER), '{"size":')
  t.deepEqual(await again(), { entries: 1, bytes: 1 })
  await rm(path.join(folder, MARKER))
  t.deepEqual(await again(), { entries: 1, bytes: 1 })
})

test('what was removed since is unpacked again', async (t) => {
  const bytes = tarOf({ name: 'd/f', content: '1' }, { name: 'e', content: '2' })
  const { folder, again, result } = await unpack(t, bytes)
  await result
  await rm(path.join(folder, 'd'), { recursive: true })
  t.deepEqual(await again(), { entries: 2, bytes: 2 })
  t.deepEqual(await contentsOf(folder), { 'd/': '', 'd/f': '1', e: '2' })
  t.is(await again(), undefined)
})

test('folders that are there are joined, files replaced, others left alone', async (t) => {
  const { archive, folder, result } = await unpack(t, tarOf({ name: 'd/f', content: 'new' }))
  await result
  await rm(path.join(folder, MARKER))
  await writeFile(path.join(folder, 'd/f'), 'old')
  await writeFile(path.join(folder, 'd/mine'), 'mine')
  await extractArchive(archive, folder)
  t.deepEqual(await contentsOf(folder), { 'd/': '', 'd/f': 'new', 'd/mine': 'mine' })
  await rm(path.join(folder, MARKER))
  await rm(path.join(folder, 'd'), { recursive: true })
  await writeFile(path.join(folder, 'd'), 'a file')
  await t.throwsAsync(extractArchive(archive, folder), {
    message: /holds a folder where a file is/,
  })
})

test('calls at the same time unpack once', async (t) => {
  const { again, result } = await unpack(t, zipped([{ name: 'a', content: '1' }]))
  const results = await Promise.all([result, again(), again(), again()])
  t.is(results.filter((done) => done !== undefined).length, 1)
})

test('a signal ends it, and nothing is left', async (t) => {
  const files = Array.from({ length: 50 }, (_, i) => ({ name: `${i}`, content: 'x'.repeat(9999) }))
  for (const bytes of [tarOf(...files), zipped(files)]) {
    const controller = new AbortController()
    const reason = new Error('enough')
    const { folder, result } = await unpack(t, bytes, {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    })
    t.is(await t.throwsAsync(result), reason)
    t.deepEqual(await readdir(folder), [])
  }
})

test('progress goes up to the size of the archive', async (t) => {
  const files = Array.from({ length: 50 }, (_, i) => ({ name: `${i}`, content: `${i}` }))
  for (const bytes of [tarOf(...files), gzipSync(tarOf(...files)), zipped(files)]) {
    const seen: number[] = []
    const { result } = await unpack(t, bytes, {
      onProgress: ({ received, total }) => {
        t.is(total, bytes.length)
        seen.push(received)
      },
    })
    await result
    t.deepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
    )
    t.true((seen.at(-1) ?? 0) > 0 && (seen.at(-1) ?? 0) <= bytes.length)
  }
})

test('what a process that died has left is removed', async (t) => {
  const { folder, result, archive } = await unpack(t, tarOf({ name: 'a' }))
  await result
  const host = hostname().replace(/[^\w-]/g, '_')
  const dead = `.unpacking.${host}.${2 ** 22 + 1}.0.0123456789ab` // beyond any process id
  const alive = `.unpacking.${host}.1.0.0123456789ab`
  const thread = `.unpacking.${host}.${process.pid}.${threadId + 1}.0123456789ab`
  for (const name of [dead, alive, thread]) {
    await mkdir(path.join(folder, name, 'd'), { recursive: true })
  }
  await utimes(archive, 5, 5)
  await extractArchive(archive, folder)
  t.deepEqual((await readdir(folder)).sort(), [MARKER, alive, thread, 'a'].sort())
})

test('no room: the error says so, and nothing is left', async (t) => {
  const { archive, root } = await unpack(t, tarOf({ name: 'a', content: Buffer.alloc(3_000_000) }))
  const folder = path.join(root, 'limited')
  const script = fileURLToPath(new URL('support/unpacking-process.ts', import.meta.url))
  // A limit on the size of files fails as a full disk does, and needs no disk.
  const shell = 'ulimit -f 1000; exec "$@"'
  const command = [process.execPath, '--import=tsx', script, archive, folder]
  const { stdout } = await promisify(execFile)('bash', ['-c', shell, 'bash', ...command])
  t.regex(
    stdout,
    /^DiskFullError: extractArchive: .*: the file is larger than the file system or a/,
  )
  t.deepEqual(await readdir(folder), [])
})
