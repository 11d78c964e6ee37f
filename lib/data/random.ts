// Random numbers of the input pipeline. In a loader they are counter-based: a number depends only on
// what it is for (seed, epoch, sample, operation) and never on which work happened to run first.
// Elsewhere they are torch's own, so that torch.manualSeed gives what it gives in Python.

import { AsyncLocalStorage } from 'node:async_hooks'
import { native } from '../native.js'
import { Generator } from '../torch/generator.js'
import { torch } from '../torch/index.js'
import type { DeviceLike } from '../torch/types.js'
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
  /** True with probability `p`. */
  chance(p: number): boolean
  /** An index of `weights`, which are not negative and sum to 1, with the probability it holds. */
  choice(weights: readonly number[]): number
  /**
   * What an operator that makes many random numbers on `device` takes as its `generator`; undefined
   * stands for the default one.
   */
  generator(device: DeviceLike): Generator | undefined
  /**
   * Runs random operations that are parts of this one, some of them perhaps or in any order. They have
   * streams of their own, so that those of the operations after this one stay what they are.
   */
  nest<T>(parts: () => T): T
}

/** What a keyed stream belongs to; part of its key, so that streams never overlap. */
export type RandomPurpose = 'sample' | 'batch' | 'order' | 'replacement'

const PURPOSES: Readonly<Record<RandomPurpose, number>> = {
  sample: 0,
  batch: 1,
  order: 2,
  replacement: 3,
}

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

/** A block of the stream that no draw reaches. */
const NESTED_BLOCK = 0xffffffff

/** A stream that is a pure function of its key and of the number of the operation it is for. */
export class KeyedRandom implements Random {
  readonly #owner: RandomKey
  readonly #key: readonly [number, number]
  readonly #words: readonly [number, number, number]
  #position = 0
  #block: readonly number[] = []

  constructor(key: RandomKey, operation = 0) {
    this.#owner = key
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

  // By the C library, as the native loader has it: V8's own functions differ in the last bit.
  logUniform(low: number, high: number): number {
    return native.libmExp(this.uniform(native.libmLog(low), native.libmLog(high)))
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

  chance(p: number): boolean {
    return this.uniform(0, 1) < p
  }

  choice(weights: readonly number[]): number {
    let rest = this.uniform(0, 1)
    // The weights may sum to a little less than 1: what is left then belongs to the last that is not 0.
    const last = weights.findLastIndex((weight) => weight > 0)
    const chosen = weights.findIndex((weight) => {
      rest -= weight
      return rest < 0
    })
    return chosen === -1 ? last : chosen
  }

  generator(device: DeviceLike): Generator {
    return new Generator(device).manualSeed(seedOf(this.uint32(), this.uint32()))
  }

  nest<T>(parts: () => T): T {
    const [low, high] = philox4x32([NESTED_BLOCK, ...this.#words], this.#key)
    return withRandomKey({ ...this.#owner, seed: seedOf(low, high) }, parts)
  }
}

/** An integer from 0 to 2^53 - 1. */
const seedOf = (low: number, high: number): number => low + (high >>> 11) * 0x100000000

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
  // The comparison, too, is in float32.
  chance: (p) => torchRandom.uniform(0, 1) < Math.fround(p),
  choice: (weights) =>
    torch.scope(() =>
      torch
        .tensor([...weights], { dtype: 'float32' })
        .multinomial(1)
        .item(),
    ) as number,
  generator: () => undefined,
  nest: (parts) => parts(),
}

interface RandomScope {
  readonly key: RandomKey
  operations: number
}

const scopes = new AsyncLocalStorage<RandomScope>()

/**
 * Runs `fn` so that every random operation in it, also after an `await`, takes its numbers from
 * `key`: the first operation from stream 0 of that key, the second from stream 1, and so on.
 *
 * @param done - how many operations came before, made elsewhere
 */
export function withRandomKey<T>(key: RandomKey, fn: () => T, done = 0): T {
  return scopes.run({ key, operations: done }, fn)
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
