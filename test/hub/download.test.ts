// The downloader against a local server that cuts off, lies and redirects.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { redirect } from '../../lib/hub/http.js'
import { DownloadError, type DownloadProgress, download } from '../../lib/hub/index.js'
import { temporaryFolder } from '../checkpoint/support/folder.js'
import { content, sendFile, serve, sha256 } from './support/server.js'

const file = content(300_000)
const digest = sha256(file)
const quick = { retryDelay: 1 }

test('a file, its folder made on the way, with progress', async (t) => {
  const folder = await temporaryFolder(t)
  const target = path.join(folder, 'a', 'b', 'file.bin')
  const { url } = await serve(t, (request, response) => sendFile(request, response, file))
  const seen: DownloadProgress[] = []
  await download(url, target, {
    sha256: digest,
    size: file.length,
    onProgress: (progress) => seen.push(progress),
  })
  t.true((await readFile(target)).equals(file))
  t.deepEqual(await readdir(path.dirname(target)), ['file.bin'])
  t.deepEqual(seen[0], { received: 0, total: file.length })
  t.deepEqual(seen.at(-1), { received: file.length, total: file.length })
  t.true(seen.every((progress, i) => progress.received >= (seen[i - 1]?.received ?? 0)))
})

test('connections cut at many places: the file is right all the same', async (t) => {
  const folder = await temporaryFolder(t)
  for (let i = 0; i < 40; i++) {
    const cutAfter = Math.floor((file.length * i) / 40)
    let requests = 0
    const { url, ranges } = await serve(t, (request, response) =>
      sendFile(request, response, file, requests++ === 0 ? { cutAfter } : {}),
    )
    const target = path.join(folder, String(i))
    await download(url, target, { ...quick, sha256: digest })
    t.true((await readFile(target)).equals(file), `cut after ${cutAfter}`)
    t.is(ranges.length, 2)
  }
})

test('the second attempt goes on where the first was cut', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  let requests = 0
  const { url, ranges } = await serve(t, (request, response) =>
    sendFile(request, response, file, requests++ < 3 ? { cutAfter: 50_000 } : {}),
  )
  await download(url, target, { ...quick, sha256: digest })
  t.is(ranges[0], undefined)
  t.is(ranges[1], 'bytes=50000-')
  t.is(ranges[3], 'bytes=150000-')
})

test('a later download goes on where an earlier one gave up', async (t) => {
  const folder = await temporaryFolder(t)
  const target = path.join(folder, 'x')
  let isCut = true
  const { url, ranges } = await serve(t, (request, response) => {
    if (!isCut) return sendFile(request, response, file)
    if (request.headers.range !== undefined) return void response.writeHead(503).end()
    return sendFile(request, response, file, { cutAfter: 100_000 })
  })
  await t.throwsAsync(download(url, target, { ...quick, retries: 1 }), { message: /503/ })
  t.is((await readdir(folder)).length, 2) // the part and its note
  isCut = false
  await download(url, target, { ...quick, sha256: digest })
  t.is(ranges.at(-1), 'bytes=100000-')
  t.true((await readFile(target)).equals(file))
  t.deepEqual(await readdir(folder), ['x'])
})

test('a server that begins again each time is given up', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  let requests = 0
  const { url } = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': file.length }) // without a name for the content
    response.write(file.subarray(0, 1000 * ((requests++ % 2) + 1)), () =>
      response.socket?.destroySoon(),
    )
  })
  await t.throwsAsync(download(url, target, { ...quick, retries: 3 }), {
    instanceOf: DownloadError,
  })
  t.true(requests <= 8, `${requests} requests`)
})

test('a file that changed in between is fetched anew', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  const other = content(file.length, 2)
  let requests = 0
  const { url } = await serve(t, (request, response) => {
    if (requests++ === 0) return sendFile(request, response, file, { cutAfter: 1000 })
    return sendFile(request, response, other, { etag: '"two"' })
  })
  await download(url, target, { ...quick, sha256: sha256(other) })
  t.true((await readFile(target)).equals(other))
})

test('a server that ignores If-Range and mixes two files is found out', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  const other = content(file.length, 2)
  let requests = 0
  const { url, ranges } = await serve(t, (request, response) => {
    if (requests++ === 0) return sendFile(request, response, file, { cutAfter: 1000 })
    request.headers['if-range'] = '"one"'
    return sendFile(request, response, other, { etag: '"one"' })
  })
  await download(url, target, { ...quick, sha256: sha256(other) })
  t.true((await readFile(target)).equals(other))
  t.deepEqual(ranges, [undefined, 'bytes=1000-', undefined])
})

test('a server that sends another range than asked for', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  let requests = 0
  const { url } = await serve(t, (request, response) => {
    if (requests++ === 0) return sendFile(request, response, file, { cutAfter: 1000 })
    if (requests === 2) {
      const headers = { etag: '"one"', 'content-range': `bytes 0-9/${file.length}` }
      return void response.writeHead(206, headers).end(file.subarray(0, 10))
    }
    return sendFile(request, response, file)
  })
  await download(url, target, { ...quick, sha256: digest })
  t.true((await readFile(target)).equals(file))
})

