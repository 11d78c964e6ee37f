// torch.autograd.functional: Jacobians, Hessians and products with them.

import { checkBoolean, checkFunction, checkOptions, fail } from '../check.js'
import { TorchError } from '../errors.js'
import { makeFunction } from '../torch/dispatch.js'
import type { Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'
import { grad, type OneOrMore } from './backward.js'
import { enableGradSync } from './modes.js'

/** Options of the functions here. */
export interface FunctionalOptions {
  /** Record the result, for derivatives of it; the inputs must require grad then. */
  createGraph?: boolean
}

/** The tensors that a function takes: one, or several in order. */
export type Arguments<Inputs extends OneOrMore> = Inputs extends readonly Tensor[]
  ? { -readonly [I in keyof Inputs]: Tensor }
  : [Tensor]

/** A result for each input: alone where there is one input. */
export type PerInput<Inputs extends OneOrMore, Result> = Inputs extends readonly Tensor[]
  ? { -readonly [I in keyof Inputs]: Result }
  : Result

/** A result for each output of a function: alone where it gives one tensor. */
export type PerOutput<Outputs extends OneOrMore, Result> = Outputs extends readonly Tensor[]
  ? { -readonly [O in keyof Outputs]: Result }
  : Result

const cat = makeFunction('cat', 'cat') as (tensors: readonly Tensor[]) => Tensor

interface Problem {
  readonly inputs: Tensor[]
  readonly outputs: readonly Tensor[]
  readonly createGraph: boolean
  /** Undoes the making of a list: of results for each input, or for each output. */
  readonly perInput: (results: unknown[]) => unknown
  readonly perOutput: (results: unknown[]) => unknown
}

const alone =
  (list: boolean) =>
  (results: unknown[]): unknown =>
    list ? results : results[0]

/** Runs `fn` on variables of its own, so that what else the inputs belong to gets no part in it. */
function pose(
  where: string,
  fn: (...inputs: Tensor[]) => OneOrMore,
  inputs: OneOrMore,
  options: FunctionalOptions | undefined,
): Problem {
  checkFunction(where, 'fn', fn)
  const checked = checkOptions(where, options, ['createGraph'])
  const createGraph = checkBoolean(where, 'createGraph', checked.createGraph ?? false)
  const variables = tensors(where, 'inputs', inputs).map((input) =>
    createGraph && input.requiresGrad ? input.viewAs(input) : input.detach().requiresGrad_(),
  )
  const result = fn(...variables)
  return {
    inputs: variables,
    outputs: tensors(where, 'the result of fn', result),
    createGraph,
    perInput: alone(Array.isArray(inputs)),
    perOutput: alone(Array.isArray(result)),
  }
}

function tensors(where: string, param: string, value: unknown): readonly Tensor[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  for (const item of list) {
    if (access.handleOf(item) === undefined) {
      fail(where, param, 'a Tensor or an array of Tensors', item)
    }
  }
  return list as readonly Tensor[]
}

/** Vectors for the shapes of `like`; ones where none is given and there is a single number. */
function vectors(where: string, value: OneOrMore | undefined, like: readonly Tensor[]): Tensor[] {
  if (value === undefined || value === null) {
    if (like.length !== 1 || like[0]?.numel() !== 1) {
      throw new TorchError(`${where}: v can only be left out for a single number`)
    }
    return like.map((tensor) => tensor.detach().clone().fill_(1))
  }
  const given = tensors(where, 'v', value)
  if (
    given.length !== like.length ||
    given.some((vector, i) => String(vector.shape) !== String(like[i]?.shape))
  ) {
    const shapes = (all: readonly Tensor[]): string =>
      all.map((tensor) => `[${tensor.shape}]`).join(', ')
    throw new RangeError(`${where}: expected v of shape ${shapes(like)}, got ${shapes(given)}`)
  }
  return [...given]
}

/** Gradients, zeros for inputs that do not matter. */
function gradients(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  gradOutputs: readonly Tensor[] | undefined,
  createGraph: boolean,
): Tensor[] {
  const pairs = outputs.map((output, i) => [output, gradOutputs?.[i]] as const)
  const live = pairs.filter(([output]) => output.requiresGrad)
  if (live.length === 0) return inputs.map((input) => input.detach().clone().zero_())
  return grad(
    live.map(([output]) => output),
    inputs,
    {
      gradOutputs: live.map(([, gradient]) => gradient ?? null),
      retainGraph: true,
      createGraph,
      materializeGrads: true,
    },
  ) as Tensor[]
}

/** A result as the caller gets it. */
const finished = (tensor: Tensor, createGraph: boolean): Tensor =>
  createGraph ? tensor : tensor.detach()

function single(where: string, { outputs }: Problem): void {
  if (outputs.length === 1 && outputs[0]?.numel() === 1) return
  throw new TorchError(`${where}: fn must return one tensor of a single number`)
}

/**
 * The Jacobian of `fn`: for each output and input a tensor of shape [...output, ...input]. PyTorch's
 * `torch.autograd.functional.jacobian`.
 *
 * @example jacobian((x) => x.exp(), torch.tensor([0, 1]))
 */
export function jacobian<const Inputs extends OneOrMore, Outputs extends OneOrMore>(
  fn: (...inputs: Arguments<Inputs>) => Outputs,
  inputs: Inputs,
  options?: FunctionalOptions,
): PerOutput<Outputs, PerInput<Inputs, Tensor>> {
  return enableGradSync(() => {
    const run = fn as unknown as (...inputs: Tensor[]) => Outputs
    const problem = pose('jacobian', run, inputs, options)
    const { outputs, createGraph } = problem
    const results = outputs.map((output) => {
      const flat = output.reshape(-1)
      const rows = Array.from({ length: flat.numel() }, (_, j) =>
        gradients([flat.select(0, j)], problem.inputs, undefined, createGraph),
      )
      return problem.perInput(
        problem.inputs.map((input, i) => {
          const shape = [...output.shape, ...input.shape]
          const parts = rows.map((row) => (row[i] as Tensor).reshape(1, -1))
          const all = parts.length === 0 ? input.detach().newZeros(shape) : cat(parts)
          return finished(all.reshape(shape), createGraph)
        }),
      )
    })
    return problem.perOutput(results) as PerOutput<Outputs, PerInput<Inputs, Tensor>>
  })
}

/**
 * The Hessian of `fn`, which gives a single number: for each two inputs a tensor of shape [...first, ...second].
 * PyTorch's `torch.autograd.functional.hessian`.
 */
export function hessian<const Inputs extends OneOrMore>(
  fn: (...inputs: Arguments<Inputs>) => Tensor,
  inputs: Inputs,
  options?: FunctionalOptions,
): PerInput<Inputs, PerInput<Inputs, Tensor>> {
  checkFunction('hessian', 'fn', fn)
  const run = fn as unknown as (...inputs: Tensor[]) => Tensor
  const one = (...variables: Tensor[]): Tensor => {
    const result = run(...variables)
    if (access.handleOf(result) === undefined || result.numel() !== 1) {
      throw new TorchError('hessian: fn must return one tensor of a single number')
    }
    return result.reshape([])
  }
  const several = Array.isArray(inputs)
  const first = (...variables: Tensor[]): OneOrMore =>
    jacobian(one as never, (several ? variables : variables[0]) as OneOrMore, {
      createGraph: true,
    }) as OneOrMore
  return jacobian(first as never, inputs, options) as never
}

/**
 * `fn`'s outputs, and the product of a vector with its Jacobian: `v` has the shapes of the outputs, the product those
 * of the inputs. PyTorch's `torch.autograd.functional.vjp`.
 */
export function vjp<const Inputs extends OneOrMore, Outputs extends OneOrMore>(
  fn: (...inputs: Arguments<Inputs>) => Outputs,
  inputs: Inputs,
  v?: OneOrMore,
  options?: FunctionalOptions,
): [outputs: Outputs, product: PerInput<Inputs, Tensor>] {
  return enableGradSync(() => {
    const problem = pose('vjp', fn as never, inputs, options)
    const { outputs, createGraph } = problem
    const found = gradients(outputs, problem.inputs, vectors('vjp', v, outputs), createGraph)
    return [
      problem.perOutput(outputs.map((output) => finished(output, createGraph))),
      problem.perInput(found.map((product) => finished(product, createGraph))),
    ] as [Outputs, PerInput<Inputs, Tensor>]
  })
}

/**
 * `fn`'s outputs, and the product of its Jacobian with a vector: `v` has the shapes of the inputs, the product those of
 * the outputs. Computed by differentiating a backward. PyTorch's `torch.autograd.functional.jvp`.
 */
export function jvp<const Inputs extends OneOrMore, Outputs extends OneOrMore>(
  fn: (...inputs: Arguments<Inputs>) => Outputs,
  inputs: Inputs,
  v?: OneOrMore,
  options?: FunctionalOptions,
): [outputs: Outputs, product: PerOutput<Outputs, Tensor>] {
  return enableGradSync(() => {
    const problem = pose('jvp', fn as never, inputs, options)
    const { outputs, createGraph } = problem
    // The gradient is linear in u, and its derivative with respect to u is the Jacobian's transpose.
    const u = outputs.map((output) => output.detach().clone().zero_().requiresGrad_())
    const linear = gradients(outputs, problem.inputs, u, true)
    const found = gradients(linear, u, vectors('jvp', v, problem.inputs), createGraph)
    return [
      problem.perOutput(outputs.map((output) => finished(output, createGraph))),
      problem.perOutput(found.map((product) => finished(product, createGraph))),
    ] as [Outputs, PerOutput<Outputs, Tensor>]
  })
}

/** The product of a vector with the Hessian, or of the Hessian with a vector: the same, since it is symmetric. */
function hessianProduct(
  where: string,
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: OneOrMore,
  v: OneOrMore | undefined,
  options: FunctionalOptions | undefined,
): [Tensor, unknown] {
  return enableGradSync(() => {
    const problem = pose(where, fn, inputs, options)
    single(where, problem)
    const { outputs, createGraph } = problem
    const first = gradients(outputs, problem.inputs, undefined, true)
    const found = gradients(first, problem.inputs, vectors(where, v, problem.inputs), createGraph)
    return [
      finished(outputs[0] as Tensor, createGraph),
      problem.perInput(found.map((product) => finished(product, createGraph))),
    ]
  })
}

/**
 * `fn`'s single number, and the product of a vector of the inputs' shapes with its Hessian. PyTorch's
 * `torch.autograd.functional.vhp`.
 */
export function vhp<const Inputs extends OneOrMore>(
  fn: (...inputs: Arguments<Inputs>) => Tensor,
  inputs: Inputs,
  v?: OneOrMore,
  options?: FunctionalOptions,
): [output: Tensor, product: PerInput<Inputs, Tensor>] {
  return hessianProduct('vhp', fn as never, inputs, v, options) as never
}

/** As {@link vhp}, the Hessian times the vector. PyTorch's `torch.autograd.functional.hvp`. */
export function hvp<const Inputs extends OneOrMore>(
  fn: (...inputs: Arguments<Inputs>) => Tensor,
  inputs: Inputs,
  v?: OneOrMore,
  options?: FunctionalOptions,
): [output: Tensor, product: PerInput<Inputs, Tensor>] {
  return hessianProduct('hvp', fn as never, inputs, v, options) as never
}
