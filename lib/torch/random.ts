// The random numbers of the process: the same as Python's for the same seed.

import { checkFunction, isThenable } from '../check.js'
import { native } from '../native.js'
import { defaultGeneratorOf, type Generator, seedBits } from './generator.js'
import type { Tensor } from './tensor.js'
import type { Int } from './types.js'

/**
 * The generator from which operators on the CPU draw when they are given none. It belongs to the process: workers
 * draw from it too, in whatever order they come. PyTorch's `torch.default_generator`.
 */
export const defaultGenerator: Generator = defaultGeneratorOf('defaultGenerator', 'cpu')

/**
 * Seeds the default generators of all devices, for the whole process. PyTorch's `torch.manual_seed`: the same seed
 * gives the same numbers as there.
 *
 * @param seed a 64-bit integer; negative numbers count from 2^64
 * @returns the default CPU generator
 */
export function manualSeed(seed: Int): Generator {
  native.manualSeed(seedBits('manualSeed', seed))
  return defaultGenerator
}

/** Seeds the default generators of all devices with a number that nobody knows, and returns it. PyTorch's `torch.seed`. */
export function seed(): bigint {
  const chosen = defaultGenerator.seed()
  native.manualSeed(chosen)
  return chosen
}

/** The seed from which the default CPU generator was last started. PyTorch's `torch.initial_seed`. */
export const initialSeed = (): bigint => defaultGenerator.initialSeed()

/** State of the default CPU generator, as a uint8 tensor. PyTorch's `torch.get_rng_state`. */
export const getRngState = (): Tensor => defaultGenerator.getState()

/** Puts a state of {@link getRngState} back. PyTorch's `torch.set_rng_state`. */
export function setRngState(state: Tensor): void {
  defaultGenerator.setState(state)
}

/** The default generators of the process: the CPU's and those of all CUDA devices. */
export function allDefaultGenerators(): Generator[] {
  const cuda = Array.from({ length: native.cudaDeviceCount() }, (_, index) =>
    defaultGeneratorOf('allDefaultGenerators', index),
  )
  return [defaultGenerator, ...cuda]
}

/**
 * Runs `fn` and puts the default generators of all devices back to where they were: what `fn` draws does not change
 * what is drawn after it. PyTorch's `torch.random.fork_rng`.
 *
 * @returns what `fn` returns
 * @throws TypeError if `fn` is asynchronous: other tasks would draw in between; give it a {@link Generator} of its own
 */
export function forkRng<T>(fn: () => T): T {
  checkFunction('forkRng', 'fn', fn)
  const saved = allDefaultGenerators().map((one) => [one, one.getState()] as const)
  let result: T
  try {
    result = fn()
  } finally {
    for (const [one, state] of saved) {
      one.setState(state)
      state.dispose()
    }
  }
  if (isThenable(result)) {
    throw new TypeError(
      'forkRng: the function must not be async: the generators belong to the process, and other tasks would draw ' +
        'from them in between; give the function a generator of its own',
    )
  }
  return result
}
