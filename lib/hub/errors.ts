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
    super(`download: ${withoutSecrets(url)}: ${reason}`, options)
    this.url = withoutSecrets(url)
    this.status = status
  }
}

/** A file could not be written for want of room: on the disk, in a quota, or under a limit on its size. */
export class DiskFullError extends TorchError {
  override name = 'DiskFullError'
  /** The file or folder that was written to. */
  readonly path: string

  constructor(message: string, path: string, options?: ErrorOptions) {
    super(message, options)
    this.path = path
  }
}

const NO_ROOM: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than the file system or a limit allows',
}

/** Names a failure to write as {@link DiskFullError}, if that is what it is; `what` was being written. */
export function asDiskFull(error: unknown, what: string, path: string): unknown {
  const reason = NO_ROOM[(error as NodeJS.ErrnoException | undefined)?.code ?? '']
  if (reason === undefined) return error
  return new DiskFullError(`${what}: ${reason} ('${path}')`, path, { cause: error })
}

/** An address fit for messages: without user name and password, and without a query, which may be a signature. */
export function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return url
  const parsed = new URL(url)
  if (parsed.username === '' && parsed.password === '' && parsed.search === '') return url
  parsed.username = ''
  parsed.password = ''
  return parsed.search === '' ? parsed.href : `${parsed.href.replace(/\?.*$/, '')}?...`
}
