// Functions that see, and may replace, the gradients of a tensor.

import { checkFunction, show } from '../check.js'
import { type HookHandle, native, type TensorHandle } from '../native.js'
import type { Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'
import { inCallback } from './mode-stack.js'
import { RemovableHandle } from './removable-handle.js'

export { RemovableHandle }

/** Takes a gradient; may return another one of the same shape to go on with. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement is a hook too
export type TensorHook = (grad: Tensor) => Tensor | null | undefined | void

/** Takes a leaf whose `grad` has just been added to. */
export type PostAccumulateGradHook = (tensor: Tensor) => void

/**
 * What a hook returned, for native code. A promise is refused like any other value: backward does not wait.
 */
function replacement(where: string, value: unknown): TensorHandle | undefined {
  if (value === undefined || value === null) return undefined
  const handle = access.handleOf(value)
  if (handle !== undefined) return handle
  throw new TypeError(
    `${where}: expected the hook to return a Tensor or nothing, got ${show(value)}`,
  )
}

/** Made here: closures share what any of them refers to, and a hook must not refer to its own native side. */
function removable(hook: HookHandle): RemovableHandle {
  return new RemovableHandle(() => native.removeHook(hook))
}

/**
 * Functions by the tensor object they were registered on. Native code lets go of the hooks of a tensor that is no leaf
 * when a backward frees the graph; as long as the user has the tensor, they are still there for another backward.
 */
const kept = new WeakMap<Tensor, unknown[]>()

function keep(tensor: Tensor, hook: unknown): void {
  const hooks = kept.get(tensor)
  if (hooks === undefined) kept.set(tensor, [hook])
  else hooks.push(hook)
}

export function registerHook(
  tensor: Tensor,
  handle: TensorHandle,
  hook: TensorHook,
): RemovableHandle {
  const where = 'registerHook'
  checkFunction(where, 'hook', hook)
  const run = (grad: TensorHandle): TensorHandle | undefined =>
    inCallback(() => replacement(where, hook(access.wrap(grad))))
  const registered = native.registerHook(handle, run)
  if (!native.isLeaf(handle)) keep(tensor, run)
  return removable(registered)
}

export function registerPostAccumulateGradHook(
  tensor: Tensor,
  handle: TensorHandle,
  hook: PostAccumulateGradHook,
): RemovableHandle {
  checkFunction('registerPostAccumulateGradHook', 'hook', hook)
  // The object that the user knows, as long as it lives; the hook itself must not keep it alive.
  const known = new WeakRef(tensor)
  const run = (leaf: TensorHandle): void =>
    inCallback(() => {
      hook(known.deref() ?? access.wrap(leaf))
    })
  const registered = native.registerPostAccumulateGradHook(handle, run)
  return removable(registered)
}