test('416: a part that is already whole is taken, one that is too long begun anew', async (t) => {
  const folder = await temporaryFolder(t)
  for (const [name, later] of Object.entries({ whole: file, shorter: file.subarray(0, 1000) })) {
    let requests = 0
    const { url, ranges } = await serve(t, (request, response) => {
      if (requests++ > 0) return sendFile(request, response, later)
      // Without a length: that all bytes are there cannot be known when the connection breaks.
      response.writeHead(200, { etag: '"one"' })
      return void response.write(file, () => response.socket?.destroySoon())
    })
    const target = path.join(folder, name)
    await download(url, target, { ...quick, sha256: sha256(later) })
    t.is(ranges[1], `bytes=${file.length}-`)
    t.true((await readFile(target)).equals(later))
  }
})

test('a wrong checksum: no file, nothing left beside it', async (t) => {
  const folder = await temporaryFolder(t)
  const target = path.join(folder, 'x')
  const { url, ranges } = await serve(t, (request, response) => sendFile(request, response, file))
  const error = await t.throwsAsync(download(url, target, { ...quick, sha256: 'f37072fd' }))
  t.regex(error?.message ?? '', /expected the sha256 f37072fd, got [0-9a-f]{16}/)
  t.deepEqual(await readdir(folder), [])
  t.is(ranges.length, 1)
})

test('a checksum may be given by its first digits', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  const { url } = await serve(t, (request, response) => sendFile(request, response, file))
  await download(url, target, { sha256: digest.slice(0, 8) })
  t.true((await readFile(target)).equals(file))
  for (const sha of ['abc', digest.toUpperCase(), `${digest}0`]) {
    await t.throwsAsync(download(url, target, { sha256: sha }), { instanceOf: TypeError })
  }
})

test('a wrong size is refused before anything is fetched', async (t) => {
  const folder = await temporaryFolder(t)
  const { url } = await serve(t, (request, response) => sendFile(request, response, file))
  const target = path.join(folder, 'x')
  await t.throwsAsync(download(url, target, { size: 5 }), {
    message: /expected 5 bytes, the server offers 300000/,
  })
  t.deepEqual(await readdir(folder), [])
})

test('a body without a length that is longer than expected is cut off', async (t) => {
  const folder = await temporaryFolder(t)
  const { url } = await serve(t, (_request, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write(Buffer.alloc(10_000)), 1)
    response.on('close', () => clearInterval(timer))
  })
  await t.throwsAsync(download(url, path.join(folder, 'x'), { size: 25_000 }), {
    message: /more than the 25000 bytes/,
  })
  t.deepEqual(await readdir(folder), [])
})

test('a packed body is refused', async (t) => {
  const { url } = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')
  })
  const target = path.join(await temporaryFolder(t), 'x')
  await t.throwsAsync(download(url, target, quick), { message: /packed with gzip/ })
})

test('429 and 503 are tried again, after the time the server asks for', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  let requests = 0
  const { url } = await serve(t, (request, response) => {
    requests++
    if (requests === 1) return void response.writeHead(429, { 'retry-after': '1' }).end()
    if (requests === 2) {
      const date = new Date(Date.now() - 1000).toUTCString()
      return void response.writeHead(503, { 'retry-after': date }).end()
    }
    return sendFile(request, response, file)
  })
  const started = performance.now()
  await download(url, target, { ...quick, sha256: digest })
  t.true(performance.now() - started >= 990)
  t.is(requests, 3)
})

test('a server that asks for an hour is not waited for', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  const { url } = await serve(t, (_request, response) => {
    response.writeHead(503, { 'retry-after': '3600' }).end()
  })
  await t.throwsAsync(download(url, target), { message: /answers 503/ })
})

test('404 is an error at once, with its status', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  const { url, ranges } = await serve(t, (_request, response) => {
    response.writeHead(404).end()
  })
  const error = await t.throwsAsync(download(url, target, quick), {
    name: 'DownloadError',
    message: `download: ${url}: the server answers 404 Not Found`,
  })
  t.is((error as { status?: number }).status, 404)
  t.is(ranges.length, 1)
})

test('redirects are followed, relative ones too, but not for ever', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  const { url } = await serve(t, (request, response) => {
    if (request.url === '/real') return sendFile(request, response, file)
    const location = request.url === '/loop' ? '/loop' : '/real'
    return void response.writeHead(302, { location }).end()
  })
  await download(url, target, { sha256: digest })
  t.true((await readFile(target)).equals(file))
  const loop = new URL('/loop', url).href
  await t.throwsAsync(download(loop, target, quick), { message: /more than 10 times/ })
})

