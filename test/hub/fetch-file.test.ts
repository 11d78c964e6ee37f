// Files that are fetched once, from whichever place has them.
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'ava'
import { checkFile, DownloadError, download, fetchFile } from '../../lib/hub/index.js'
import { temporaryFolder } from '../checkpoint/support/folder.js'
import { content, sendFile, serve, sha256 } from './support/server.js'

const file = content(100_000)
const md5 = createHash('md5').update(file).digest('hex')
const quick = { retryDelay: 1, progress: false }

test('a file that is there and right is left alone; a wrong one is fetched anew', async (t) => {
  const target = path.join(await temporaryFolder(t), 'd', 'x')
  const { url, ranges } = await serve(t, (request, response) => sendFile(request, response, file))
  t.true(await fetchFile(url, target, { ...quick, md5 }))
  t.false(await fetchFile(url, target, { ...quick, md5, size: file.length, sha256: sha256(file) }))
  t.is(ranges.length, 1)
  await writeFile(target, 'short')
  t.is(await checkFile(target, { size: file.length }), 'expected 100000 bytes, got 5')
  t.regex(
    (await checkFile(target, { md5 })) ?? '',
    /^expected the md5 [0-9a-f]{32}, got [0-9a-f]{32}$/,
  )
  t.is(await checkFile(`${target}.not`, { md5 }), 'absent')
  t.is(await checkFile(path.dirname(target), { md5 }), 'absent')
  t.false(await fetchFile(url, target, quick), 'without expectations any file is right')
  t.true(await fetchFile(url, target, { ...quick, md5 }))
  t.true((await readFile(target)).equals(file))
})

test('calls at the same time fetch once', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  const { url, ranges } = await serve(t, (request, response) => {
    setTimeout(() => sendFile(request, response, file), 50)
  })
  const calls = Array.from({ length: 5 }, () => fetchFile(url, target, { ...quick, md5 }))
  t.deepEqual(await Promise.all(calls), [true, false, false, false, false])
  t.is(ranges.length, 1)
})

test('one that waits can be stopped, and does not stop the other', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  const { url } = await serve(t, (request, response) => {
    setTimeout(() => sendFile(request, response, file), 100)
  })
  const first = fetchFile(url, target, { ...quick, md5 })
  const controller = new AbortController()
  const second = fetchFile(url, target, { ...quick, md5, signal: controller.signal })
  const reason = new Error('enough')
  controller.abort(reason)
  t.is(await t.throwsAsync(second), reason)
  t.true(await first)
})

test('a failed call does not stop those behind it', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  let requests = 0
  const { url } = await serve(t, (request, response) => {
    if (requests++ === 0) return void response.writeHead(404).end()
    return sendFile(request, response, file)
  })
  const results = await Promise.allSettled([
    fetchFile(url, target, { ...quick, md5 }),
    fetchFile(url, target, { ...quick, md5 }),
  ])
  t.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  )
})

test('mirrors: the first that has the right bytes', async (t) => {
  const folder = await temporaryFolder(t)
  const target = path.join(folder, 'x')
  const missing = await serve(t, (_request, response) => void response.writeHead(404).end())
  const wrong = await serve(t, (request, response) =>
    sendFile(request, response, content(file.length, 9)),
  )
  const cut = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': file.length })
    response.write(file.subarray(0, 10), () => response.socket?.destroySoon())
  })
  const good = await serve(t, (request, response) => sendFile(request, response, file))
  const urls = [missing.url, wrong.url, cut.url, good.url]
  t.true(await fetchFile(urls, target, { ...quick, retries: 1, md5 }))
  t.true((await readFile(target)).equals(file))
  t.deepEqual(await readdir(folder), ['x'])
  const error = await t.throwsAsync(download(urls.slice(0, 2), target, { retryDelay: 1, md5 }), {
    instanceOf: DownloadError,
  })
  t.regex(
    error?.message ?? '',
    new RegExp(`^download: ${missing.url}: .*404 Not Found; ${wrong.url}: expected the md5 ${md5}`),
  )
  t.true((await readFile(target)).equals(file), 'the file from before is still there')
})

test('wrong arguments', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  await t.throwsAsync(download([], target), { instanceOf: TypeError })
  await t.throwsAsync(download(['http://localhost/x', 'ftp://x/y'], target), {
    message: /got ftp:/,
  })
  await t.throwsAsync(download('http://localhost/x', target, { md5: 'f37072fd' }), {
    instanceOf: TypeError,
    message: /32 lower-case hex digits for md5/,
  })
  for (const [name, value] of Object.entries({
    retries: 'many',
    retryDelay: -1,
    idleTimeout: Number.NaN,
    signal: {},
    headers: ['a'],
    onProgress: 1,
  })) {
    await t.throwsAsync(download('http://localhost/x', target, { [name]: value }), {
      message: new RegExp(`^download: expected .* for ${name}, got`),
    })
  }
  await t.throwsAsync(fetchFile('http://localhost/x', 5 as never), {
    message: 'fetchFile: expected a string for target, got 5',
  })
  await t.throwsAsync(fetchFile('http://localhost/x', target, { sha1: 'x' } as never), {
    message: /^fetchFile: unknown option "sha1"/,
  })
  await t.throwsAsync(fetchFile('http://localhost/x', target, 'quiet' as never), {
    message: /^fetchFile: expected a plain object for options/,
  })
})

test('headers go to the first server, and not along with a redirect to another', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  const seen: (string | undefined)[] = []
  const other = await serve(t, (request, response) => {
    seen.push(request.headers.authorization)
    return sendFile(request, response, file)
  })
  const first = await serve(t, (request, response) => {
    seen.push(request.headers.authorization)
    const location = request.url === '/file.bin' ? '/again' : `${other.url}?signature=secret`
    return void response.writeHead(302, { location }).end()
  })
  const headers = { authorization: 'Bearer token' }
  await download(first.url, target, { md5, headers })
  t.deepEqual(seen, ['Bearer token', 'Bearer token', undefined])
})

test('errors show neither passwords nor signatures', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  const { url } = await serve(t, (_request, response) => void response.writeHead(403).end())
  const secret = `${url.replace('://', '://me:password@')}?key=secret`
  const error = await t.throwsAsync(download(secret, target), { instanceOf: DownloadError })
  t.is(error?.message, `download: ${url}?...: the server answers 403 Forbidden`)
  t.is((error as DownloadError).url, `${url}?...`)
})
