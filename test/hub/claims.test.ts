// Whose a temporary path is, and when nobody's.
import { readdir, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { threadId } from 'node:worker_threads'
import test from 'ava'
import { Claims, release } from '../../lib/hub/claims.js'
import { temporaryFolder } from '../checkpoint/support/folder.js'

test('a path is its thread’s until it is released', async (t) => {
  const folder = await temporaryFolder(t)
  const claims = new Claims(folder, '.x', '.part')
  const [one, two] = [claims.take(), claims.take()]
  t.not(one, two)
  for (const file of [one, two]) await writeFile(file, '')
  t.deepEqual(await claims.abandoned(), [])
  release(two)
  t.deepEqual(await claims.abandoned(), [two])
  t.deepEqual(await new Claims(folder, '.y', '.part').abandoned(), [])
  t.deepEqual(await new Claims(folder, '.x').abandoned(), [])
  t.is((await readdir(folder)).length, 2)
})

test('what other threads and processes work on is theirs, unless they are dead', async (t) => {
  const folder = await temporaryFolder(t)
  const host = hostname().replace(/[^\w-]/g, '_')
  const leave = async (owner: string) => {
    const file = path.join(folder, `.x.${host}.${owner}`)
    await writeFile(file, '')
    return file
  }
  const process1 = await leave('1.0.0123456789ab')
  const dead = await leave(`${2 ** 22 + 1}.0.0123456789ab`) // beyond any process id
  const thread = await leave(`${process.pid}.${threadId + 1}.0123456789ab`)
  await leave('stranger')
  const abandoned = async () => (await new Claims(folder, '.x').abandoned()).sort()
  t.deepEqual(await abandoned(), [dead])
  // Older than this process: in a container an earlier one may have had its id.
  for (const file of [thread, process1]) await utimes(file, 5, 5)
  t.deepEqual(await abandoned(), [dead, thread].sort())
})
