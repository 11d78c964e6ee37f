// What the forward of a custom function leaves for its backward.

import { checkBoolean, fail } from '../check.js'
import { TorchError } from '../errors.js'
import { type FunctionCallHandle, native, type TensorHandle } from '../native.js'
import type { Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'

/** What a context has noted during forward. */
interface Notes {
  saved: (TensorHandle | null)[]
  nonDifferentiable: TensorHandle[]
  dirty: TensorHandle[]
  materializeGrads: boolean
}

function handlesOf(where: string, tensors: readonly unknown[]): TensorHandle[] {
  return tensors.map(
    (tensor) => access.handleOf(tensor) ?? fail(where, 'tensors', 'Tensors', tensor),
  )
}

/**
 * The context of one call of a custom function: the same object in forward and backward, with room for properties of
 * one's own (numbers, shapes and the like; tensors go through {@link saveForBackward}). PyTorch's `FunctionCtx`.
 */
export class FunctionContext {
  readonly #name: string
  #call: FunctionCallHandle | undefined
  /** Until forward has ended. */
  #notes: Notes | undefined = {
    saved: [],
    nonDifferentiable: [],
    dirty: [],
    materializeGrads: true,
  }

  /** For each input, whether it is a tensor that requires grad. */
  readonly needsInputGrad: readonly boolean[]

  /** @internal Made for each call of a custom function. */
  constructor(name: string, needsInputGrad: readonly boolean[]) {
    this.#name = name
    this.needsInputGrad = needsInputGrad
  }

  /** @internal The native side of the call. */
  static open(context: FunctionContext, call: FunctionCallHandle): void {
    context.#call = call
  }

  /** @internal Forward has failed. */
  static abandon(context: FunctionContext): void {
    context.#call = undefined
    context.#notes = undefined
  }

  /** @internal Ends forward: gives what it has noted. */
  static close(context: FunctionContext): Notes {
    const notes = context.#forward('forward')
    context.#notes = undefined
    return notes
  }

  #forward(member: string): Notes {
    if (this.#notes !== undefined) return this.#notes
    throw new TorchError(`${this.#name}: ctx.${member} can only be used during forward`)
  }

  /**
   * Saves inputs, outputs or intermediate results for backward; null keeps a place empty. Backward throws if one of
   * them has been changed in place since. To be called once.
   */
  saveForBackward(...tensors: (Tensor | null | undefined)[]): void {
    this.#forward('saveForBackward').saved = tensors.map((tensor) =>
      tensor === null || tensor === undefined
        ? null
        : (access.handleOf(tensor) ?? fail('ctx.saveForBackward', 'tensors', 'Tensors', tensor)),
    )
  }

  /**
   * The tensors that were saved, in backward.
   *
   * @throws TorchError if the graph has been freed, or if a tensor has been changed in place since it was saved
   */
  get savedTensors(): Tensor[] {
    if (this.#notes !== undefined || this.#call === undefined) {
      throw new TorchError(`${this.#name}: ctx.savedTensors can only be used in backward`)
    }
    // Places saved empty are null: rare enough not to burden the type.
    return native
      .savedTensors(this.#call)
      .map((handle) => (handle === null ? null : access.wrap(handle))) as Tensor[]
  }

  /** Outputs that backward needs no gradient for, such as indices. */
  markNonDifferentiable(...tensors: Tensor[]): void {
    const notes = this.#forward('markNonDifferentiable')
    notes.nonDifferentiable = handlesOf('ctx.markNonDifferentiable', tensors)
  }

  /** Inputs that forward has changed in place; it must return them too. */
  markDirty(...tensors: Tensor[]): void {
    this.#forward('markDirty').dirty = handlesOf('ctx.markDirty', tensors)
  }

  /** Whether backward gets zeros, as by default, rather than null for an output that has no gradient. */
  setMaterializeGrads(value: boolean): void {
    const where = 'ctx.setMaterializeGrads'
    this.#forward('setMaterializeGrads').materializeGrads = checkBoolean(where, 'value', value)
  }
}
