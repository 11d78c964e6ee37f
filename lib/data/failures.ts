// What happens to samples that cannot be made.

import { SampleFailure } from './errors.js'
import { KeyedRandom } from './random.js'

/**
 * What a loader does about a sample that cannot be made: `'throw'` ends the iteration, `'skip'` leaves
 * it out of its batch, `'replace'` puts another sample into its place.
 */
export type ErrorPolicy = 'throw' | 'skip' | 'replace'

/** A sample that could not be made. */
export interface FailedSample {
  /** Its index in the data set. */
  readonly index: number
  /** Its place in the batch. */
  readonly position: number
  readonly cause: unknown
  /** How many samples before it have failed in this place. */
  readonly attempt: number
}

/** What replacements are chosen by. */
export interface FailureSettings {
  readonly policy: ErrorPolicy
  readonly seed: number
  readonly epoch: number
  /** The number of samples to choose from; undefined for those of the batch, where the order is the user's. */
  readonly choices: number | undefined
}

/** A batch in which a dozen samples in a row cannot be made is not one with a few damaged files. */
const MOST_ATTEMPTS = 12

/** The failures within one batch. */
export class BatchFailures {
  readonly #settings: FailureSettings
  readonly #indices: readonly number[]
  readonly #failed: FailedSample[] = []
  /** The number of samples that the batch will lack. */
  missing = 0

  constructor(settings: FailureSettings, indices: readonly number[]) {
    this.#settings = settings
    this.#indices = indices
  }

  /** The failures in order, whatever order they happened in. */
  get all(): readonly FailedSample[] {
    return this.#failed.toSorted((a, b) => a.position - b.position || a.attempt - b.attempt)
  }

  /** Whether no sample of the batch could be made. */
  get isTotal(): boolean {
    return this.missing === this.#indices.length && this.missing > 0
  }

  /**
   * Notes a failure.
   *
   * @returns the index of a sample to try instead; undefined when the batch shall go without
   * @throws SampleFailure when the iteration shall end
   */
  instead(failed: FailedSample): number | undefined {
    const { index, cause, attempt } = failed
    if (this.#settings.policy === 'throw') throw new SampleFailure(index, cause)
    this.#failed.push(failed)
    if (this.#settings.policy === 'replace' && attempt < MOST_ATTEMPTS) return this.#other(failed)
    this.missing += 1
    return undefined
  }

  /** A function of seed, epoch, sample and attempt alone. */
  #other({ index, position, attempt }: FailedSample): number {
    const { seed, epoch, choices } = this.#settings
    const random = new KeyedRandom({ seed, epoch, purpose: 'replacement', index }, attempt)
    if (choices !== undefined) return random.integer(choices)
    const { length } = this.#indices
    const step = 1 + random.integer(Math.max(1, length - 1))
    return this.#indices[(position + step) % length] as number
  }
}
