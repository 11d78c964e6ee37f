/** A picture could not be decoded; names the file, if there is one, and the reason. */
export class ImageDecodeError extends Error {
  override readonly name = 'ImageDecodeError'
  /** What failed: reading the file, or decoding its content. */
  readonly stage: 'read' | 'decode'

  constructor(
    /** Why, in a few words: "the file is truncated". */
    readonly reason: string,
    /** The file; undefined when bytes were given. */
    readonly path: string | undefined,
    { stage = 'decode', ...options }: ErrorOptions & { stage?: 'read' | 'decode' } = {},
  ) {
    super(`could not decode ${path === undefined ? 'the image' : `'${path}'`}: ${reason}`, options)
    this.stage = stage
  }
}