test('a redirect from https to http is refused', (t) => {
  const from = new URL('https://example.com/a/b')
  t.is(redirect(from, '/c').href, 'https://example.com/c')
  t.is(redirect(from, 'https://other.example/c').href, 'https://other.example/c')
  t.is(redirect(new URL('http://example.com/a'), 'https://example.com/b').protocol, 'https:')
  t.throws(() => redirect(from, 'http://example.com/c'), {
    message: /from https to the unprotected http:\/\/example\.com\/c/,
  })
})

test('redirects to other protocols and bad URLs are refused', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  const { url } = await serve(t, (_request, response) => {
    response.writeHead(302, { location: 'file:///etc/passwd' }).end()
  })
  await t.throwsAsync(download(url, target, quick), { message: /http or https URL, got file:/ })
  await t.throwsAsync(download('nonsense', target), { message: /is not a URL/ })
  await t.throwsAsync(download('ftp://example.com/x', target), { message: /got ftp:/ })
})

test('a connection that falls silent is given up and taken up again', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  let requests = 0
  const { url, ranges } = await serve(t, (request, response) => {
    if (requests++ > 0) return sendFile(request, response, file)
    response.writeHead(200, { etag: '"one"', 'content-length': file.length })
    return void response.write(file.subarray(0, 1000))
  })
  await download(url, target, { ...quick, sha256: digest, idleTimeout: 1500 })
  t.true((await readFile(target)).equals(file))
  t.is(ranges[1], 'bytes=1000-')
})

test('nobody there: an error soon, that names the address', async (t) => {
  const folder = await temporaryFolder(t)
  const url = 'http://127.0.0.1:9/file.bin' // the discard port, where nothing listens
  await t.throwsAsync(download(url, path.join(folder, 'x'), quick), {
    name: 'DownloadError',
    message: /download: http:\/\/127\.0\.0\.1:9\/file\.bin: .*ECONNREFUSED/,
  })
  t.deepEqual(await readdir(folder), [])
})

test('a signal ends it with its own reason; the part is kept', async (t) => {
  const folder = await temporaryFolder(t)
  const target = path.join(folder, 'x')
  const big = content(5_000_000)
  const { url, ranges } = await serve(t, (request, response) => sendFile(request, response, big))
  const controller = new AbortController()
  const reason = new Error('enough')
  const stopped = download(url, target, {
    signal: controller.signal,
    onProgress: ({ received }) => {
      if (received > 0) controller.abort(reason)
    },
  })
  await t.throwsAsync(stopped, { is: reason })
  await download(url, target, { sha256: sha256(big) })
  t.regex(ranges[1] ?? '', /^bytes=[1-9]\d*-$/)
  t.true((await readFile(target)).equals(big))
})

test('an old target is replaced only by a whole file', async (t) => {
  const target = path.join(await temporaryFolder(t), 'x')
  await writeFile(target, 'old')
  let isDown = true
  const { url } = await serve(t, (request, response) => {
    if (isDown) return void response.writeHead(404).end()
    return sendFile(request, response, file)
  })
  await t.throwsAsync(download(url, target, quick))
  t.is(await readFile(target, 'utf8'), 'old')
  isDown = false
  await download(url, target, { sha256: digest })
  t.true((await readFile(target)).equals(file))
})

test('several at once in one process', async (t) => {
  const folder = await temporaryFolder(t)
  const target = path.join(folder, 'x')
  let requests = 0
  const { url } = await serve(t, (request, response) =>
    sendFile(request, response, file, requests++ % 3 === 0 ? { cutAfter: 7777 } : {}),
  )
  await Promise.all(
    Array.from({ length: 6 }, () => download(url, target, { ...quick, sha256: digest })),
  )
  t.true((await readFile(target)).equals(file))
  t.deepEqual(await readdir(folder), ['x'])
})

test('two processes at once, one of them killed, and a third that takes over', async (t) => {
  const folder = await temporaryFolder(t)
  const target = path.join(folder, 'x')
  const big = content(3_000_000)
  const { url, ranges } = await serve(t, (request, response) => {
    if (request.headers.range !== undefined) return sendFile(request, response, big)
    response.writeHead(200, { etag: '"one"', 'content-length': big.length })
    let sent = 0
    const timer = setInterval(() => {
      response.write(big.subarray(sent, sent + 100_000))
      sent += 100_000
      if (sent >= big.length) {
        clearInterval(timer)
        response.end()
      }
    }, 10)
    return void response.on('close', () => clearInterval(timer))
  })
  const start = () => {
    const script = fileURLToPath(new URL('support/downloading-process.ts', import.meta.url))
    return fork(script, [url, target, sha256(big)], { execArgv: ['--import=tsx'] })
  }
  const killed = start()
  const other = start()
  const otherExit = once(other, 'exit')
  await once(killed, 'message') // bytes have arrived
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  await download(url, target, { ...quick, sha256: sha256(big) })
  t.true((await readFile(target)).equals(big))
  t.true(ranges.some((range) => /^bytes=[1-9]/.test(range ?? '')))
  const [code] = await otherExit
  t.is(code, 0)
  t.true((await readFile(target)).equals(big))
  t.deepEqual(await readdir(folder), ['x'])
})
