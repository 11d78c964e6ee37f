// Files appear whole or not at all.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { writeAtomically } from '../../lib/checkpoint/atomic.js'
import { temporaryFolder } from './support/folder.js'

const writeText = (file: string, text: string): Promise<void> =>
  writeAtomically(file, (writer) => writer.write(Buffer.from(text)))

test('a new file, and one in place of an old', async (t) => {
  const folder = await temporaryFolder(t)
  const file = path.join(folder, 'x')
  await writeText(file, 'one')
  t.is(await readFile(file, 'utf8'), 'one')
  await chmod(file, 0o640)
  await writeText(file, 'two')
  t.is(await readFile(file, 'utf8'), 'two')
  t.is((await stat(file)).mode & 0o777, 0o640)
  t.deepEqual(await readdir(folder), ['x'])
})

test('pieces of all sizes, in order', async (t) => {
  const file = path.join(await temporaryFolder(t), 'x')
  const pieces = [1, 7, 1 << 17, 1 << 18, 3, (1 << 18) + 1, 0, 1 << 20].map((length, i) =>
    Buffer.alloc(length, i + 1),
  )
  await writeAtomically(file, async (writer) => {
    let position = 0
    for (const piece of pieces) {
      t.is(writer.position, position)
      await writer.write(piece)
      position += piece.length
    }
  })
  t.true((await readFile(file)).equals(Buffer.concat(pieces)))
})

test('a failure leaves the old file, and nothing beside it', async (t) => {
  const folder = await temporaryFolder(t)
  const file = path.join(folder, 'x')
  await writeText(file, 'old')
  const failing = writeAtomically(file, async (writer) => {
    await writer.write(Buffer.alloc(1 << 20))
    throw new Error('no more')
  })
  await t.throwsAsync(failing, { message: 'no more' })
  t.is(await readFile(file, 'utf8'), 'old')
  t.deepEqual(await readdir(folder), ['x'])
})

test('a symbolic link stays one, and its target is written', async (t) => {
  const folder = await temporaryFolder(t)
  await mkdir(path.join(folder, 'real'))
  await writeText(path.join(folder, 'real', 'x'), 'old')
  const link = path.join(folder, 'link')
  await symlink(path.join('real', 'x'), link)
  await writeText(link, 'new')
  t.true((await lstat(link)).isSymbolicLink())
  t.is(await readFile(path.join(folder, 'real', 'x'), 'utf8'), 'new')
})

test('a missing folder is an error', async (t) => {
  const file = path.join(await temporaryFolder(t), 'missing', 'x')
  await t.throwsAsync(writeText(file, 'x'), { code: 'ENOENT' })
})

test('what other writers of the same file have left is removed only if they are dead', async (t) => {
  const folder = await temporaryFolder(t)
  const file = path.join(folder, 'x')
  let temporary = ''
  await writeAtomically(file, async () => {
    temporary = (await readdir(folder)).find((name) => name.startsWith('.x.')) ?? ''
  })
  const ownedBy = (pid: number) => temporary.replace(`.${process.pid}.`, `.${pid}.`)
  const dead = ownedBy(2 ** 22 + 1) // above the highest process id of Linux
  const alive = ownedBy(process.ppid)
  for (const name of [dead, alive]) await writeFile(path.join(folder, name), '')
  await writeText(file, 'x')
  t.deepEqual((await readdir(folder)).sort(), [alive, 'x'].sort())
})

/** A process that writes the file over and over, each time with other content. */
function startWriter(file: string): ChildProcess {
  const script = fileURLToPath(new URL('support/endless-writer.ts', import.meta.url))
  return spawn(process.execPath, ['--import=tsx', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

test('a process killed at any moment leaves a whole file', async (t) => {
  t.timeout(60_000)
  const folder = await temporaryFolder(t)
  const file = path.join(folder, 'x')
  for (let round = 0; round < 8; round++) {
    const child = startWriter(file)
    const stdout = child.stdout
    if (stdout !== null) await once(stdout, 'data')
    await sleep(round * 3)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const content = await readFile(file)
    t.is(content.length, 1 << 20)
    t.true(content.equals(Buffer.alloc(content.length, content[0])))
  }
  await writeText(file, 'last')
  t.deepEqual(await readdir(folder), ['x'])
})
