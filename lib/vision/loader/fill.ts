// Pictures into their places in a batch, by native threads.

import {
  IMAGE_STAGES,
  type ImageInput,
  type ImageOutcome,
  native,
  type TensorHandle,
} from '../../native.js'
import type { Tensor } from '../../torch/tensor.js'
import { access } from '../../torch/tensor-access.js'
import {
  type DecodeImageOptions,
  decodeError,
  decodeNumbers,
  decodePixels,
} from '../image/decode.js'
import { ImageDecodeError } from '../image/errors.js'
import type { CompiledPipeline } from './compile.js'
import { Limiter } from './limiter.js'

/** One picture of a data set. */
export interface Picture {
  /** The name of its file, for error messages. */
  readonly path: string
  /** What native code reads it from. */
  readonly source: ImageInput
  /** The bytes of its file, for formats that native code does not decode. */
  bytes(): Promise<Uint8Array>
  /** What native code reads it from when it was decoded elsewhere. */
  decoded(pixels: ImageInput): ImageInput
  /** What belongs to the picture. */
  target(): unknown
}

/** How files become pixels. */
export interface Decoding extends Required<DecodeImageOptions> {
  readonly decode: 'exact' | 'fast'
}

/** A picture on its way into a batch. */
export interface Placed {
  readonly picture: Picture
  /** Its index in the data set of the loader, which its random numbers depend on. */
  readonly index: number
  /** Its place in the batch. */
  readonly place: number
}

/** What the random numbers of an epoch depend on. */
export interface EpochKey {
  readonly seed: number
  readonly epoch: number
}

/** Fills batches by one compiled pipeline. */
export class Filler {
  readonly #pipeline: CompiledPipeline
  readonly #decoding: Decoding
  readonly #threads: number
  readonly #limiter: Limiter
  readonly #times = new Float64Array(IMAGE_STAGES.length)
  #samples = 0

  constructor(pipeline: CompiledPipeline, decoding: Decoding, threads: number) {
    this.#pipeline = pipeline
    this.#decoding = decoding
    this.#threads = threads
    // Each holds a decoded picture of any size.
    this.#limiter = new Limiter(threads)
  }

  /**
   * Fills places of `out`.
   *
   * @returns for each picture the error it failed with, or undefined
   */
  async fill(
    out: Tensor,
    placed: readonly Placed[],
    key: EpochKey,
    signal: AbortSignal,
  ): Promise<(Error | undefined)[]> {
    const inputs = placed.map(({ picture }) => picture.source)
    this.#samples += placed.length
    const outcomes = await this.#load(out, inputs, placed, key)
    return Promise.all(
      outcomes.map((outcome, i) => {
        const one = placed[i] as Placed
        if (outcome === true) {
          return this.#limiter.run(async () =>
            // Those that wait for their turn when the iteration ends are not wanted any more.
            signal.aborted ? undefined : this.#decodeHere(out, one, key),
          )
        }
        return failure(outcome, one)
      }),
    )
  }

  /** What native code does not decode is decoded by sharp; then the same code goes on with its pixels. */
  async #decodeHere(out: Tensor, one: Placed, key: EpochKey): Promise<Error | undefined> {
    const { path } = one.picture
    try {
      const bytes = await one.picture.bytes()
      const { data, width, height } = await decodePixels(bytes, path, this.#decoding)
      const input = one.picture.decoded([data, width, height])
      const [outcome = null] = await this.#load(out, [input], [one], key)
      return failure(outcome, one)
    } catch (error) {
      return error instanceof Error ? error : new ImageDecodeError(String(error), path)
    }
  }

  /** Microseconds that a thread spends on one sample in each stage. */
  stages(): Readonly<Record<string, number>> {
    const samples = Math.max(1, this.#samples)
    return Object.fromEntries(
      IMAGE_STAGES.map((name, i) => [name, (this.#times[i] as number) / 1e3 / samples]),
    )
  }

  async #load(
    out: Tensor,
    inputs: readonly ImageInput[],
    placed: readonly Placed[],
    key: EpochKey,
  ): Promise<readonly ImageOutcome[]> {
    const { seed, epoch } = key
    const fast = this.#decoding.decode === 'fast'
    const numbers = decodeNumbers(this.#decoding, this.#threads, { seed, epoch, fast })
    for (const { place, index } of placed) numbers.push(place, index)
    const { outcomes, times } = await native.loadImages(
      access.handleOf(out) as TensorHandle,
      this.#pipeline.program,
      inputs,
      Float64Array.from(numbers),
    )
    times.forEach((time, i) => {
      this.#times[i] = (this.#times[i] as number) + time
    })
    return outcomes
  }
}

const failure = (outcome: ImageOutcome, { picture }: Placed): Error | undefined =>
  typeof outcome === 'string' ? decodeError(outcome, picture.path) : undefined
