import { TorchError } from '../errors.js'

/** An archive that cannot be unpacked, or must not be: damaged, hostile, or of a kind not supported. */
export class ArchiveError extends TorchError {
  override name = 'ArchiveError'
  /** The archive, once the error has left the reader. */
  readonly path: string | undefined

  constructor(message: string, options: ErrorOptions & { path?: string } = {}) {
    super(message, options)
    this.path = options.path
  }
}

/** Ends the unpacking of an archive; whoever knows its name adds it. */
export function refuse(message: string): never {
  throw new ArchiveError(message)
}
