import { fail, isThenable } from '../check.js'
import type { Collated } from './collate.js'
import { Dataset, type DatasetLike } from './dataset.js'
import { type Described, described, describedSamples } from './described.js'
import { joinBatches } from './join-batches.js'

/** Several data sets one after the other; see {@link concat}. */
export class ConcatDataset<T, B = Collated<T>> extends Dataset<T, B> {
  /** The class names, if all data sets have the same: else one index would mean several classes. */
  override readonly classes: readonly string[] | undefined
  /** `starts[k]`: the number of samples before data set k. */
  readonly #starts: readonly number[]
  readonly #length: number

  constructor(readonly datasets: readonly DatasetLike<T, B>[]) {
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
    if (datasets.every(({ getBatch }) => getBatch !== undefined)) {
      this.getBatch = (indices) => this.#batch(indices)
    }
  }

  override get length(): number {
    return this.#length
  }

  override getItem(index: number): T | Promise<T> {
    const part = this.#part(index)
    return this.#dataset(part).getItem(index - this.#start(part))
  }

  override release(item: T, index: number): void {
    const part = this.#part(index)
    this.#dataset(part).release?.(item, index - this.#start(part))
  }

  /** Each data set makes its share of the batch whole; then the rows are put in the order asked for. */
  #batch(indices: readonly number[]): B | Promise<B> {
    const shares = new Map<number, { indices: number[]; places: number[] }>()
    indices.forEach((index, place) => {
      const part = this.#part(index)
      const share = shares.get(part) ?? { indices: [], places: [] }
      share.indices.push(index - this.#start(part))
      share.places.push(place)
      shares.set(part, share)
    })
    const made = [...shares].map(([part, share]) => this.#dataset(part).getBatch?.(share.indices))
    const places = [...shares.values()].flatMap((share) => share.places)
    if (!made.some(isThenable)) return joinBatches(made as B[], places)
    return Promise.all(made).then((batches) => joinBatches(batches as B[], places))
  }

  get [described](): Described | undefined {
    const [first] = this.datasets
    const recipe = first && describedSamples(first)?.recipe
    const agree = (part: DatasetLike<T, unknown>) =>
      recipe !== undefined && describedSamples(part)?.recipe.equals(recipe) === true
    if (recipe === undefined || !this.datasets.every(agree)) return undefined
    return {
      recipe,
      at: (index) => {
        const part = this.#part(index)
        return describedSamples(this.#dataset(part))?.at(index - this.#start(part))
      },
    }
  }

  /** The number of the data set that has sample `index`. */
  #part(index: number): number {
    let part = this.#starts.length - 1
    while (this.#start(part) > index) part -= 1
    return part
  }

  #start(part: number): number {
    return this.#starts[part] as number
  }

  #dataset(part: number): DatasetLike<T, B> {
    return this.datasets[part] as DatasetLike<T, B>
  }
}

/**
 * The samples of all `datasets`, one data set after the other (PyTorch `ConcatDataset`).
 *
 * Where all of them make whole batches (`getBatch`), so does the result; a batch across data sets then
 * needs tensors of one shape, as one with single samples does.
 *
 * @throws TypeError when there is no data set
 */
export function concat<T, B = Collated<T>>(
  datasets: readonly DatasetLike<T, B>[],
): ConcatDataset<T, B> {
  return new ConcatDataset(datasets)
}
