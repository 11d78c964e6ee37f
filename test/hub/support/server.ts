// A local web server that can be told how to misbehave.
import { createHash } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ExecutionContext } from 'ava'

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

/** Bytes that look random and are the same each time. */
export function content(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length)
  let state = seed
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void

export interface TestServer {
  readonly url: string
  /** The Range header of each request so far. */
  readonly ranges: (string | undefined)[]
}

/** Starts a server that goes with the test. */
export async function serve(t: ExecutionContext, handler: Handler): Promise<TestServer> {
  const ranges: (string | undefined)[] = []
  const server = http.createServer((request, response) => {
    ranges.push(request.headers.range)
    handler(request, response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/file.bin`, ranges }
}

/** How {@link sendFile} sends. */
export interface SendOptions {
  etag?: string
  /** Bytes of the body after which the connection is cut. */
  cutAfter?: number
}

/** Sends a file as a good server does, ranges included. */
export function sendFile(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  bytes: Buffer,
  { etag = '"one"', cutAfter }: SendOptions = {},
): void {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
  const isPart = range !== null && request.headers['if-range'] === etag
  const start = isPart ? Number(range[1]) : 0
  if (isPart && start >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
    return
  }
  const body = bytes.subarray(start)
  response.writeHead(isPart ? 206 : 200, {
    etag,
    'content-length': body.length,
    ...(isPart ? { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {}),
  })
  if (cutAfter === undefined || cutAfter >= body.length) {
    response.end(body)
    return
  }
  response.write(body.subarray(0, cutAfter), () => response.socket?.destroySoon())
}
