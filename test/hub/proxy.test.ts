// Downloads through a proxy, chosen as Node's fetch chooses it.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { proxyFor, proxyHeaders } from '../../lib/hub/proxy.js'
import { temporaryFolder } from '../checkpoint/support/folder.js'
import { CERTIFICATE, KEY } from './support/certificate.js'
import { content, sendFile, serve, sha256 } from './support/server.js'

const file = content(100_000)

const chosen = (url: string, env: Record<string, string>): string | undefined =>
  proxyFor(new URL(url), env)?.href

test('which proxy: by protocol, lower case first', (t) => {
  const env = { http_proxy: 'http://a:1', HTTP_PROXY: 'http://b:2', HTTPS_PROXY: 'http://c:3' }
  t.is(chosen('http://x.org/f', env), 'http://a:1/')
  t.is(chosen('https://x.org/f', env), 'http://c:3/')
  t.is(chosen('https://x.org/f', { HTTP_PROXY: 'http://b:2' }), 'http://b:2/')
  t.is(chosen('http://x.org/f', { https_proxy: 'http://c:3' }), undefined)
  t.is(chosen('http://x.org/f', { http_proxy: '' }), undefined)
  t.throws(() => chosen('http://x.org/f', { http_proxy: 'socks5://a' }), {
    message: /http or https URL in the proxy/,
  })
})

test('which hosts do without', (t) => {
  const direct = (url: string, no_proxy: string) =>
    chosen(url, { http_proxy: 'http://a', https_proxy: 'http://a', no_proxy }) === undefined
  t.true(direct('http://x.org/f', '*'))
  t.true(direct('http://x.org/f', 'y.org, X.org'))
  t.false(direct('http://a.x.org/f', 'x.org'))
  t.true(direct('http://a.x.org/f', '.x.org'))
  t.true(direct('http://a.x.org/f', 'y.org *.x.org'))
  t.false(direct('http://ax.org/f', '.x.org'))
  t.true(direct('https://x.org/f', 'x.org:443'))
  t.false(direct('https://x.org:444/f', 'x.org:443'))
  t.true(direct('http://x.org/f', 'x.org:80'))
})

test('name and password of the proxy', (t) => {
  const basic = `Basic ${Buffer.from('me@x:p w').toString('base64')}`
  t.deepEqual(proxyHeaders(new URL('http://me%40x:p%20w@a')), { 'proxy-authorization': basic })
  t.deepEqual(proxyHeaders(new URL('http://a')), {})
})

/** Downloads in a process of its own, whose environment names the proxy. */
async function downloaded(t: ExecutionContext, url: string, env: Record<string, string>) {
  const folder = await temporaryFolder(t)
  const target = path.join(folder, 'x')
  const certificate = path.join(folder, 'certificate.pem')
  await writeFile(certificate, CERTIFICATE)
  const script = fileURLToPath(new URL('support/proxied-process.ts', import.meta.url))
  const child = fork(script, [url, target, sha256(file)], {
    execArgv: ['--import=tsx'],
    env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: certificate, ...env },
  })
  const [message] = await once(child, 'message')
  const bytes = await readFile(target).catch(() => undefined)
  return { message, isRight: bytes?.equals(file) === true }
}

/** A proxy that notes what it is asked for. */
async function proxy(t: ExecutionContext, refuse = false) {
  const asked: string[] = []
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`)
    http.get(request.url ?? '', { headers: request.headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 0, reply.headers)
      reply.pipe(response)
    })
  })
  server.on('connect', (request, socket: net.Socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`)
    if (refuse) return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    const { hostname, port } = new URL(`http://${request.url}`)
    const upstream = net.connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    return socket.on('error', () => upstream.destroy())
  })
  return { asked, url: `http://me:pw@127.0.0.1:${await listen(t, server)}` }
}

async function listen(t: ExecutionContext, server: http.Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const credentials = `Basic ${Buffer.from('me:pw').toString('base64')}`

test('http: the proxy is asked for the whole address', async (t) => {
  const { url } = await serve(t, (request, response) => sendFile(request, response, file))
  const { asked, url: http_proxy } = await proxy(t)
  t.deepEqual(await downloaded(t, url, { http_proxy }), { message: 'done', isRight: true })
  t.deepEqual(asked, [`GET ${url} ${credentials}`])
  const direct = await downloaded(t, url, { http_proxy, no_proxy: '127.0.0.1' })
  t.true(direct.isRight)
  t.is(asked.length, 1)
})

test('https: a tunnel through the proxy, the certificate checked behind it', async (t) => {
  const server = https.createServer({ key: KEY, cert: CERTIFICATE }, (request, response) =>
    sendFile(request, response, file),
  )
  const port = await listen(t, server)
  const { asked, url: https_proxy } = await proxy(t)
  const url = `https://localhost:${port}/f`
  t.deepEqual(await downloaded(t, url, { https_proxy }), { message: 'done', isRight: true })
  t.deepEqual(asked, [`CONNECT localhost:${port} ${credentials}`])
  const { message } = await downloaded(t, url, { https_proxy, NODE_EXTRA_CA_CERTS: '' })
  t.regex(message, /^DownloadError: .*(?:self-signed|certificate)/)
})

test('a proxy that refuses, and one that is not there', async (t) => {
  const { url: https_proxy } = await proxy(t, true)
  const { message } = await downloaded(t, 'https://example.invalid/f', { https_proxy })
  t.regex(message, /^DownloadError: .*the proxy 127\.0\.0\.1:\d+ answers 407 Proxy Authentication/)
  t.notRegex(message, /pw/)
  const absent = await downloaded(t, 'https://example.invalid/f', {
    https_proxy: 'http://127.0.0.1:9',
  })
  t.regex(absent.message, /ECONNREFUSED.* \(through the proxy 127\.0\.0\.1:9\)/)
})
