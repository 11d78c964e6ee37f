import { TorchError } from '../errors.js'

/** A file could not be fetched. */
export class DownloadError extends TorchError {
  override name = 'DownloadError'
  readonly url: string
  /** The HTTP status that ended it, where one did. */
  readonly status: number | undefined

  constructor(
    url: string,
    reason: string,
    { status, ...options }: ErrorOptions & { status?: number } = {},
  ) {
    super(`download: ${url}: ${reason}`, options)
    this.url = url
    this.status = status
  }
}
