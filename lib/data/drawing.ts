// What the samplers draw with PyTorch's operators, so that a seed gives the order that it gives in Python.

import { fail } from '../check.js'
import { Generator } from '../torch/generator.js'
import { torch } from '../torch/index.js'
import type { Tensor } from '../torch/tensor.js'

/** Options of the samplers that draw. */
export interface DrawOptions {
  /** Draw from this generator, everywhere: its seed gives the order that it gives in Python. */
  generator?: Generator
}

/** A generator of the user's, or nothing; else TypeError. */
export function checkGenerator(where: string, generator: unknown): void {
  if (generator !== undefined && !(generator instanceof Generator)) {
    fail(where, 'generator', 'a torch.Generator', generator)
  }
}

/** A generator that begins where torch's default one says (PyTorch's `RandomSampler` without a generator). */
export function freshGenerator(): Generator {
  const seed = torch.scope(() => torch.empty([], { dtype: 'int64' }).random_().itemBigInt())
  return new Generator().manualSeed(seed)
}

/** The values of an int64 tensor of indices, which `draw` makes; it is freed. */
export function drawnIndices(draw: () => Tensor): number[] {
  return torch.scope(() => Array.from(draw().toTypedArray() as BigInt64Array, Number))
}

/** 0 ... `length` - 1 in random order: PyTorch's `randperm`. */
export function permutation(length: number, generator: Generator | undefined): number[] {
  return drawnIndices(() => torch.randperm(length, generator === undefined ? {} : { generator }))
}
