// torch.autograd.grad and backward.

import { checkBoolean, checkOptions, fail, failRange } from '../check.js'
import { TorchError } from '../errors.js'
import { native, type TensorHandle } from '../native.js'
import type { Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'
import { withForwardTrace } from './anomaly-report.js'
import { type OneOrMore, tensorsOf, zerosLike } from './tensors.js'

/** Gradients to start from: one for each tensor; null, or none at all, for tensors of a single number. */
export type StartGradients = Tensor | null | readonly (Tensor | null)[]

/** Options of {@link backward} and of `Tensor.backward`. */
export interface BackwardOptions {
  /** Keep the graph for another backward through it; by default `createGraph`. */
  retainGraph?: boolean
  /** Record the backward itself, for derivatives of derivatives. */
  createGraph?: boolean
  /** Tensors to compute gradients for; all others are left alone. By default all leaves. */
  inputs?: OneOrMore
}

/** Options of {@link grad}. */
export interface GradOptions {
  /** Gradient of the final result with respect to each output; may be left out for single numbers. */
  gradOutputs?: StartGradients
  /** Keep the graph for another backward through it; by default `createGraph`. */
  retainGraph?: boolean
  /** Record the backward itself, for derivatives of derivatives. */
  createGraph?: boolean
  /** Allow inputs that no output depends on; their gradient is null. By default `materializeGrads`. */
  allowUnused?: boolean
  /** Zeros instead of null for such inputs. */
  materializeGrads?: boolean
}

// The same bits as in native/autograd/backward.cc.
const RETAIN_GRAPH = 1
const CREATE_GRAPH = 2
const ACCUMULATE = 4

const handlesOf = (tensors: readonly Tensor[]): TensorHandle[] =>
  tensors.map((tensor) => access.handleOf(tensor) as TensorHandle)

function startGradients(
  where: string,
  param: string,
  value: unknown,
  count: number,
): (TensorHandle | null)[] {
  if (value === undefined || value === null) return new Array(count).fill(null)
  const list: unknown[] = Array.isArray(value) ? value : [value]
  if (list.length !== count) {
    failRange(where, param, `as many gradients as tensors, ${count}`, value)
  }
  return list.map((item, i) =>
    item === null || item === undefined
      ? null
      : (access.handleOf(item) ?? fail(where, `${param}[${i}]`, 'a Tensor or null', item)),
  )
}

function flags(where: string, accumulate: boolean, retain?: boolean, create?: boolean): number {
  const createGraph = checkBoolean(where, 'createGraph', create ?? false)
  const retainGraph = checkBoolean(where, 'retainGraph', retain ?? createGraph)
  return (
    (retainGraph ? RETAIN_GRAPH : 0) |
    (createGraph ? CREATE_GRAPH : 0) |
    (accumulate ? ACCUMULATE : 0)
  )
}

/** @internal Runs a backward on this thread. */
export function run(
  flags: number,
  outputs: TensorHandle[],
  gradients: (TensorHandle | null)[],
  inputs: TensorHandle[],
): (TensorHandle | null)[] | undefined {
  return withForwardTrace(() =>
    native.runBackward(flags, outputs.length, ...outputs, ...gradients, ...inputs),
  )
}

/**
 * Computes the gradients of the sum of `tensors` with respect to the leaves of their graph, and adds them to the
 * leaves' `grad`. PyTorch's `torch.autograd.backward`.
 *
 * @param gradTensors gradient of the final result with respect to each tensor, of the same shape; may be left out for
 *   single numbers
 * @throws TorchError if a tensor does not require grad, has more than one element and no gradient, or if the graph has
 *   been freed by an earlier backward
 */
export function backward(
  tensors: OneOrMore,
  gradTensors?: StartGradients,
  options?: BackwardOptions,
): void {
  const { flags, outputs, gradients, inputs } = backwardArguments(
    'backward',
    tensors,
    gradTensors,
    options,
  )
  if (outputs.length > 0) run(flags, outputs, gradients, inputs)
}

/** @internal The arguments of {@link backward}, checked, as native code takes them. */
export function backwardArguments(
  where: string,
  tensors: OneOrMore,
  gradTensors?: StartGradients,
  options?: BackwardOptions,
) {
  const checked = checkOptions(where, options, ['retainGraph', 'createGraph', 'inputs'])
  const outputs = handlesOf(tensorsOf(where, 'tensors', tensors))
  const gradients = startGradients(where, 'gradTensors', gradTensors, outputs.length)
  const inputs =
    checked.inputs === undefined ? [] : handlesOf(tensorsOf(where, 'inputs', checked.inputs))
  if (checked.inputs !== undefined && inputs.length === 0) {
    failRange(where, 'inputs', 'at least one Tensor', checked.inputs)
  }
  return {
    flags: flags(where, true, checked.retainGraph, checked.createGraph),
    outputs,
    gradients,
    inputs,
  }
}

/** What {@link grad} gives for `Inputs`: as many gradients as there are inputs. */
export type Gradients<Inputs extends OneOrMore, Gradient> = Inputs extends readonly Tensor[]
  ? { -readonly [I in keyof Inputs]: Gradient }
  : [Gradient]

/**
 * The gradients of the sum of `outputs` with respect to `inputs`, which need not be leaves. Nothing is added to their
 * `grad`. PyTorch's `torch.autograd.grad`.
 *
 * @returns one gradient for each input, of its shape; null for an input that no output depends on, with `allowUnused`
 * @throws TorchError for an input that does not require grad, or that no output depends on
 * @example const [dx] = torch.autograd.grad(x.pow(3).sum(), [x])
 */
export function grad<const Inputs extends OneOrMore>(
  outputs: OneOrMore,
  inputs: Inputs,
  options?: GradOptions & { allowUnused?: false },
): Gradients<Inputs, Tensor>
export function grad<const Inputs extends OneOrMore>(
  outputs: OneOrMore,
  inputs: Inputs,
  options?: GradOptions,
): Gradients<Inputs, Tensor | null>
export function grad(outputs: OneOrMore, inputs: OneOrMore, options?: GradOptions): unknown {
  const where = 'grad'
  const checked = checkOptions(where, options, [
    'gradOutputs',
    'retainGraph',
    'createGraph',
    'allowUnused',
    'materializeGrads',
  ])
  const materialize = checkBoolean(where, 'materializeGrads', checked.materializeGrads ?? false)
  const allowUnused = checkBoolean(where, 'allowUnused', checked.allowUnused ?? materialize)
  if (materialize && !allowUnused) {
    throw new TypeError('grad: materializeGrads needs allowUnused, which is false')
  }
  const from = handlesOf(tensorsOf(where, 'outputs', outputs))
  const gradients = startGradients(where, 'gradOutputs', checked.gradOutputs, from.length)
  const to = tensorsOf(where, 'inputs', inputs)
  if (to.length === 0) failRange(where, 'inputs', 'at least one Tensor', inputs)
  const found = run(
    flags(where, false, checked.retainGraph, checked.createGraph),
    from,
    gradients,
    handlesOf(to),
  ) as (TensorHandle | null)[]
  return found.map((handle, i) => {
    if (handle !== null) return access.wrap(handle)
    if (!allowUnused) {
      throw new TorchError(
        `grad: input ${i} was not used to compute the outputs; with allowUnused: true its gradient is null, ` +
          'with materializeGrads: true zeros',
      )
    }
    if (!materialize) return null
    const input = to[i] as Tensor
    return zerosLike(input).requiresGrad_(input.requiresGrad)
  })
}
