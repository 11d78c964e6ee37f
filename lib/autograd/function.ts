// Custom functions: operations with a forward and a backward of one's own.

import { checkFunction, checkOptions, checkString, fail, isThenable, show } from '../check.js'
import { TorchError } from '../errors.js'
import { type FunctionCallHandle, native, type TensorHandle } from '../native.js'
import type { Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'
import { FunctionContext } from './function-context.js'
import { inCallback } from './mode-stack.js'
import { noGradSync } from './modes.js'

/** What forward gives: a tensor, or several values, those that are no tensors taking no part in backward. */
export type FunctionOutputs = Tensor | readonly unknown[]

/** A gradient for an input, or nothing. */
export type InputGradient = Tensor | null | undefined

/** The gradients that backward gets: one for each output. */
export type OutputGradients<Outputs extends FunctionOutputs> = Outputs extends Tensor
  ? [grad: Tensor]
  : { [I in keyof Outputs]: Tensor }

/** The two functions that make a custom function. */
export interface FunctionDefinition<
  Inputs extends readonly unknown[],
  Outputs extends FunctionOutputs,
  Fields extends object,
> {
  /** Name of the operation; its node in the graph is called `<name>Backward`. */
  name?: string
  /** Computes the outputs. Nothing in it is recorded. */
  forward(ctx: FunctionContext & Fields, ...inputs: Inputs): Outputs
  /**
   * Computes the gradients of the inputs from those of the outputs: one for each input in order, null or undefined for
   * inputs that are no tensors or need none; a single one may come without an array.
   */
  backward(
    ctx: FunctionContext & Fields,
    ...gradOutputs: OutputGradients<Outputs>
  ): InputGradient | readonly InputGradient[]
}

interface Definition {
  readonly name: string
  forward(ctx: FunctionContext, ...inputs: unknown[]): unknown
  backward(ctx: FunctionContext, ...gradOutputs: (Tensor | null)[]): unknown
}

/** Runs the user's backward; `tensors` says which of the `count` inputs are tensors. */
function runBackward(
  { name, backward }: Definition,
  context: FunctionContext,
  tensors: readonly boolean[],
  gradients: readonly (TensorHandle | null)[],
): (TensorHandle | null)[] {
  const where = `${name}.backward`
  const result = inCallback(() =>
    backward(context, ...gradients.map((grad) => (grad === null ? null : access.wrap(grad)))),
  )
  const given: readonly unknown[] = Array.isArray(result) ? result : [result]
  const extra = given.slice(tensors.length).some((grad) => grad !== null && grad !== undefined)
  if (given.length < tensors.length || extra) {
    throw new TorchError(
      `${where}: expected one gradient for each input, ${tensors.length}, got ${given.length}`,
    )
  }
  const handles: (TensorHandle | null)[] = []
  for (const [i, isTensor] of tensors.entries()) {
    const grad = given[i]
    if (grad === null || grad === undefined) {
      if (isTensor) handles.push(null)
      continue
    }
    const handle = access.handleOf(grad)
    if (handle === undefined) {
      throw new TypeError(`${where}: expected a Tensor or null for input ${i}, got ${show(grad)}`)
    }
    if (!isTensor) {
      throw new TypeError(`${where}: input ${i} is no tensor, so that its gradient must be null`)
    }
    handles.push(handle)
  }
  return handles
}

/** Ties what forward has returned to the graph. */
function finish(
  definition: Definition,
  call: FunctionCallHandle,
  context: FunctionContext,
  result: unknown,
): unknown {
  const where = `${definition.name}.forward`
  const several = Array.isArray(result)
  const outputs: readonly unknown[] = several ? result : [result]
  const handles = outputs.map((output) => access.handleOf(output) ?? null)
  if (!several && handles[0] === null) fail(where, 'its result', 'a Tensor or an array', result)
  const { nonDifferentiable, dirty, saved, materializeGrads } = FunctionContext.close(context)
  const wrapped = native.finishFunction(
    call,
    materializeGrads,
    handles.length,
    nonDifferentiable.length,
    dirty.length,
    ...handles,
    ...nonDifferentiable,
    ...dirty,
    ...saved,
  )
  const results = outputs.map((output, i) => {
    const handle = wrapped[i]
    return handle === undefined ? output : access.wrap(handle)
  })
  return several ? results : results[0]
}

/**
 * A function whose derivative is written by hand. PyTorch's `torch.autograd.Function`.
 *
 * Its backward may use operations that are recorded in turn, so that it can be differentiated again with
 * `createGraph`. After a backward without `retainGraph` the saved tensors, the context and the backward function are
 * let go, and another backward through the call throws.
 *
 * The context and both functions live as long as the graph. Neither should refer to an output of the call by a
 * variable: save it with `ctx.saveForBackward`, which makes no cycle. Otherwise graphs that no backward has freed
 * stay in memory, because no garbage collector sees a cycle that leads through libtorch.
 *
 * @returns a function that takes the inputs of `forward` after the context, and returns what it returns
 * @example
 * const exp = torch.autograd.function({
 *   name: 'Exp',
 *   forward(ctx, x: Tensor) { const y = x.exp(); ctx.saveForBackward(y); return y },
 *   backward(ctx, grad) { const [y] = ctx.savedTensors; return grad.mul(y) },
 * })
 */
export function customFunction<
  Inputs extends readonly unknown[],
  Outputs extends FunctionOutputs,
  Fields extends object = Record<string, unknown>,
>(definition: FunctionDefinition<Inputs, Outputs, Fields>): (...inputs: Inputs) => Outputs {
  const where = 'function'
  const {
    name = 'Function',
    forward,
    backward,
  } = checkOptions(where, definition, ['name', 'forward', 'backward'])
  checkString(where, 'name', name)
  checkFunction(where, 'forward', forward)
  checkFunction(where, 'backward', backward)
  const checked = { name, forward, backward } as unknown as Definition
  return (...inputs) => apply(checked, inputs) as Outputs
}

/** Made here, and not in apply: closures share what any of them refers to, and that must not be the inputs. */
function backwardOf(
  definition: Definition,
  context: FunctionContext,
  tensors: readonly boolean[],
): (gradients: (TensorHandle | null)[]) => (TensorHandle | null)[] {
  return (gradients) => runBackward(definition, context, tensors, gradients)
}

function apply(definition: Definition, inputs: readonly unknown[]): unknown {
  const handles = inputs.map((input) => access.handleOf(input))
  const tensors = handles.map((handle) => handle !== undefined)
  const context = new FunctionContext(
    definition.name,
    handles.map((handle) => handle !== undefined && native.requiresGrad(handle)),
  )
  const call = native.beginFunction(
    backwardOf(definition, context, tensors),
    `${definition.name}Backward`,
    ...handles.filter((handle) => handle !== undefined),
  )
  FunctionContext.open(context, call)
  try {
    const result = noGradSync(() => definition.forward(context, ...inputs))
    if (isThenable(result)) {
      throw new TypeError(`${definition.name}.forward: must not be async`)
    }
    return finish(definition, call, context, result)
  } catch (error) {
    // The call owns its node until it is finished, the node the context: a cycle if the context kept the call.
    FunctionContext.abandon(context)
    throw error
  }
}
