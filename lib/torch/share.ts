// Tensors that go from one thread to another without a copy.

import { checkBoolean, checkOptions, fail } from '../check.js'
import { native } from '../native.js'
import type { Tensor } from './tensor.js'
import { access, handleOf } from './tensor-access.js'

/** Stands for one tensor on its way; `postMessage` carries it. */
export type SharedTensor = bigint

/** Options of {@link Tensor.share}. */
export interface ShareOptions {
  /** Keep the tensor for the receiver even when this thread ends first. If nobody adopts or drops it, it stays for good. */
  outlivesThread?: boolean
}

/** What {@link Tensor.share} does. */
export function share(tensor: Tensor, options?: ShareOptions): SharedTensor {
  const { outlivesThread = false } = checkOptions('share', options, ['outlivesThread'])
  checkBoolean('share', 'outlivesThread', outlivesThread)
  return native.share(handleOf('share', 'tensor', tensor), outlivesThread)
}

function checkToken(where: string, token: unknown): bigint {
  if (typeof token !== 'bigint') fail(where, 'token', 'a token that share() gave, a bigint', token)
  return token
}

/**
 * The tensor that another thread (or this one) has shared: the same memory, no copy. A token is good for one call;
 * share the tensor again for each further receiver. A leaf that required gradients still does, its gradient and hooks
 * stay behind.
 *
 * Both sides may write, and nothing orders their writes but the messages they send each other.
 *
 * @throws TypeError for anything but a bigint, RangeError for a token that is used up, dropped or not of this process
 */
export const fromShared = (token: SharedTensor): Tensor =>
  access.wrap(native.fromShared(checkToken('fromShared', token)))

/** Takes a token back: frees the hold on a tensor that nobody has adopted. Returns whether there was one. */
export const dropShared = (token: SharedTensor): boolean =>
  native.dropShared(checkToken('dropShared', token))
