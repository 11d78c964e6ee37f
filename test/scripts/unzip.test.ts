import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { readZipText, unzip } from '../../scripts/libtorch/unzip.mjs'
import { makeZip, temporaryFolder, type ZipFile } from './support.js'

function archive(t: ExecutionContext, files: ZipFile[], change = (bytes: Buffer) => bytes) {
  const folder = temporaryFolder(t)
  const file = path.join(folder, 'a.zip')
  writeFileSync(file, change(makeZip(files)))
  return { file, folder }
}

const all = () => true

test('unpacks the wanted files with their contents and modes', async (t) => {
  const large = Buffer.alloc(9 << 20, 'libtorch') // beyond what is unpacked in memory
  const { file, folder } = archive(t, [
    { name: 'a/', data: '', store: true },
    { name: 'a/deflated.txt', data: 'text '.repeat(100) },
    { name: 'a/b/stored.txt', data: 'stored', store: true, mode: 0o100755 },
    { name: 'empty', data: '' },
    { name: 'large', data: large },
    { name: 'large-stored', data: large, store: true },
    { name: 'zip64.txt', data: 'sixty-four', zip64: true },
    { name: 'unwanted.txt', data: 'no' },
  ])
  t.is(await unzip(file, folder, (name) => name !== 'unwanted.txt'), 6)
  const read = (name: string) => readFileSync(path.join(folder, name))
  t.is(read('a/deflated.txt').toString(), 'text '.repeat(100))
  t.is(read('a/b/stored.txt').toString(), 'stored')
  t.is(statSync(path.join(folder, 'a/b/stored.txt')).mode & 0o111, 0o111)
  t.is(read('empty').length, 0)
  t.true(read('large').equals(large))
  t.true(read('large-stored').equals(large))
  t.is(read('zip64.txt').toString(), 'sixty-four')
  t.false(existsSync(path.join(folder, 'unwanted.txt')))
})

test('reads one file as text', async (t) => {
  const { file } = archive(t, [
    { name: 'x.dist-info/RECORD', data: 'no' },
    { name: 'x.dist-info/METADATA', data: 'Name: x' },
  ])
  t.is(await readZipText(file, /\/METADATA$/), 'Name: x')
  t.is(await readZipText(file, /\/ABSENT$/), undefined)
})

for (const name of ['../outside', 'a/../../outside', '/outside', 'C:\\outside', 'a\0b']) {
  test(`refuses the name ${JSON.stringify(name)}`, async (t) => {
    const { file, folder } = archive(t, [{ name, data: 'evil' }])
    await t.throwsAsync(unzip(file, folder, all), { message: /outside the archive/ })
  })
}

test('refuses symbolic links', async (t) => {
  const { file, folder } = archive(t, [{ name: 'link', data: '/etc/passwd', mode: 0o120777 }])
  await t.throwsAsync(unzip(file, folder, all), { message: /symbolic link/ })
})

const large = Buffer.alloc(5 << 20, 'x')
const damages: [string, ZipFile[], ((bytes: Buffer) => Buffer)?][] = [
  ['a wrong CRC', [{ name: 'a', data: 'x', crc: 1 }]],
  ['a wrong CRC of a streamed file', [{ name: 'a', data: large, crc: 1 }]],
  ['more bytes than announced', [{ name: 'a', data: 'xxxx', size: 2 }]],
  ['more streamed bytes than announced', [{ name: 'a', data: large, store: true, size: 5 }]],
  ['fewer bytes than announced', [{ name: 'a', data: 'x', size: 2 }]],
  ['a cut end', [{ name: 'a', data: 'x' }], (bytes) => bytes.subarray(0, -8)],
  ['a cut start', [{ name: 'a', data: 'x' }], (bytes) => bytes.subarray(8)],
  ['an empty file', [], () => Buffer.alloc(0)],
]
for (const [what, files, change] of damages) {
  test(`notices ${what}`, async (t) => {
    const { file, folder } = archive(t, files, change)
    await t.throwsAsync(unzip(file, folder, all), { name: 'InstallError', message: /is damaged/ })
  })
}

test('survives any single changed byte', async (t) => {
  const good = makeZip([
    { name: 'a/b', data: 'some text, some text' },
    { name: 'c', data: 'stored', store: true, zip64: true },
  ])
  for (let at = 0; at < good.length; at++) {
    const bad = Buffer.from(good)
    bad[at] = (bad[at] as number) ^ 0xff
    const { file, folder } = archive(t, [], () => bad)
    try {
      await unzip(file, path.join(folder), all)
    } catch (error) {
      t.is((error as Error).name, 'InstallError', `byte ${at}: ${error}`)
    }
  }
  t.pass()
})
