import http from 'node:http'
import https from 'node:https'
import { isIP, type Socket } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { DownloadError } from './errors.js'

/** Variables as in `process.env`. */
type Variables = Readonly<Record<string, string | undefined>>

const either = (env: Variables, name: string): string | undefined =>
  env[name] || env[name.toUpperCase()] || undefined

/**
 * The proxy for an address: `https_proxy` (else `http_proxy`), for http addresses `http_proxy`, unless
 * `no_proxy` names the host; lower case first. The rules are those of Node's `fetch` with
 * `NODE_USE_ENV_PROXY`, but no such variable is needed.
 */
export function proxyFor(url: URL, env: Variables = process.env): URL | undefined {
  const plain = either(env, 'http_proxy')
  const address = url.protocol === 'https:' ? (either(env, 'https_proxy') ?? plain) : plain
  if (address === undefined || isExempt(url, either(env, 'no_proxy') ?? '')) return undefined
  const parsed = URL.canParse(address) ? new URL(address) : undefined
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') {
    throw new DownloadError(url.href, 'expected an http or https URL in the proxy variables')
  }
  return parsed
}

function isExempt({ hostname, port, protocol }: URL, list: string): boolean {
  const actualPort = port || (protocol === 'https:' ? '443' : '80')
  return list
    .toLowerCase()
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true
      const [, host = entry, onlyPort] = /^(.+):(\d+)$/.exec(entry) ?? []
      if (onlyPort !== undefined && onlyPort !== actualPort) return false
      return /^[.*]/.test(host) ? hostname.endsWith(host.replace(/^\*/, '')) : hostname === host
    })
}

/** The header with which a proxy is told who asks, where its URL holds a name. */
export function proxyHeaders({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }
}

/** How a connection to a proxy is made. */
export const endpointOf = ({ hostname, port, protocol }: URL) => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: port || (protocol === 'https:' ? 443 : 80),
})

/** Asks a proxy for a connection to the host of an https address, and speaks TLS through it. */
export async function tunnel(
  url: URL,
  proxy: URL,
  { idleTimeout, signal }: { idleTimeout: number; signal?: AbortSignal | undefined },
): Promise<TLSSocket> {
  const host = `${url.hostname}:${url.port || 443}`
  const socket = await new Promise<Socket>((resolve, reject) => {
    const request = (proxy.protocol === 'https:' ? https : http).request({
      ...endpointOf(proxy),
      method: 'CONNECT',
      path: host,
      headers: { host, ...proxyHeaders(proxy) },
      agent: false,
      signal,
    })
    request.on('connect', (reply, opened: Socket) => {
      if (reply.statusCode === 200) return resolve(opened)
      opened.destroy()
      const answer = `${reply.statusCode ?? 0} ${reply.statusMessage ?? ''}`.trim()
      reject(new DownloadError(url.href, `the proxy ${proxy.host} answers ${answer}`))
    })
    request.on('error', reject)
    request.setTimeout(idleTimeout, () => request.destroy(timeoutError(idleTimeout)))
    request.end()
  })
  const servername = isIP(url.hostname) === 0 ? { servername: url.hostname } : {}
  return connect({ socket, host: url.hostname, ...servername })
}

/** The failure of a connection on which nothing comes any more. */
export function timeoutError(idleTimeout: number): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`no data for ${idleTimeout / 1000} s`)
  error.code = 'ETIMEDOUT'
  return error
}
