// Functions that see, and may replace, the gradients of a tensor.

import { checkFunction, show } from '../check.js'
import { type HookHandle, native, type TensorHandle } from '../native.js'
import type { Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'
import { inCallback } from './mode-stack.js'

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

/** A hook that has been registered; `remove` ends it. PyTorch's `RemovableHandle`. */
export class RemovableHandle implements Disposable {
  #hook: HookHandle | undefined

  /** @internal Made by `registerHook` and its kin. */
  constructor(hook: HookHandle) {
    this.#hook = hook
  }

  /** The hook runs no more. Twice is harmless. */
  remove(): void {
    if (this.#hook === undefined) return
    native.removeHook(this.#hook)
    this.#hook = undefined
  }

  [Symbol.dispose](): void {
    this.remove()
  }
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
  const registered = new RemovableHandle(native.registerHook(handle, run))
  if (!native.isLeaf(handle)) keep(tensor, run)
  return registered
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
  return new RemovableHandle(native.registerPostAccumulateGradHook(handle, run))
}
