import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import {
  checkFunction,
  checkInteger,
  checkOptions,
  checkString,
  fail,
  isPlainObject,
} from '../check.js'
import { checkExpectation, type Expectation } from './checksum.js'
import { asDiskFull, DownloadError, withoutSecrets } from './errors.js'
import { parseUrl } from './http.js'
import { PartFile } from './part-file.js'
import { Transfer } from './transfer.js'

/** How far a download is. */
export interface DownloadProgress {
  /** Bytes so far, those of an earlier, interrupted download included. */
  readonly received: number
  /** Bytes of the whole file, where they are known. */
  readonly total: number | undefined
}

/** Options of {@link download}. */
export interface DownloadOptions extends Expectation {
  /** Called as bytes arrive. */
  readonly onProgress?: (progress: DownloadProgress) => void
  readonly signal?: AbortSignal
  /** Sent along, but not to another server that the first one redirects to: a token, for example. */
  readonly headers?: Readonly<Record<string, string>>
  /** Attempts in a row that may bring nothing new; 5 by default. */
  readonly retries?: number
  /** Milliseconds before the second attempt, doubled each time; 500 by default. */
  readonly retryDelay?: number
  /** Milliseconds without any byte after which an attempt is given up; 30,000 by default. */
  readonly idleTimeout?: number
}

/** The names of the options of {@link download} but `onProgress`. */
export const TRANSFER_OPTIONS = [
  'sha256',
  'md5',
  'size',
  'signal',
  'headers',
  'retries',
  'retryDelay',
  'idleTimeout',
] as const

/**
 * Fetches a file over https or http, through the proxy of the environment where there is one. It appears
 * under `target` whole and verified, or not at all. An interrupted download goes on where it stopped, also
 * in a later process, provided the server still has the same content.
 *
 * @param url - the address, or several that have the same file, in order of preference
 * @throws DownloadError with the address and the reason; DiskFullError; the reason of `signal` when that
 *   aborts
 */
export async function download(
  url: string | readonly string[],
  target: string,
  options?: DownloadOptions,
): Promise<void> {
  const { urls, settings } = checkDownload('download', url, target, options)
  const file = path.resolve(target)
  const failures: DownloadError[] = []
  for (const address of urls) {
    try {
      return await downloadFrom(address, file, settings)
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error
      failures.push(error)
    }
  }
  const [first] = failures as [DownloadError]
  if (failures.length === 1) throw first
  const others = failures.slice(1).map(({ message }) => message.replace(/^download: /, ''))
  throw new DownloadError(
    first.url,
    [first.message.slice(`download: ${first.url}: `.length), ...others].join('; '),
    { cause: first },
  )
}

/** Checks the arguments of {@link download}, also for functions that hand them on. */
export function checkDownload(
  where: string,
  url: string | readonly string[],
  target: string,
  options: DownloadOptions | undefined,
): { urls: readonly string[]; settings: DownloadOptions } {
  const urls = typeof url === 'string' ? [url] : url
  if (!Array.isArray(urls) || urls.length === 0) fail(where, 'url', 'a URL or several', url)
  for (const address of urls) parseUrl(checkString(where, 'url', address))
  checkString(where, 'target', target)
  const settings = checkOptions(where, options, [...TRANSFER_OPTIONS, 'onProgress'])
  checkExpectation(where, settings)
  for (const name of ['retries', 'retryDelay', 'idleTimeout'] as const) {
    if (settings[name] !== undefined) checkInteger(where, name, settings[name], { min: 0 })
  }
  const { onProgress, signal, headers } = settings
  if (onProgress !== undefined) checkFunction(where, 'onProgress', onProgress)
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    fail(where, 'signal', 'an AbortSignal', signal)
  }
  if (headers !== undefined && !isPlainObject(headers)) {
    fail(where, 'headers', 'a plain object', headers)
  }
  return { urls, settings }
}

async function downloadFrom(url: string, file: string, options: DownloadOptions): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true })
    const part = await PartFile.claim(file, url, options)
    try {
      await new Transfer(url, part, options).run()
      await part.finish(file)
    } catch (error) {
      // What was damaged or refused is of no use later; what was cut off is.
      if (error instanceof DownloadError && error.cause === undefined) await part.discard()
      else await part.keep()
      throw error
    }
  } catch (error) {
    throw asDiskFull(error, `download: ${withoutSecrets(url)}`, file)
  }
}
