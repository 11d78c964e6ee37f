import { refuse } from './error.js'

/** Reads a stream of bytes by counts, whatever the chunks it comes in. */
export class ChunkReader {
  private readonly chunks: AsyncIterator<Uint8Array>
  private rest: Uint8Array = new Uint8Array(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.chunks = source[Symbol.asyncIterator]()
  }

  /** The next `length` bytes; undefined if there are none at all. */
  async read(length: number): Promise<Buffer | undefined> {
    const bytes = Buffer.allocUnsafe(length)
    for (let done = 0; done < length; ) {
      const piece = await this.next(length - done)
      if (piece === undefined) {
        if (done === 0) return undefined
        refuse('ends early: it was cut off')
      }
      bytes.set(piece, done)
      done += piece.length
    }
    return bytes
  }

  /** The next `length` bytes as they come. */
  async *take(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      const piece = await this.next(left)
      if (piece === undefined) refuse('ends early: it was cut off')
      left -= piece.length
      yield piece
    }
  }

  /** Some bytes, `most` at most; undefined at the end. */
  async next(most = Number.POSITIVE_INFINITY): Promise<Uint8Array | undefined> {
    while (this.rest.length === 0) {
      const { done, value } = await this.chunks.next()
      if (done === true) return undefined
      this.rest = value
    }
    const piece = this.rest.subarray(0, most)
    this.rest = this.rest.subarray(piece.length)
    return piece
  }

  /** Gives the source up. */
  async close(): Promise<void> {
    await this.chunks.return?.()
  }
}
