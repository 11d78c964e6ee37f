// Random numbers of the input pipeline. In a loader they are counter-based: a number depends only on
// what it is for (seed, epoch, sample, operation) and never on which work happened to run first.
// Elsewhere they are torch's own, so that torch.manualSeed gives what it gives in Python.

import { AsyncLocalStorage } from 'node:async_hooks'
import { torch } from '../torch/index.js'
import { philox4x32 } from './philox.js'

/** A stream of random numbers. */
export interface Random {
  /** A number in [`low`, `high`). */
  uniform(low: number, high: number): number
  /** A number in [`low`, `high`), both positive, whose logarithm is uniform. */
  logUniform(low: number, high: number): number
  /** An integer in [0, `end`). */
  integer(end: number): number
  /** The numbers 0 ... `length` - 1 in random order. */
  permutation(length: number): ArrayLike<number> & Iterable<number>
}

/** What a keyed stream belongs to; part of its key, so that streams never overlap. */
export type RandomPurpose = 'sample' | 'batch' | 'order'

const PURPOSES: Readonly<Record<RandomPurpose, number>> = { sample: 0, batch: 1, order: 2 }

/** Identifies the random numbers of one sample (or batch, or ordering) in one epoch. */
export interface RandomKey {
  /** An integer from 0 to 2^53 - 1. */
  readonly seed: number
  /** An integer from 0 to 2^32 - 1. */
  readonly epoch: number
  readonly purpose: RandomPurpose
  /** The sample's index in its data set, or the batch's number; an integer from 0 to 2^32 - 1. */
  readonly index: number
}

/** A stream that is a pure function of its key and of the number of the operation it is for. */
export class KeyedRandom implements Random {
  readonly #key: readonly [number, number]
  readonly #words: readonly [number, number, number]
  #position = 0
  #block: readonly number[] = []

  constructor(key: RandomKey, operation = 0) {
    this.#key = [key.seed >>> 0, Math.floor(key.seed / 0x100000000)]
    this.#words = [operation + PURPOSES[key.purpose] * 0x1000000, key.index, key.epoch]
  }

  /** An integer from 0 to 2^32 - 1. */
  uint32(): number {
    const within = this.#position % 4
    if (within === 0) this.#block = philox4x32([this.#position / 4, ...this.#words], this.#key)
    this.#position += 1
    return this.#block[within] as number
  }

  uniform(low: number, high: number): number {
    const unit = ((this.uint32() >>> 5) * 0x4000000 + (this.uint32() >>> 6)) / 0x20000000000000
    return low + unit * (high - low)
  }

  logUniform(low: number, high: number): number {
    return Math.exp(this.uniform(Math.log(low), Math.log(high)))
  }

  integer(end: number): number {
    return Math.floor(this.uniform(0, end))
  }

  /** Fisher-Yates, from the last place down. */
  permutation(length: number): Uint32Array {
    const order = Uint32Array.from({ length }, (_, index) => index)
    for (let last = length - 1; last > 0; last--) {
      const other = this.integer(last + 1)
      const kept = order[last] as number
      order[last] = order[other] as number
      order[other] = kept
    }
    return order
  }
}

// Draws exactly as torchvision's transforms do, in float32.
const torchRandom: Random = {
  uniform: (low, high) => torch.scope(() => torch.empty([1]).uniform_(low, high).item()) as number,
  logUniform: (low, high) =>
    torch.scope(() => {
      const [from, to] = torch.tensor([low, high]).log_().toTypedArray() as Float32Array
      return torch.empty([1]).uniform_(from, to).exp_().item() as number
    }),
  integer: (end) => torch.scope(() => torch.randint(0, end, [1]).item()) as number,
  permutation: (length) => torch.scope(() => torch.randperm(length).toArray()) as number[],
}

interface RandomScope {
  readonly key: RandomKey
  operations: number
}

const scopes = new AsyncLocalStorage<RandomScope>()

/**
 * Runs `fn` so that every random operation in it, also after an `await`, takes its numbers from
 * `key`: the first operation from stream 0 of that key, the second from stream 1, and so on.
 */
export function withRandomKey<T>(key: RandomKey, fn: () => T): T {
  return scopes.run({ key, operations: 0 }, fn)
}

/**
 * The stream for one random operation: within a loader keyed by (seed, epoch, sample, number of the
 * operation), elsewhere torch's default generator.
 */
export function nextRandom(): Random {
  const scope = scopes.getStore()
  return scope === undefined ? torchRandom : new KeyedRandom(scope.key, scope.operations++)
}

/** Whether the calling code makes a sample, a batch or an order for a loader. */
export const inLoader = (): boolean => scopes.getStore() !== undefined

/** An integer from 0 to 2^53 - 2, drawn from torch's default generator. */
export function drawSeed(): number {
  return torch.scope(() =>
    torch.randint(Number.MAX_SAFE_INTEGER, [], { dtype: 'int64' }).item(),
  ) as number
}
