import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DownloadOptions } from './download.js'
import { asDiskFull, DiskFullError, DownloadError, withoutSecrets } from './errors.js'
import { get, parseUrl, type Reply } from './http.js'
import type { PartFile } from './part-file.js'
import { formatBytes } from './progress.js'
import { proxyFor } from './proxy.js'

/** Failures of the network that may be gone the next time. */
const PASSING = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
])
/** Of these, the ones that mean, before the first answer, that there is no way to the server. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'ETIMEDOUT',
])
const PASSING_STATUS = new Set([408, 425, 429, 500, 502, 503, 504])
const LONGEST_WAIT = 120_000

/** An attempt failed in a way that another may not. */
class PassingFailure extends Error {
  constructor(
    message: string,
    /** Milliseconds that the server asks to wait. */
    readonly wait: number | undefined,
    readonly status?: number,
    readonly unreachable = false,
  ) {
    super(message)
  }
}

/** One address fetched into one part, in as many attempts as it takes. */
export class Transfer {
  private readonly retries: number
  private readonly retryDelay: number
  private readonly idleTimeout: number
  private total: number | undefined
  /** Whether the server has been heard of. */
  private answered = false

  constructor(
    private readonly url: string,
    private readonly part: PartFile,
    private readonly options: DownloadOptions,
  ) {
    this.retries = options.retries ?? 5
    this.retryDelay = options.retryDelay ?? 500
    this.idleTimeout = options.idleTimeout ?? 30_000
  }

  /** Fetches until the part is whole and right. */
  async run(): Promise<void> {
    let wasResumed = this.part.length > 0
    for (;;) {
      wasResumed = (await this.fetchAll()) || wasResumed
      const problem = this.part.problem()
      if (problem === undefined) return
      // The two halves may be of different files: once more, in one piece.
      if (!wasResumed) throw new DownloadError(this.url, problem)
      wasResumed = false
      await this.part.restart()
    }
  }

  /** Attempts until the part is whole; tells whether it was put together from several. */
  private async fetchAll(): Promise<boolean> {
    const { part, options } = this
    // A server that begins again and again sends bytes, too: only getting further than ever counts.
    let farthest = part.length
    for (let failures = 0, attempts = 1; ; attempts++) {
      try {
        await this.attempt()
        return attempts > 1
      } catch (error) {
        options.signal?.throwIfAborted()
        const passing = asPassing(error)
        if (passing === undefined) throw this.final(error)
        failures = part.length > farthest ? 0 : failures + 1
        farthest = Math.max(farthest, part.length)
        const isOffline = passing.unreachable && !this.answered
        const limit = isOffline ? Math.min(this.retries, 1) : this.retries
        if (failures > limit) throw this.final(passing)
        const wait = passing.wait ?? this.retryDelay * 2 ** Math.max(failures - 1, 0)
        if (wait > LONGEST_WAIT) throw this.final(passing)
        await sleep(wait, undefined, { signal: options.signal }).catch((aborted) => {
          throw options.signal?.reason ?? aborted
        })
      }
    }
  }

  private async attempt(): Promise<void> {
    const { part, url, idleTimeout } = this
    const { signal } = this.options
    const headers: Record<string, string> = {
      'user-agent': 'node-libtorch',
      'accept-encoding': 'identity',
    }
    if (part.length > 0 && part.validator !== undefined) {
      headers.range = `bytes=${part.length}-`
      headers['if-range'] = part.validator
    } else if (part.length > 0) {
      await part.restart()
    }
    const reply = await get(url, {
      headers,
      credentials: this.options.headers,
      idleTimeout,
      signal,
    })
    this.answered = true
    try {
      if (await this.accept(reply)) await this.receive(reply)
    } finally {
      reply.close()
    }
  }

