import { checkInteger, checkNumber, checkOptions, failRange } from '../check.js'
import type { Collated } from './collate.js'
import type { DatasetLike } from './dataset.js'
import { drawSeed, KeyedRandom } from './random.js'
import { Subset } from './subset.js'

/** Options of {@link randomSplit}. */
export interface RandomSplitOptions {
  /** The split is a function of this number; without it, it follows `torch.manualSeed`. */
  seed?: number
}

/**
 * Splits a data set at random into parts that share no sample (PyTorch `random_split`).
 *
 * `lengths` are numbers of samples that sum to the data set's length, or fractions that sum to 1;
 * samples left over by rounding fractions down go to the first parts, one each.
 *
 * @example
 * ```ts
 * const [train, valid] = randomSplit(ds, [0.8, 0.2], { seed: 1 })
 * ```
 * @throws RangeError when the lengths do not add up
 */
export function randomSplit<T, B = Collated<T>>(
  dataset: DatasetLike<T, B>,
  lengths: readonly number[],
  options?: RandomSplitOptions,
): Subset<T, B>[] {
  const { seed = drawSeed() } = checkOptions('randomSplit', options, ['seed'])
  checkInteger('randomSplit', 'seed', seed, { min: 0 })
  const counts = partLengths(dataset.length, lengths)
  const key = { seed, epoch: 0, purpose: 'order', index: 0 } as const
  const order = [...new KeyedRandom(key).permutation(dataset.length)]
  let start = 0
  return counts.map((count) => {
    const part = new Subset(dataset, order.slice(start, start + count))
    start += count
    return part
  })
}

function partLengths(total: number, lengths: readonly number[]): readonly number[] {
  for (const length of lengths) checkNumber('randomSplit', 'a length', length, { min: 0 })
  const sum = lengths.reduce((before, length) => before + length, 0)
  if (lengths.every(Number.isInteger) && sum === total) return lengths
  // Fractions of 1/3 and the like do not sum to 1 exactly.
  if (Math.abs(sum - 1) > 1e-9) {
    failRange(
      'randomSplit',
      'lengths',
      `numbers of samples that sum to ${total}, or fractions that sum to 1,`,
      sum,
    )
  }
  const counts = lengths.map((fraction) => Math.floor(total * fraction))
  const left = total - counts.reduce((before, count) => before + count, 0)
  return counts.map((count, part) => (part < left ? count + 1 : count))
}
