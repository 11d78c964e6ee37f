// Members of Tensor that concern autograd.

import { native } from '../native.js'
import type { Tensor } from '../torch/tensor.js'
import { handleOf } from '../torch/tensor-access.js'
import { type BackwardOptions, backward } from './backward.js'
import { backwardAsync } from './backward-async.js'
import { GradFn } from './grad-fn.js'
import {
  type PostAccumulateGradHook,
  type RemovableHandle,
  registerHook,
  registerPostAccumulateGradHook,
  type TensorHook,
} from './hooks.js'

export interface AutogradMembers {
  /**
   * Computes the gradients of this tensor with respect to the leaves of its graph and adds them to their `grad`.
   *
   * @param gradient gradient of the final result with respect to this tensor; may be left out for a single element
   */
  backward(gradient?: Tensor | null, options?: BackwardOptions): void
  /**
   * {@link backward} on a thread of its own, while JavaScript goes on; on this one where the graph holds hooks or custom
   * functions. Until the promise settles, the `grad` of the leaves can be neither read nor set.
   *
   * @example await loss.backwardAsync()
   */
  backwardAsync(gradient?: Tensor | null, options?: BackwardOptions): Promise<void>
  /** The recorded operation that made this tensor; null for a leaf. */
  readonly gradFn: GradFn | null
  /** Makes backward fill the `grad` of this tensor although it is no leaf. */
  retainGrad(): void
  /** Whether {@link retainGrad} was called. */
  readonly retainsGrad: boolean
  /**
   * Calls `hook` with the gradient of this tensor each time backward has computed it. What it returns, if anything, is
   * what backward goes on with, and must have the same shape. An error that it throws leaves backward as it is.
   *
   * Use the argument of the hook, not this tensor by its variable: a tensor whose hook refers to it is only freed by
   * a backward, `dispose()`, `torch.scope` or `remove()`.
   *
   * @example const hook = h.registerHook((grad) => grad.clamp(-1, 1)); hook.remove()
   */
  registerHook(hook: TensorHook): RemovableHandle
  /**
   * Calls `hook` with this leaf each time backward has added to its `grad`, for instance to let an optimizer take
   * its step and to free the gradient while backward goes on.
   *
   * @example w.registerPostAccumulateGradHook((w) => { w.grad = null })
   */
  registerPostAccumulateGradHook(hook: PostAccumulateGradHook): RemovableHandle
}

export const autogradMembers: AutogradMembers & ThisType<Tensor> = {
  backward(gradient, options) {
    backward(this, gradient, options)
  },
  backwardAsync(gradient, options) {
    return backwardAsync(this, gradient, options)
  },
  get gradFn() {
    const node = native.gradNode(handleOf('gradFn', 'this', this))
    return node === null ? null : new GradFn(node)
  },
  retainGrad() {
    native.retainGrad(handleOf('retainGrad', 'this', this))
  },
  get retainsGrad() {
    return native.retainsGrad(handleOf('retainsGrad', 'this', this))
  },
  registerHook(hook) {
    return registerHook(this, handleOf('registerHook', 'this', this), hook)
  },
  registerPostAccumulateGradHook(hook) {
    const where = 'registerPostAccumulateGradHook'
    return registerPostAccumulateGradHook(this, handleOf(where, 'this', this), hook)
  },
}
