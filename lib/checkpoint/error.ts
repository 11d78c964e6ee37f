import { TorchError } from '../errors.js'

/** A weights file that cannot be read, or must not be: damaged, hostile, or of a kind not supported. */
export class CheckpointError extends TorchError {
  override name = 'CheckpointError'
  /** The file, once the error has left the reader. */
  readonly path: string | undefined

  constructor(message: string, options: ErrorOptions & { path?: string } = {}) {
    super(message, options)
    this.path = options.path
  }
}

/** Ends the reading of a file; {@link naming} adds which one. */
export function refuse(message: string): never {
  throw new CheckpointError(message)
}

/** Puts the caller and the file in front of what went wrong inside `body`. */
export async function naming<T>(where: string, path: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body()
  } catch (cause) {
    if (cause instanceof CheckpointError && cause.path === undefined) {
      throw new CheckpointError(`${where}: ${path}: ${cause.message}`, { path })
    }
    if (isSystemError(cause) || cause instanceof RangeError) {
      throw new CheckpointError(`${where}: ${path}: ${cause.message}`, { path, cause })
    }
    throw cause
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error

/** Whether a file is damaged or not there, not merely out of reach, as for lack of rights, memory or open files. */
export function isDamage(error: unknown): boolean {
  const isRefusal = error instanceof CheckpointError
  const cause = isRefusal ? error.cause : error
  if (cause === undefined) return isRefusal
  return isSystemError(cause) && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
}

/** A name out of a file, made fit for one line of an error message. */
export const quote = (name: string): string =>
  JSON.stringify(name.length > 80 ? `${name.slice(0, 77)}...` : name)
