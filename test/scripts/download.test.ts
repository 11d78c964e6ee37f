import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { download } from '../../scripts/libtorch/download.mjs'
import { temporaryFolder } from './support.js'

const content = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 31) % 251))
const sha256 = createHash('sha256').update(content).digest('hex')
const quick = { pauseMs: 1 }

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void

/** Starts a server on this computer; returns the address of a file on it and the requests it got. */
async function serve(t: ExecutionContext, handler: Handler) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    handler(request, response, requests.length)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/file`, requests }
}

/** Answers as a server does that knows ranges. */
const answer: Handler = (request, response) => {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
    return
  }
  const range = `bytes ${start}-${content.length - 1}/${content.length}`
  const headers = { 'content-length': content.length - start, 'content-range': range }
  response.writeHead(request.headers.range ? 206 : 200, headers).end(content.subarray(start))
}

function target(t: ExecutionContext): string {
  return path.join(temporaryFolder(t), 'deep', 'file')
}

test('downloads and returns the hash', async (t) => {
  const { url } = await serve(t, answer)
  const file = target(t)
  t.is(await download(url, file, quick), sha256)
  t.true(readFileSync(file).equals(content))
  t.false(existsSync(`${file}.part`))
})

test('continues what an earlier run left', async (t) => {
  const { url, requests } = await serve(t, answer)
  const file = path.join(temporaryFolder(t), 'file')
  writeFileSync(`${file}.part`, content.subarray(0, 1234))
  t.is(await download(url, file, { ...quick, sha256 }), sha256)
  t.deepEqual(
    requests.map(({ headers }) => headers.range),
    ['bytes=1234-'],
  )
})

test('uses what is complete already', async (t) => {
  const { url } = await serve(t, answer)
  const file = path.join(temporaryFolder(t), 'file')
  writeFileSync(`${file}.part`, content)
  t.is(await download(url, file, quick), sha256)
})

test('starts again where the server knows no ranges', async (t) => {
  const { url } = await serve(t, (_, response) => response.end(content))
  const file = path.join(temporaryFolder(t), 'file')
  writeFileSync(`${file}.part`, 'something else')
  t.is(await download(url, file, quick), sha256)
})

test('starts again when what is there is longer than the file', async (t) => {
  const { url } = await serve(t, answer)
  const file = path.join(temporaryFolder(t), 'file')
  writeFileSync(`${file}.part`, Buffer.concat([content, content]))
  t.is(await download(url, file, quick), sha256)
})

test('starts again when the server answers another range', async (t) => {
  const { url } = await serve(t, (request, response, count) => {
    if (count > 1) return answer(request, response, count)
    response.writeHead(206, { 'content-range': `bytes 0-99/${content.length}` })
    response.end(content.subarray(0, 100))
  })
  const file = path.join(temporaryFolder(t), 'file')
  writeFileSync(`${file}.part`, content.subarray(0, 50))
  t.is(await download(url, file, quick), sha256)
})

test('goes on after cut connections and server errors', async (t) => {
  const { url, requests } = await serve(t, (request, response, count) => {
    if (count === 1) {
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 70_000), () => response.destroy())
    } else if (count === 2) {
      response.writeHead(503).end()
    } else {
      answer(request, response, count)
    }
  })
  t.is(await download(url, target(t), { ...quick, sha256 }), sha256)
  t.is(requests.length, 3)
})

test('gives up after the last attempt and keeps what came', async (t) => {
  const { url, requests } = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-length': content.length })
    response.write(content.subarray(0, 1000), () => setTimeout(() => response.destroy(), 50))
  })
  const file = target(t)
  await t.throwsAsync(download(url, file, { ...quick, attempts: 2 }), {
    name: 'InstallError',
    message: /^http.* could not be downloaded/,
  })
  t.is(requests.length, 2)
  t.false(existsSync(file))
  t.true(existsSync(`${file}.part`))
})

test('refuses a wrong hash and forgets the file', async (t) => {
  const { url } = await serve(t, answer)
  const file = target(t)
  await t.throwsAsync(download(url, file, { ...quick, sha256: '0'.repeat(64) }), {
    message: new RegExp(`has SHA-256 ${sha256}, expected 0{64}`),
  })
  t.false(existsSync(file))
  t.false(existsSync(`${file}.part`))
})

test('does not repeat what the server refuses', async (t) => {
  const { url, requests } = await serve(t, (_, response) => response.writeHead(404).end())
  await t.throwsAsync(download(url, target(t), quick), { message: /answered HTTP 404/ })
  t.is(requests.length, 1)
})

test('follows redirects, but not for ever', async (t) => {
  const { url } = await serve(t, (request, response, count) => {
    if (request.url === '/file') response.writeHead(302, { location: '/real' }).end()
    else answer(request, response, count)
  })
  t.is(await download(url, target(t), quick), sha256)

  const loop = await serve(t, (_, response) => response.writeHead(302, { location: '/file' }).end())
  await t.throwsAsync(download(loop.url, target(t), quick), { message: /redirects more than/ })
})

test('names a server that is not there', async (t) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const gone = `http://127.0.0.1:${port}/file`
  await t.throwsAsync(download(gone, target(t), { ...quick, attempts: 1 }), {
    name: 'InstallError',
    message: /could not be downloaded: ECONNREFUSED/,
  })
})
