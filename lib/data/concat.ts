import { fail } from '../check.js'
import { Dataset, type DatasetLike } from './dataset.js'

/** Several data sets one after the other; see {@link concat}. */
export class ConcatDataset<T> extends Dataset<T> {
  /** The class names, if all data sets have the same: else one index would mean several classes. */
  override readonly classes: readonly string[] | undefined
  /** `starts[k]`: the number of samples before data set k. */
  readonly #starts: readonly number[]
  readonly #length: number

  constructor(readonly datasets: readonly DatasetLike<T, unknown>[]) {
    super()
    if (datasets.length === 0) fail('concat', 'datasets', 'at least one data set', datasets)
    let length = 0
    this.#starts = datasets.map((dataset) => {
      const start = length
      length += dataset.length
      return start
    })
    this.#length = length
    const names = JSON.stringify(datasets[0]?.classes)
    const agree = datasets.every(({ classes }) => JSON.stringify(classes) === names)
    this.classes = agree ? datasets[0]?.classes : undefined
  }

  override get length(): number {
    return this.#length
  }

  override getItem(index: number): T | Promise<T> {
    const { dataset, start } = this.#part(index)
    return dataset.getItem(index - start)
  }

  override release(item: T, index: number): void {
    const { dataset, start } = this.#part(index)
    dataset.release?.(item, index - start)
  }

  #part(index: number): { dataset: DatasetLike<T, unknown>; start: number } {
    let part = this.#starts.length - 1
    while ((this.#starts[part] as number) > index) part -= 1
    return {
      dataset: this.datasets[part] as DatasetLike<T, unknown>,
      start: this.#starts[part] as number,
    }
  }
}

/**
 * The samples of all `datasets`, one data set after the other (PyTorch `ConcatDataset`).
 *
 * @throws TypeError when there is no data set
 */
export function concat<T>(datasets: readonly DatasetLike<T, unknown>[]): ConcatDataset<T> {
  return new ConcatDataset(datasets)
}
