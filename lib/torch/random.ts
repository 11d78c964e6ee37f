// The random numbers of the process: the same as Python's for the same seed.

import { fail, failRange } from '../check.js'
import { native } from '../native.js'
import { handleOf, type Tensor } from './tensor.js'
import { access } from './tensor-access.js'
import type { Int } from './types.js'

/**
 * Seeds the generators of all devices. PyTorch's `torch.manual_seed`: the same seed gives the same numbers as there.
 *
 * @param seed a 64-bit integer; negative numbers count from 2^64
 */
export function manualSeed(seed: Int): void {
  if (typeof seed === 'number' ? !Number.isSafeInteger(seed) : typeof seed !== 'bigint') {
    fail('manualSeed', 'seed', 'an integer', seed)
  }
  const value = BigInt(seed)
  if (value < -(2n ** 63n) || value >= 2n ** 64n) {
    failRange('manualSeed', 'seed', 'a 64-bit integer', seed)
  }
  const bits = BigInt.asUintN(64, value)
  native.manualSeed(Number(bits & 0xffffffffn), Number(bits >> 32n))
}

/** State of the CPU generator, as a uint8 tensor. PyTorch's `torch.get_rng_state`. */
export const getRngState = (): Tensor => access.wrap(native.rngState())

/** Puts a state of {@link getRngState} back. PyTorch's `torch.set_rng_state`. */
export function setRngState(state: Tensor): void {
  native.setRngState(handleOf('setRngState', 'state', state))
}
