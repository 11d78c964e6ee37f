import http from 'node:http'
import https from 'node:https'
import { PassThrough } from 'node:stream'
import { DownloadError, withoutSecrets } from './errors.js'
import { endpointOf, proxyFor, proxyHeaders, timeoutError, tunnel } from './proxy.js'

const REDIRECTS = new Set([301, 302, 303, 307, 308])
const REDIRECT_LIMIT = 10
const READ_AHEAD = 1 << 20

/** What a request is made with. */
export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>
  /** Headers for the first server only: a redirect to another one does not take them along. */
  readonly credentials?: Readonly<Record<string, string>> | undefined
  /** Milliseconds without any byte after which the connection is given up. */
  readonly idleTimeout: number
  readonly signal?: AbortSignal | undefined
}

/** Parses an address, and refuses all but `http:` and `https:`. */
export function parseUrl(url: string): URL {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    throw new DownloadError(url, 'is not a URL')
  }
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw new DownloadError(url, `expected an http or https URL, got ${parsed.protocol}`)
  }
  return parsed
}

/** An answer whose body has not been read. */
export class Reply {
  /** What has arrived, even if the connection was cut right behind it. */
  private readonly arrived = new PassThrough({ highWaterMark: READ_AHEAD })
  private failure: Error | undefined

  constructor(private readonly message: http.IncomingMessage) {
    message.on('error', (error) => {
      this.failure = error
      this.arrived.end()
    })
    message.pipe(this.arrived)
  }

  get status(): number {
    return this.message.statusCode ?? 0
  }

  /** The status in words. */
  get reason(): string {
    return this.message.statusMessage ?? ''
  }

  get headers(): http.IncomingHttpHeaders {
    return this.message.headers
  }

  /** The bytes as they come; throws at the end if the connection was cut. */
  async *body(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.arrived) yield chunk
    if (this.failure !== undefined) throw this.failure
  }

  /** Ends the connection. */
  close(): void {
    this.message.destroy()
    this.arrived.destroy()
  }
}

/** Gets an address and follows redirects, but never from https to http. */
export async function get(url: string, options: GetOptions): Promise<Reply> {
  const first = parseUrl(url)
  let at = first
  for (let hops = 0; hops <= REDIRECT_LIMIT; hops++) {
    const credentials = at.origin === first.origin ? options.credentials : {}
    const headers = { ...options.headers, ...credentials }
    const reply = await getOnce(at, { ...options, headers })
    const { location } = reply.headers
    if (!REDIRECTS.has(reply.status) || location === undefined) return reply
    reply.close()
    at = redirect(at, location)
  }
  throw new DownloadError(url, `is redirected more than ${REDIRECT_LIMIT} times`)
}

/** Where a redirect leads; refuses the step from https to http. */
export function redirect(from: URL, location: string): URL {
  const to = parseUrl(
    URL.canParse(location, from.href) ? new URL(location, from.href).href : location,
  )
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    const address = withoutSecrets(to.href)
    throw new DownloadError(from.href, `is redirected from https to the unprotected ${address}`)
  }
  return to
}

async function getOnce(url: URL, options: GetOptions): Promise<Reply> {
  const { headers, idleTimeout, signal } = options
  const proxy = proxyFor(url)
  // No agent: a kept-alive connection would hold the process open.
  const settings = { headers, signal, agent: false } as const
  if (proxy === undefined) {
    const client = url.protocol === 'https:' ? https : http
    return reply(client.get(url, settings), idleTimeout)
  }
  if (url.protocol === 'https:') {
    const socket = await tunnel(url, proxy, options)
    const direct = { headers, signal, createConnection: () => socket }
    return reply(https.get(url, direct), idleTimeout)
  }
  const client = proxy.protocol === 'https:' ? https : http
  const forwarded = { ...settings.headers, host: url.host, ...proxyHeaders(proxy) }
  const target = { ...settings, ...endpointOf(proxy), headers: forwarded, path: url.href }
  return reply(client.get(target), idleTimeout)
}

function reply(request: http.ClientRequest, idleTimeout: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    request.on('response', (message) => resolve(new Reply(message)))
    request.on('error', reject)
    request.setTimeout(idleTimeout, () => request.destroy(timeoutError(idleTimeout)))
  })
}
