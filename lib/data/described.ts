// What a data set tells a loader of its samples, so that whole batches can be made of them by another
// way than `getItem`, with the same results.

import type { BatchAssembly, BatchMemory } from './assembly.js'
import type { DatasetLike } from './dataset.js'

/** The member by which a data set describes its samples; undefined where `getItem` is the only way to them. */
export const described: unique symbol = Symbol('node-libtorch.described')

/** Samples by what they are made of. */
export interface Described {
  /** What sample `index` is made of; known to the recipe alone. */
  at(index: number): unknown
  readonly recipe: Recipe
}

/** What a loader wants of the batches that a recipe makes. */
export interface RecipeOptions extends BatchMemory {
  /** The number of threads that make samples. */
  readonly threads: number
  /** Makes a batch of its samples; undefined for the default way. */
  readonly collate: ((samples: unknown[]) => unknown) | undefined
}

/** How samples are made of what they are made of. */
export interface Recipe {
  /** Whether another recipe makes the same of the same: then sets of both can be put together. */
  equals(other: Recipe): boolean
  /** Makes ways to whole batches, one for each iteration; undefined when there is none for these samples. */
  prepare(
    at: (index: number) => unknown,
    options: RecipeOptions,
  ): (() => BatchAssembly<unknown, unknown>) | undefined
}

/** The description that a data set gives of its samples. */
export function describedSamples(dataset: DatasetLike<unknown, unknown>): Described | undefined {
  return (dataset as { readonly [described]?: Described })[described]
}
