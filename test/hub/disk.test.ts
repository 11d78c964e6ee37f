// Downloads that do not fit.
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'
import { asDiskFull } from '../../lib/hub/errors.js'
import { DiskFullError, download } from '../../lib/hub/index.js'
import { temporaryFolder } from '../checkpoint/support/folder.js'
import { content, sendFile, serve } from './support/server.js'

test('more than the disk has room for is refused before anything is fetched', async (t) => {
  const folder = await temporaryFolder(t)
  const { url, ranges } = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': 2 ** 49 })
    response.write('x')
  })
  const error = await t.throwsAsync(download(url, path.join(folder, 'x')), {
    instanceOf: DiskFullError,
    message: /562\.9 TB do not fit on the disk of '/,
  })
  t.is((error as DiskFullError).path, folder)
  t.is(ranges.length, 1)
  t.deepEqual(await readdir(folder), [])
})

test('a disk that is full in the middle: said by name, not tried again, the part kept', async (t) => {
  const folder = await temporaryFolder(t)
  const target = path.join(folder, 'x')
  const file = content(3_000_000)
  const { url, ranges } = await serve(t, (request, response) => sendFile(request, response, file))
  const script = fileURLToPath(new URL('support/limited-process.ts', import.meta.url))
  // A limit on the size of files fails as a full disk does, and needs no disk.
  const command = [process.execPath, '--import=tsx', script, url, target]
  const shell = ['-c', 'ulimit -f 1000; exec "$@"', 'bash', ...command]
  const { stdout } = await promisify(execFile)('bash', shell)
  t.regex(stdout, /^DiskFullError: download: http:.*: the file is larger than the file system or a/)
  t.is(ranges.length, 1)
  await download(url, target)
  t.regex(ranges[1] ?? '', /^bytes=[1-9]\d+-$/)
})

test('which failures mean that there is no room', (t) => {
  for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG']) {
    const cause = Object.assign(new Error(code), { code })
    const error = asDiskFull(cause, 'x', '/p')
    t.true(error instanceof DiskFullError)
    t.is((error as DiskFullError).cause, cause)
  }
  const other = Object.assign(new Error('EACCES'), { code: 'EACCES' })
  t.is(asDiskFull(other, 'x', '/p'), other)
})