  /** Looks at status and headers; true if the body is what comes next in the part. */
  private async accept(reply: Reply): Promise<boolean> {
    const { part, url } = this
    const { headers, status } = reply
    if (PASSING_STATUS.has(status)) {
      throw new PassingFailure(`the server answers ${status}`, retryAfter(reply), status)
    }
    const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(headers['content-range'] ?? '')
    if (status === 416) {
      if (range !== null && Number(range[2]) === part.length) return false
      await part.restart()
      throw new PassingFailure('the server has no more of it', 0, status)
    }
    if (status !== 200 && status !== 206) {
      throw new DownloadError(url, `the server answers ${status} ${reply.reason}`, {
        status,
      })
    }
    const encoding = headers['content-encoding'] ?? 'identity'
    if (encoding !== 'identity') {
      throw new DownloadError(
        url,
        `the server sends it packed with ${encoding}, which was not asked for`,
      )
    }
    const validator = validatorOf(reply)
    if (status === 200) {
      if (part.length > 0) await part.restart()
      this.total = naturalOf(headers['content-length'])
    } else {
      const fits = range !== null && Number(range[1]) === part.length
      if (!fits || validator !== part.validator) {
        await part.restart()
        throw new PassingFailure('the server sends another part than was asked for', 0, status)
      }
      this.total = Number(range[2])
    }
    await part.setValidator(validator)
    const { size } = this.options
    if (size !== undefined && this.total !== undefined && this.total !== size) {
      throw new DownloadError(url, `expected ${size} bytes, the server offers ${this.total}`)
    }
    await this.checkRoom()
    return true
  }

  /** Finding out at once is better than after an hour. */
  private async checkRoom(): Promise<void> {
    const missing = (this.total ?? 0) - this.part.length
    if (missing <= 0 || (await this.part.hasRoomFor(missing))) return
    const folder = path.dirname(this.part.file)
    throw new DiskFullError(
      `download: ${withoutSecrets(this.url)}: ${formatBytes(missing)} do not fit on the disk of '${folder}'`,
      folder,
    )
  }

  private async receive(reply: Reply): Promise<void> {
    const { part, url } = this
    const { onProgress, signal, size } = this.options
    const limit = this.total ?? size ?? Number.POSITIVE_INFINITY
    onProgress?.({ received: part.length, total: this.total ?? size })
    for await (const chunk of reply.body()) {
      signal?.throwIfAborted()
      if (part.length + chunk.length > limit) {
        throw new DownloadError(
          url,
          `the server sends more than the ${limit} bytes that it has announced`,
        )
      }
      await part.append(chunk)
      onProgress?.({ received: part.length, total: this.total ?? size })
    }
    if (this.total !== undefined && part.length < this.total) {
      throw new PassingFailure(`ended after ${part.length} of ${this.total} bytes`, undefined)
    }
  }

  private final(error: unknown): unknown {
    const named = asDiskFull(error, `download: ${withoutSecrets(this.url)}`, this.part.file)
    if (named instanceof DiskFullError || named instanceof DownloadError) return named
    if (!(error instanceof Error)) return error
    const status = error instanceof PassingFailure ? error.status : undefined
    const proxy = proxyFor(parseUrl(this.url))
    const hint = proxy === undefined ? '' : ` (through the proxy ${proxy.host})`
    return new DownloadError(this.url, `${error.message}${hint}`, {
      cause: error,
      ...(status === undefined ? {} : { status }),
    })
  }
}

function asPassing(error: unknown): PassingFailure | undefined {
  if (error instanceof PassingFailure) return error
  if (!(error instanceof Error) || error instanceof DownloadError) return undefined
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (!PASSING.has(code)) return undefined
  return new PassingFailure(error.message || code, undefined, undefined, UNREACHABLE.has(code))
}

/** A strong name of the content: a weak ETag also stands for other bytes. */
function validatorOf({ headers }: Reply): string | undefined {
  const { etag } = headers
  if (etag !== undefined && !etag.startsWith('W/')) return etag
  return headers['last-modified']
}

function naturalOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** Milliseconds that the server asks to wait, from seconds or a date. */
function retryAfter({ headers }: Reply): number | undefined {
  const text = headers['retry-after']
  if (text === undefined) return undefined
  const seconds = naturalOf(text)
  if (seconds !== undefined) return seconds * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(date - Date.now(), 0)
}
