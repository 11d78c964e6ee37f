import { checkInteger, checkNumber, checkOptions, failRange } from '../check.js'
import { Generator } from '../torch/generator.js'
import type { Collated } from './collate.js'
import type { DatasetLike } from './dataset.js'
import { checkGenerator, type DrawOptions, permutation } from './drawing.js'
import { Subset } from './subset.js'

/** Options of {@link randomSplit}; without any, the split follows `torch.manualSeed`. */
export interface RandomSplitOptions extends DrawOptions {
  /** The split is a function of this number: short for a new generator with this seed. */
  seed?: number
}

/**
 * Splits a data set at random into parts that share no sample (PyTorch `random_split`, the same parts
 * for the same seed).
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
  const where = 'randomSplit'
  const { seed, generator } = checkOptions(where, options, ['seed', 'generator'])
  checkGenerator(where, generator)
  if (seed !== undefined) {
    checkInteger(where, 'seed', seed, { min: 0 })
    if (generator !== undefined) {
      throw new TypeError(`${where}: seed and generator exclude each other`)
    }
  }
  const counts = partLengths(dataset.length, lengths)
  const source = seed === undefined ? generator : new Generator().manualSeed(seed)
  const order = permutation(dataset.length, source)
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
