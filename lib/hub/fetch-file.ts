import path from 'node:path'
import { checkBoolean, checkOptions } from '../check.js'
import { checkFile } from './checksum.js'
import { checkDownload, type DownloadOptions, download, TRANSFER_OPTIONS } from './download.js'
import { exclusively } from './exclusively.js'
import { ProgressPrinter } from './progress.js'

/** Options of {@link fetchFile}. */
export interface FetchFileOptions extends Omit<DownloadOptions, 'onProgress'> {
  /** Whether a download shows its progress on standard error; true by default. */
  readonly progress?: boolean
}

/**
 * Downloads a file unless it is there already: whole, as far as size and checksums are given. Calls for
 * the same file wait for one another, so that it is fetched once.
 *
 * @returns whether it was downloaded
 * @throws what {@link download} throws
 */
export async function fetchFile(
  url: string | readonly string[],
  target: string,
  options?: FetchFileOptions,
): Promise<boolean> {
  const where = 'fetchFile'
  const { progress = true, ...transfer } = checkOptions(where, options, [
    ...TRANSFER_OPTIONS,
    'progress',
  ])
  checkBoolean(where, 'progress', progress)
  checkDownload(where, url, target, transfer)
  const file = path.resolve(target)
  return exclusively(file, transfer.signal, async () => {
    if ((await checkFile(file, transfer, transfer.signal)) === undefined) return false
    const printer = progress ? new ProgressPrinter(path.basename(file)) : undefined
    try {
      await download(url, file, { ...transfer, onProgress: printer?.update })
    } finally {
      printer?.finish()
    }
    return true
  })
}
