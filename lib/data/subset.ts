import { checkInteger } from '../check.js'
import type { Collated } from './collate.js'
import { Dataset, type DatasetLike } from './dataset.js'
import { type Described, described, describedSamples } from './described.js'

/** Some samples of another data set; see {@link subset}. */
export class Subset<T, B = Collated<T>> extends Dataset<T, B> {
  override readonly classes: readonly string[] | undefined

  constructor(
    readonly dataset: DatasetLike<T, B>,
    readonly indices: readonly number[],
  ) {
    super()
    this.classes = dataset.classes
    for (const index of indices) {
      checkInteger('subset', 'an index', index, { min: 0, max: dataset.length - 1 })
    }
    // Only a data set that makes whole batches can make them from a part of its samples.
    const { getBatch } = dataset
    if (getBatch !== undefined) {
      this.getBatch = (positions) =>
        getBatch.call(
          dataset,
          positions.map((position) => this.#at(position)),
        )
    }
  }

  override get length(): number {
    return this.indices.length
  }

  override getItem(index: number): T | Promise<T> {
    return this.dataset.getItem(this.#at(index))
  }

  override release(item: T, index: number): void {
    this.dataset.release?.(item, this.#at(index))
  }

  get [described](): Described | undefined {
    const all = describedSamples(this.dataset)
    return all && { recipe: all.recipe, at: (position) => all.at(this.#at(position)) }
  }

  #at(position: number): number {
    return this.indices[position] as number
  }
}

/**
 * The samples of `dataset` at `indices`, in that order (PyTorch `Subset`, R torch `dataset_subset`).
 *
 * @throws RangeError when an index is not in the data set
 */
export function subset<T, B = Collated<T>>(
  dataset: DatasetLike<T, B>,
  indices: readonly number[],
): Subset<T, B> {
  return new Subset(dataset, indices)
}
