import path from 'node:path'
import { checkOptions, checkString } from '../check.js'
import { TorchError } from '../errors.js'
import { type Environment, torchHubCache, weightsCache } from './cache.js'
import { checkFile } from './checksum.js'
import { type FetchFileOptions, fetchFile } from './fetch-file.js'

/** A published file of weights. */
export interface WeightsFile {
  /** Name under which the caches keep it. */
  readonly fileName: string
  readonly url: string
  /** sha256 in hex: all 64 digits, or as many of the first as are known. */
  readonly sha256: string
  /** Bytes, where they are known. */
  readonly size?: number
}

/** Options of {@link resolveWeights}. */
export interface ResolveWeightsOptions
  extends Pick<FetchFileOptions, 'progress' | 'signal' | 'retries' | 'retryDelay'> {
  /** A file of the user's own, which is taken as it is. */
  readonly path?: string
  /** Where the caches are looked for, instead of `process.env`. */
  readonly env?: Environment
}

/** Weights are neither on this machine nor to be had. */
export class WeightsError extends TorchError {
  override name = 'WeightsError'
}

/**
 * Finds a file of weights: the user's own `path`, else in our cache, else in that of Python's `torch.hub`, else
 * by download into our cache. `files` are the same weights from different places, in order of preference. A
 * cached file counts only if its checksum fits.
 *
 * @returns the path of the file
 * @throws WeightsError that names the addresses, the folders, and how to go on without a connection
 */
export async function resolveWeights(
  files: readonly WeightsFile[],
  options?: ResolveWeightsOptions,
): Promise<string> {
  const where = 'resolveWeights'
  const settings = checkOptions(where, options, [
    'path',
    'progress',
    'env',
    'signal',
    'retries',
    'retryDelay',
  ])
  if (settings.path !== undefined) return checkString(where, 'path', settings.path)
  const own = weightsCache(settings.env)
  const folders = [own, torchHubCache(settings.env)]
  const damaged: string[] = []
  for (const folder of folders) {
    for (const file of files) {
      const cached = path.join(folder, file.fileName)
      const problem = await checkFile(cached, file)
      if (problem === undefined) return cached
      if (problem !== 'absent') damaged.push(cached)
    }
  }
  const failures: unknown[] = []
  const { path: _path, env: _env, ...transfer } = settings
  for (const { fileName, url, sha256, size } of files) {
    const target = path.join(own, fileName)
    try {
      await fetchFile(url, target, { ...transfer, sha256, size })
      return target
    } catch (error) {
      settings.signal?.throwIfAborted()
      failures.push(error)
    }
  }
  throw notFound(files, folders, damaged, failures)
}

function notFound(
  files: readonly WeightsFile[],
  folders: readonly string[],
  damaged: readonly string[],
  failures: readonly unknown[],
): WeightsError {
  const [file] = files
  const reasons = failures.map((failure) => (failure instanceof Error ? failure.message : failure))
  const lines = [
    `the weights ${file?.fileName ?? ''} are not on this machine and could not be downloaded:`,
    ...reasons.map((reason) => `  ${String(reason)}`),
    `Looked in ${folders.join(' and ')}.`,
    ...damaged.map((cached) => `${cached} is there, but its checksum is wrong.`),
    `To go on without a connection, fetch ${file?.url ?? 'the file'} elsewhere and put it into ` +
      `${folders[0] ?? ''}, or name a file of weights yourself.`,
  ]
  return new WeightsError(lines.join('\n'), { cause: failures[0] })
}
