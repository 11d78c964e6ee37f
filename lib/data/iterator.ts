import type { BatchStream } from './batch-stream.js'

/** One epoch, advanced by hand; made by `DataLoader.iter`. Also usable with `for await`. */
export class DataLoaderIterator<B> implements AsyncIterable<B> {
  readonly #stream: BatchStream<unknown, B>
  readonly #prefetch: number
  #started = false

  /** Use `DataLoader.iter`. */
  constructor(stream: BatchStream<unknown, B>, prefetch: number) {
    this.#stream = stream
    this.#prefetch = prefetch
  }

  /**
   * The next batch.
   *
   * @throws RangeError after the last batch
   */
  async next(): Promise<B> {
    // Often only one batch is looked at: others are made ahead once a second one is asked for.
    const taken = await this.#stream.take(this.#started ? this.#prefetch : 0)
    this.#started = true
    if (taken === undefined) {
      throw new RangeError(
        `DataLoaderIterator.next: there is no batch after the ${this.#stream.position} of this epoch; begin another with loader.iter()`,
      )
    }
    return taken.batch
  }

  /** The batches that are left. Leaving the loop early ends the iteration. */
  async *[Symbol.asyncIterator](): AsyncGenerator<B, void, undefined> {
    try {
      for (;;) {
        const taken = await this.#stream.take(this.#prefetch)
        if (taken === undefined) return
        yield taken.batch
      }
    } finally {
      await this.close()
    }
  }

  /** Ends the iteration and resolves when the work under way has ended. */
  async close(): Promise<void> {
    await this.#stream.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
