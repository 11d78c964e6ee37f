// The graph that autograd has recorded, to look at.

import { type GraphNodeHandle, native } from '../native.js'

/** A recorded operation. PyTorch's `grad_fn`. */
export class GradFn {
  readonly #handle: GraphNodeHandle

  /** @internal Comes from `Tensor.gradFn`. */
  constructor(handle: GraphNodeHandle) {
    this.#handle = handle
  }

  /** Name of the operation's backward, `'AddBackward0'`. PyTorch's `grad_fn.name()`. */
  get name(): string {
    return native.nodeName(this.#handle).replace('torch::autograd::', '')
  }

  /**
   * For each input of the operation, what made it and as which of its outputs: null for an input without gradient,
   * `'AccumulateGrad'` for a leaf. PyTorch's `grad_fn.next_functions`.
   */
  get nextFunctions(): readonly (readonly [GradFn | null, number])[] {
    return native
      .nextNodes(this.#handle)
      .map(([node, output]) => [node === null ? null : new GradFn(node), output] as const)
  }

  /** Whether two objects stand for the same operation. */
  isSame(other: GradFn): boolean {
    return native.sameNode(this.#handle, other.#handle)
  }

  toString(): string {
    return `<${this.name}>`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
