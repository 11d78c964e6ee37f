import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { InstallError, log } from '../report.mjs'

const ATTEMPTS = 4
const SILENCE_MS = 60_000
const MAX_REDIRECTS = 5

/** A failure that a later attempt may not meet. */
class Interrupted extends Error {}

/**
 * Downloads a file over HTTP. What an interrupted download left in `<file>.part` is continued.
 * @param {string} url
 * @param {string} file
 * @param {{ sha256?: string, attempts?: number, pauseMs?: number }} [options]
 * @returns {Promise<string>} the file's SHA-256 in hexadecimal digits
 * @throws {InstallError} when the server refuses, the attempts are used up or the hash differs
 */
export async function download(url, file, { sha256, attempts = ATTEMPTS, pauseMs = 1000 } = {}) {
  const part = `${file}.part`
  await mkdir(dirname(file), { recursive: true })
  for (let attempt = 1; ; attempt++) {
    try {
      await fetchRest(url, part)
      break
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
      if (attempt >= attempts) {
        throw new InstallError(`${url} could not be downloaded: ${error.message}.`, [
          'run the command again: what came so far is kept',
          'behind a proxy, set HTTPS_PROXY and NODE_USE_ENV_PROXY=1 (Node.js 24 and later)',
        ])
      }
      log(`download interrupted (${error.message}), trying again`)
      await sleep(pauseMs * attempt)
    }
  }
  const actual = await hash(part)
  if (sha256 && actual !== sha256.toLowerCase()) {
    await rm(part)
    throw new InstallError(`${url} has SHA-256 ${actual}, expected ${sha256}.`)
  }
  await rename(part, file)
  return actual
}

/** @param {string} url @param {string} part */
async function fetchRest(url, part) {
  const have = await sizeOf(part)
  // Without an identity encoding, lengths and ranges would count compressed bytes.
  const headers = { 'accept-encoding': 'identity', ...(have > 0 && { range: `bytes=${have}-` }) }
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), SILENCE_MS)
  try {
    const response = await request(url, headers, silence.signal)
    const { start, total } = await accept(response, url, part, have)
    if (start === total) return
    const meter = progress(start, total, () => {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), SILENCE_MS)
    })
    const body = Readable.fromWeb(/** @type {any} */ (response.body))
    await pipeline(body, meter, createWriteStream(part, { flags: start === 0 ? 'w' : 'a' }))
    const got = await sizeOf(part)
    if (total !== undefined && got !== total) throw new Interrupted(`${got} of ${total} bytes came`)
  } catch (error) {
    if (silence.signal.aborted)
      throw new Interrupted(`nothing came for ${SILENCE_MS / 1000} seconds`)
    throw isNetworkError(error) ? new Interrupted(reason(error)) : error
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Follows redirects, but never from https to http.
 * @param {string} url @param {Record<string, string>} headers @param {AbortSignal} signal
 */
async function request(url, headers, signal) {
  let current = new URL(url)
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await fetch(current, { headers, signal, redirect: 'manual' })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) return response
    await response.body?.cancel()
    const next = new URL(location, current)
    if (current.protocol === 'https:' && next.protocol !== 'https:') {
      throw new InstallError(`${url} redirects to ${next.protocol}//, which is not secure.`)
    }
    current = next
  }
  throw new InstallError(`${url} redirects more than ${MAX_REDIRECTS} times.`)
}

/**
 * Where the body of a response starts in the file, and the size of the whole file if the server tells it.
 * @param {Response} response @param {string} url @param {string} part @param {number} have
 * @returns {Promise<{ start: number, total?: number }>}
 */
async function accept({ status, headers }, url, part, have) {
  if (status === 200) {
    const length = headers.get('content-length')
    return { start: 0, total: length === null ? undefined : Number(length) }
  }
  const [, first, size] =
    /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? []
  if (status === 206 && first !== undefined && Number(first) === have) {
    return { start: have, total: Number(size) }
  }
  if (status === 416 && size !== undefined && Number(size) === have)
    return { start: have, total: have }
  if (status === 206 || status === 416) {
    await rm(part, { force: true })
    throw new Interrupted(`the server cannot continue after ${have} bytes`)
  }
  if (status === 408 || status === 429 || status >= 500) throw new Interrupted(`HTTP ${status}`)
  throw new InstallError(`${url} cannot be downloaded: the server answered HTTP ${status}.`)
}

/** @param {number} done @param {number | undefined} total @param {() => void} alive */
function progress(done, total, alive) {
  let shown = Date.now()
  return new Transform({
    transform(chunk, _encoding, next) {
      alive()
      done += chunk.length
      if (Date.now() - shown > 5000) {
        shown = Date.now()
        log(`${megabytes(done)} of ${total === undefined ? 'unknown' : megabytes(total)} MB`)
      }
      next(null, chunk)
    },
  })
}

/** @param {number} bytes */
const megabytes = (bytes) => Math.round(bytes / 1e6)

/** @param {string} file */
async function sizeOf(file) {
  return existsSync(file) ? (await stat(file)).size : 0
}

/** @param {string} file */
async function hash(file) {
  const sum = createHash('sha256')
  await pipeline(createReadStream(file), sum)
  return sum.digest('hex')
}

/** `fetch` reports every network failure as a TypeError whose cause has a code. @param {unknown} error */
function isNetworkError(error) {
  return error instanceof TypeError || /** @type {any} */ (error)?.code?.startsWith?.('UND_ERR')
}

/** @param {any} error */
function reason(error) {
  return error.cause?.code ?? error.cause?.message ?? error.message
}
