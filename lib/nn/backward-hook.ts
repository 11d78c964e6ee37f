// Backward hooks of a module: identity functions at its border, through which the gradients pass.

import { customFunction } from '../autograd/function.js'
import type { FunctionContext } from '../autograd/function-context.js'
import { isGradEnabled } from '../autograd/modes.js'
import { show } from '../check.js'
import { TorchError } from '../errors.js'
import { Tensor } from '../torch/tensor.js'
import { warnOnce } from '../warn.js'
import { globalHooks } from './global-hooks.js'
import type { FullBackwardHook, FullBackwardPreHook, HookGradients, Hooks } from './hooks.js'
import type { Module } from './module.js'

type Gradient = Tensor | null

/** What a hook may give back: gradients to go on with, or nothing. */
function replacement(what: string, result: unknown, count: number): HookGradients | undefined {
  if (result === undefined || result === null) return undefined
  const given: readonly unknown[] = Array.isArray(result) ? result : [result]
  if (given.length !== count) {
    throw new TorchError(`${what} must return ${count} gradients or nothing, got ${given.length}`)
  }
  return given.map((grad, i) => {
    if (grad === null || grad === undefined) return null
    if (grad instanceof Tensor) return grad
    throw new TypeError(`${what}: expected a Tensor or null for gradient ${i}, got ${show(grad)}`)
  })
}

/** Passes tensors through a node of the graph whose backward is `backward`. */
function pass(
  tensors: readonly Tensor[],
  backward: (grads: readonly Gradient[]) => readonly Gradient[],
  materialize: boolean,
): readonly Tensor[] {
  const identity = customFunction<Tensor[], Tensor[]>({
    name: 'BackwardHookFunction',
    forward(ctx: FunctionContext, ...inputs) {
      ctx.setMaterializeGrads(materialize)
      ctx.markNonDifferentiable(...inputs.filter((input) => !input.requiresGrad))
      return inputs
    },
    backward: (_, ...grads) => backward(grads),
  })
  return identity(...tensors)
}

/** The tensors among `values`, passed through such a node; undefined if none of them takes part in autograd. */
function passTensors(
  values: readonly unknown[],
  backward: (grads: readonly Gradient[]) => readonly Gradient[],
  materialize: boolean,
): unknown[] | undefined {
  const tensors = values.filter((value) => value instanceof Tensor)
  if (!isGradEnabled() || !tensors.some((tensor) => tensor.requiresGrad)) return undefined
  const passed = pass(tensors, backward, materialize)[Symbol.iterator]()
  return values.map((value) => (value instanceof Tensor ? passed.next().value : value))
}

/** The gradients of the tensors among values, with null in the places of the others. */
function unpack(isTensor: readonly boolean[], grads: readonly Gradient[]): Gradient[] {
  let next = 0
  return isTensor.map((is) => (is ? (grads[next++] ?? null) : null))
}

/** The gradients in the places of tensors only. */
const pack = (isTensor: readonly boolean[], grads: HookGradients): Gradient[] =>
  grads.filter((_, i) => isTensor[i])

/**
 * One call of a module that has backward hooks. As in PyTorch, the hooks run when the gradients of both its outputs and
 * its inputs are there, or, where no input has any, with those of the outputs.
 */
export class BackwardHook {
  readonly #module: Module
  readonly #hooks: readonly FullBackwardHook[]
  readonly #preHooks: readonly FullBackwardPreHook[]
  /** Between the backward of the outputs and that of the inputs. */
  #gradOutputs: HookGradients | undefined
  #inputCount = 0
  #inputsPass = false

  /** For a module without backward hooks, undefined. */
  static of(module: Module, hooks: Hooks | undefined): BackwardHook | undefined {
    const after = [...globalHooks.backward, ...(hooks?.backward ?? [])]
    const before = [...globalHooks.backwardPre, ...(hooks?.backwardPre ?? [])]
    if (after.length === 0 && before.length === 0) return undefined
    return new BackwardHook(module, after, before)
  }

  private constructor(
    module: Module,
    hooks: readonly FullBackwardHook[],
    preHooks: readonly FullBackwardPreHook[],
  ) {
    this.#module = module
    this.#hooks = hooks
    this.#preHooks = preHooks
  }

  get #name(): string {
    return this.#module.constructor.name
  }

  /** The inputs, tied to the border. */
  enter(inputs: unknown[]): unknown[] {
    this.#inputCount = inputs.length
    const isTensor = inputs.map((input) => input instanceof Tensor)
    const passed = passTensors(inputs, (grads) => this.#afterInputs(isTensor, grads), true)
    this.#inputsPass = passed !== undefined
    return passed ?? inputs
  }

  /** The output, tied to the border. */
  leave(output: unknown): unknown {
    const several = Array.isArray(output)
    const outputs: unknown[] = several ? output : [output]
    if (!several && !(output instanceof Tensor)) {
      warnOnce(
        `${this.#name}: for backward hooks to run, forward must return a Tensor or an array of Tensors; it has returned ${show(output)}`,
      )
    }
    const isTensor = outputs.map((one) => one instanceof Tensor)
    const passed =
      passTensors(outputs, (grads) => this.#afterOutputs(isTensor, grads), false) ?? outputs
    return several ? passed : passed[0]
  }

  #afterOutputs(isTensor: readonly boolean[], grads: readonly Gradient[]): Gradient[] {
    let gradOutputs: HookGradients = unpack(isTensor, grads)
    for (const hook of this.#preHooks) {
      gradOutputs =
        replacement(
          `a backward pre-hook of ${this.#name}`,
          hook(this.#module, gradOutputs),
          gradOutputs.length,
        ) ?? gradOutputs
    }
    if (this.#inputsPass) this.#gradOutputs = gradOutputs
    else this.#runWithoutInputs(gradOutputs)
    return pack(isTensor, gradOutputs)
  }

  /** No gradient will reach the inputs. */
  #runWithoutInputs(gradOutputs: HookGradients): void {
    if (this.#hooks.length === 0) return
    warnOnce(
      `${this.#name}: its backward hook runs with the gradients of the outputs only, since no input requires grad`,
    )
    const none = new Array<null>(this.#inputCount).fill(null)
    for (const hook of this.#hooks) {
      const what = `a backward hook of ${this.#name}, of whose inputs none requires grad,`
      const result = replacement(what, hook(this.#module, none, gradOutputs), none.length)
      if (result?.some((grad) => grad !== null)) {
        throw new TorchError(`${what} must return nothing`)
      }
    }
  }

  #afterInputs(isTensor: readonly boolean[], grads: readonly Gradient[]): Gradient[] {
    const gradOutputs = this.#gradOutputs
    this.#gradOutputs = undefined
    // The gradient has come another way than through the outputs: in a double backward.
    if (gradOutputs === undefined) return [...grads]
    let gradInputs: HookGradients = unpack(isTensor, grads)
    for (const hook of this.#hooks) {
      gradInputs =
        replacement(
          `a backward hook of ${this.#name}`,
          hook(this.#module, gradInputs, gradOutputs),
          gradInputs.length,
        ) ?? gradInputs
    }
    return pack(isTensor, gradInputs)
  }
}
