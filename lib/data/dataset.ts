import { checkFunction, checkInteger, fail, isPlainObject } from '../check.js'
import type { Collated } from './collate.js'

/**
 * What a loader needs of a data set: a number of samples and a way to make each.
 *
 * @typeParam T - one sample, for example `[Tensor, number]`
 * @typeParam B - one batch of them
 */
export interface DatasetLike<T, B = Collated<T>> {
  readonly length: number
  /** Makes sample `index`, 0 ... `length` - 1. May be asynchronous; a loader calls it for several samples at once. */
  getItem(index: number): T | Promise<T>
  /** Makes a whole batch, ready for use (nothing is collated after it). A loader prefers it to `getItem`. */
  getBatch?(indices: readonly number[]): B | Promise<B>
  /**
   * Told by a loader that the sample which `getItem(index)` made was copied into a batch, or is not
   * needed any more: the place to free its tensors early, if nobody else holds them.
   */
  release?(item: T, index: number): void
  /** The names of the classes, where targets are class indices. */
  readonly classes?: readonly string[]
}

/** Base class of data sets with a known number of samples (PyTorch `Dataset`, R torch `dataset()`). */
export abstract class Dataset<T, B = Collated<T>> implements DatasetLike<T, B> {
  /** The number of samples. */
  abstract get length(): number

  /** The names of the classes, where targets are class indices. */
  declare readonly classes?: readonly string[]

  /** Makes sample `index`, an integer from 0 to `length` - 1. */
  abstract getItem(index: number): T | Promise<T>

  getBatch?(indices: readonly number[]): B | Promise<B>

  release?(item: T, index: number): void

  /**
   * Sample `index`; a negative one counts from the end.
   *
   * @throws RangeError when there is no such sample
   */
  get(index: number): T | Promise<T> {
    const { length } = this
    if (length === 0) throw new RangeError('Dataset.get: the data set is empty')
    checkInteger('Dataset.get', 'index', index, { min: -length, max: length - 1 })
    return this.getItem(index < 0 ? index + length : index)
  }
}

// Written out so that TypeScript infers `[x, y]` in a getItem as a tuple, not as an array.
type Item = unknown[] | [] | object | string | number | boolean | bigint | symbol | null | undefined

/** The members that describe a data set to {@link dataset}; others are kept on it. */
export interface DatasetMembers {
  /** The number of samples, or a method that returns it. */
  length: number | (() => number)
  getItem(index: number): Item | Promise<Item>
  getBatch?(indices: readonly number[]): unknown
  release?(item: never, index: number): void
  classes?: readonly string[]
}

/** The data set that {@link dataset} makes of members `M`. */
export type DatasetOf<M> = Dataset<ItemOf<M>, BatchOf<M>> & Omit<M, keyof DatasetMembers>

type ItemOf<M> = M extends { getItem(index: number): infer T } ? Awaited<T> : never

type BatchOf<M> = M extends { getBatch(indices: readonly number[]): infer B }
  ? Awaited<B>
  : Collated<ItemOf<M>>

type Arguments<M> = M extends { initialize(...args: infer A): void } ? A : []

/**
 * Makes a data set from its methods.
 *
 * @example
 * ```ts
 * const squares = dataset({ length: 100, getItem: (i) => [i, i * i] })
 * ```
 * @throws TypeError when `getItem` or `length` is missing or of the wrong type
 */
export function dataset<M extends DatasetMembers>(members: M): DatasetOf<M>
/**
 * Makes a function that makes data sets, in R's way: `initialize` gets its arguments, and the methods
 * share the members through `this` (R torch's `dataset(name, initialize, .getitem, .length, ...)`).
 *
 * @example
 * ```ts
 * const pictures = dataset('pictures', {
 *   paths: [] as string[],
 *   initialize(root: string) { this.paths = list(root) },
 *   length() { return this.paths.length },
 *   getItem(i: number) { return pair(read(this.paths[i]), i) },
 * })
 * const trainDs = pictures('data/train')
 * ```
 * @throws TypeError when `getItem` or `length` is missing or of the wrong type
 */
export function dataset<M>(
  name: string,
  members: M & ThisType<M & Pick<Dataset<unknown>, 'get'>>,
): (...args: Arguments<M>) => DatasetOf<M>
export function dataset(first: unknown, second?: unknown): unknown {
  if (typeof first !== 'string') return new MemberDataset('dataset', checkMembers('dataset', first))
  const where = `dataset '${first}'`
  const members = checkMembers(where, second)
  const { initialize } = members
  if (initialize !== undefined) checkFunction(where, 'initialize', initialize)
  return (...args: unknown[]) => {
    const made = new MemberDataset(where, members)
    initialize?.apply(made, args)
    return made
  }
}

type CheckedMembers = DatasetMembers & { initialize?: (...args: unknown[]) => void }

function checkMembers(where: string, members: unknown): CheckedMembers {
  if (!isPlainObject(members)) {
    fail(where, 'members', 'a plain object with getItem and length', members)
  }
  checkFunction(where, 'getItem', members.getItem)
  for (const name of ['getBatch', 'release']) {
    if (members[name] !== undefined) checkFunction(where, name, members[name])
  }
  if (typeof members.length !== 'function') {
    checkInteger(where, 'length', members.length, { min: 0 })
  }
  return members as unknown as CheckedMembers
}

class MemberDataset extends Dataset<unknown, unknown> {
  readonly #where: string
  readonly #members: CheckedMembers
  // Every instance has its own, copied from the members.
  declare getItem: (index: number) => unknown

  constructor(where: string, members: CheckedMembers) {
    super()
    this.#where = where
    this.#members = members
    const { length, initialize, ...own } = Object.getOwnPropertyDescriptors(members)
    Object.defineProperties(this, own)
  }

  override get length(): number {
    const { length } = this.#members
    if (typeof length === 'number') return length
    return checkInteger(this.#where, 'length()', length.call(this), { min: 0 })
  }
}
