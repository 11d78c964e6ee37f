import { availableParallelism } from 'node:os'
import { checkFunction, checkInteger, checkOptions } from '../../check.js'
import type { DatasetLike } from '../../data/dataset.js'
import { describedSamples } from '../../data/described.js'
import { type SampleError, sampleError } from '../../data/report.js'
import { type ImageInput, type ImageOutcome, MOST_THREADS, native } from '../../native.js'
import { decodeBytes, decodeError, decodeNumbers } from '../image/decode.js'
import type { Decoding, Picture } from './fill.js'
import { Limiter } from './limiter.js'
import { PictureRecipe } from './recipe.js'

/** Options of {@link verify}. */
export interface VerifyOptions {
  /** How many samples are checked at a time. Default: the number of cores. */
  numWorkers?: number
  /** Told of every so many checked samples. */
  onProgress?: (progress: { checked: number; samples: number }) => void
}

/** What {@link verify} has found. */
export interface Verification {
  readonly samples: number
  /** The samples that cannot be made, by index. */
  readonly errors: readonly Omit<SampleError, 'batch'>[]
}

/** How many samples are checked between two reports of progress. */
const CHUNK = 256

/**
 * Reads every file of a data set to its end and decodes it, and says which cannot be used and why. In
 * training a file may be damaged where no crop has looked; here it is found.
 *
 * JPEG files are checked by native threads, others by sharp; of a data set without files every sample
 * is made by `getItem`.
 *
 * @throws TypeError or RangeError for wrong options
 */
export async function verify<T>(
  dataset: DatasetLike<T, unknown>,
  options?: VerifyOptions,
): Promise<Verification> {
  const where = 'datasets.verify'
  const { numWorkers = availableParallelism(), onProgress } = checkOptions(where, options, [
    'numWorkers',
    'onProgress',
  ])
  checkInteger(where, 'numWorkers', numWorkers, { min: 1, max: MOST_THREADS })
  if (onProgress !== undefined) checkFunction(where, 'onProgress', onProgress)
  const check = checkerOf(dataset as DatasetLike<unknown, unknown>, numWorkers)
  const samples = dataset.length
  const errors: Omit<SampleError, 'batch'>[] = []
  for (let from = 0; from < samples; from += CHUNK) {
    const indices = Array.from({ length: Math.min(CHUNK, samples - from) }, (_, i) => from + i)
    const causes = await check(indices)
    for (const [i, index] of indices.entries()) {
      const cause = causes[i]
      if (cause !== undefined) errors.push(sampleError(index, cause))
    }
    onProgress?.({ checked: from + indices.length, samples })
  }
  return { samples, errors }
}

/** Checks samples; gives for each what it fails with, or undefined. */
type Check = (indices: readonly number[]) => Promise<unknown[]>

function checkerOf(dataset: DatasetLike<unknown, unknown>, numWorkers: number): Check {
  const limiter = new Limiter(numWorkers)
  const samples = describedSamples(dataset)
  if (samples?.recipe instanceof PictureRecipe) {
    const { decoding } = samples.recipe
    const at = (index: number) => samples.at(index) as Picture
    return (indices) => checkPictures(indices.map(at), decoding, limiter, numWorkers)
  }
  return (indices) =>
    Promise.all(indices.map((index) => limiter.run(() => failureOf(() => make(dataset, index)))))
}

async function make(dataset: DatasetLike<unknown, unknown>, index: number): Promise<void> {
  const item = await dataset.getItem(index)
  dataset.release?.(item, index)
}

/** What a task fails with; a falsy reason would look like none. */
async function failureOf(task: () => Promise<unknown>): Promise<unknown> {
  try {
    await task()
    return undefined
  } catch (error) {
    return error ?? new Error(String(error))
  }
}

async function checkPictures(
  pictures: readonly Picture[],
  decoding: Decoding,
  limiter: Limiter,
  threads: number,
): Promise<unknown[]> {
  const outcomes = await nativeOutcomes(pictures, decoding, threads)
  return Promise.all(
    pictures.map((picture, i) => {
      const outcome = outcomes[i]
      if (typeof outcome === 'string') return decodeError(outcome, picture.path)
      if (outcome === null || isPixels(picture.source)) return undefined
      return limiter.run(() =>
        failureOf(async () => {
          const image = await decodeBytes(await picture.bytes(), picture.path, decoding)
          image.dispose()
        }),
      )
    }),
  )
}

/** Whether a picture is in memory as it is: then there is nothing to check. */
const isPixels = (source: ImageInput): boolean =>
  typeof source !== 'string' && source[0] instanceof Uint8Array

/** What native code finds of files; true where it does not look. */
async function nativeOutcomes(
  pictures: readonly Picture[],
  decoding: Decoding,
  threads: number,
): Promise<ImageOutcome[]> {
  const paths = pictures.map(({ source }) => source)
  if (!paths.every((path) => typeof path === 'string')) return pictures.map(() => true)
  const numbers = Float64Array.from(decodeNumbers(decoding, threads))
  return (await native.verifyImages(paths, numbers)).outcomes
}
