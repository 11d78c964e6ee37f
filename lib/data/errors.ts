/** What a {@link DataLoaderError} is about. */
export interface DataLoaderErrorPlace {
  /** The number of the batch in its epoch, from 0. */
  batch: number
  /** The indices of the samples concerned: one for a failed sample, all of the batch for a failed batch. */
  indices: readonly number[]
}

/** A loader could not make a sample or a batch; says which, and carries the cause. */
export class DataLoaderError extends Error {
  override readonly name = 'DataLoaderError'
  /** The number of the batch in its epoch, from 0. */
  readonly batch: number
  /** The indices of the samples concerned. */
  readonly indices: readonly number[]
  /** The file concerned, where the cause names one. */
  readonly path: string | undefined

  constructor({ batch, indices }: DataLoaderErrorPlace, cause: unknown, limit?: string) {
    const path = pathOf(cause)
    const reason = cause instanceof Error ? cause.message : String(cause)
    const file = path === undefined || reason.includes(path) ? '' : ` (${path})`
    const what =
      indices.length === 1 ? `sample ${indices[0]}` : `batch ${batch} (samples ${few(indices)})`
    const after = limit === undefined ? '' : `; that makes ${limit}`
    super(`dataloader: ${what}${file} failed: ${reason}${after}`, { cause })
    this.batch = batch
    this.indices = indices
    this.path = path
  }
}

/** A folder does not hold what a data set expects of it, or a sample cannot be made of one of its files. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError'

  /** Of a sample, what failed: its transform. */
  readonly stage: 'transform' | undefined

  constructor(
    message: string,
    /** The folder or file concerned. */
    readonly path: string,
    { stage, ...options }: ErrorOptions & { stage?: 'transform' } = {},
  ) {
    super(message, options)
    this.stage = stage
  }
}

/** What a sample failed with, thrown where a batch is made whole; a {@link DataLoaderError} takes its place. */
export class SampleFailure {
  constructor(
    readonly index: number,
    readonly cause: unknown,
  ) {}
}

const few = (indices: readonly number[]): string =>
  indices.length <= 8 ? indices.join(', ') : `${indices.slice(0, 8).join(', ')}, ...`

function pathOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('path' in cause)) return undefined
  return typeof cause.path === 'string' ? cause.path : undefined
}
