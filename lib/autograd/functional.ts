// torch.autograd.functional: Jacobians, Hessians and products with them.

import { checkBoolean, checkFunction, checkOptions } from '../check.js'
import { TorchError } from '../errors.js'
import { makeFunction } from '../torch/dispatch.js'
import type { Tensor } from '../torch/tensor.js'
import { grad } from './backward.js'
import { enableGradSync } from './modes.js'
import { type OneOrMore, tensorsOf, zerosLike } from './tensors.js'

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

type TensorFunction = (...inputs: Tensor[]) => OneOrMore

interface Problem {
  readonly inputs: readonly Tensor[]
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
  fn: unknown,
  inputs: OneOrMore,
  options: FunctionalOptions | undefined,
): Problem {
  checkFunction(where, 'fn', fn)
  const checked = checkOptions(where, options, ['createGraph'])
  const createGraph = checkBoolean(where, 'createGraph', checked.createGraph ?? false)
  const variables = tensorsOf(where, 'inputs', inputs).map((input) =>
    createGraph && input.requiresGrad ? input.viewAs(input) : input.detach().requiresGrad_(),
  )
  const result = (fn as TensorFunction)(...variables)
  return {
    inputs: variables,
    outputs: tensorsOf(where, 'the result of fn', result),
    createGraph,
    perInput: alone(Array.isArray(inputs)),
    perOutput: alone(Array.isArray(result)),
  }
}

/** Vectors for the shapes of `like`; ones where none is given and there is a single number. */
function vectors(
  where: string,
  value: OneOrMore | undefined,
  like: readonly Tensor[],
): readonly Tensor[] {
  if (value === undefined || value === null) {
    if (like.length !== 1 || like[0]?.numel() !== 1) {
      throw new TorchError(`${where}: v can only be left out for a single number`)
    }
    return like.map((tensor) => zerosLike(tensor).fill_(1))
  }
  const given = tensorsOf(where, 'v', value)
  if (
    given.length !== like.length ||
    given.some((vector, i) => String(vector.shape) !== String(like[i]?.shape))
  ) {
    throw new RangeError(`${where}: expected shape ${shapesOf(like)} for v, got ${shapesOf(given)}`)
  }
  return given
}

/** Shapes for an error message: `[2, 3], []`. */
const shapesOf = (tensors: readonly Tensor[]): string =>
  tensors.map(({ shape }) => `[${shape.join(', ')}]`).join(', ')

/** Gradients, zeros for inputs that do not matter. */
function gradients(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  gradOutputs: readonly Tensor[] | undefined,
  createGraph: boolean,
): Tensor[] {
  const pairs = outputs.map((output, i) => [output, gradOutputs?.[i]] as const)
  const live = pairs.filter(([output]) => output.requiresGrad)
  if (live.length === 0) return inputs.map(zerosLike)
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

/** The only one of `outputs`, which must hold a single number. */
function checkSingle(where: string, outputs: readonly Tensor[]): Tensor {
  const [output, ...others] = outputs
  if (output !== undefined && others.length === 0 && output.numel() === 1) return output
  throw new TorchError(
    `${where}: expected fn to return one Tensor of a single number, got ${shapesOf(outputs)}`,
  )
}

/** For each output and input, as {@link alone} gives them, a tensor of shape [...output, ...input]. */
function jacobianOf(
  where: string,
  fn: unknown,
  inputs: OneOrMore,
  options: FunctionalOptions | undefined,
): unknown {
  return enableGradSync(() => {
    const problem = pose(where, fn, inputs, options)
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
    return problem.perOutput(results)
  })
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
): PerOutput<Outputs, PerInput<Inputs, Tensor>>
export function jacobian(fn: unknown, inputs: OneOrMore, options?: FunctionalOptions): unknown {
  return jacobianOf('jacobian', fn, inputs, options)
}

/**
 * The Hessian of `fn`, which gives a single number: for each two inputs a tensor of shape [...first, ...second].
 * PyTorch's `torch.autograd.functional.hessian`.
 */
export function hessian<const Inputs extends OneOrMore>(
  fn: (...inputs: Arguments<Inputs>) => Tensor,
  inputs: Inputs,
  options?: FunctionalOptions,
): PerInput<Inputs, PerInput<Inputs, Tensor>>
export function hessian(fn: unknown, inputs: OneOrMore, options?: FunctionalOptions): unknown {
  const where = 'hessian'
  checkFunction(where, 'fn', fn)
  const number = (...variables: Tensor[]): Tensor => {
    const result = (fn as TensorFunction)(...variables)
    return checkSingle(where, tensorsOf(where, 'the result of fn', result)).reshape([])
  }
  const several = Array.isArray(inputs)
  const gradient = (...variables: Tensor[]): OneOrMore =>
    jacobianOf(where, number, several ? variables : (variables[0] as Tensor), {
      createGraph: true,
    }) as OneOrMore
  return jacobianOf(where, gradient, inputs, options)
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
): [outputs: Outputs, product: PerInput<Inputs, Tensor>]
export function vjp(
  fn: unknown,
  inputs: OneOrMore,
  v?: OneOrMore,
  options?: FunctionalOptions,
): [unknown, unknown] {
  return enableGradSync(() => {
    const problem = pose('vjp', fn, inputs, options)
    const { outputs, createGraph } = problem
    const found = gradients(outputs, problem.inputs, vectors('vjp', v, outputs), createGraph)
    return [
      problem.perOutput(outputs.map((output) => finished(output, createGraph))),
      problem.perInput(found.map((product) => finished(product, createGraph))),
    ]
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
): [outputs: Outputs, product: PerOutput<Outputs, Tensor>]
export function jvp(
  fn: unknown,
  inputs: OneOrMore,
  v?: OneOrMore,
  options?: FunctionalOptions,
): [unknown, unknown] {
  return enableGradSync(() => {
    const problem = pose('jvp', fn, inputs, options)
    const { outputs, createGraph } = problem
    // The gradient is linear in u, and its derivative with respect to u is the Jacobian's transpose.
    const u = outputs.map((output) => zerosLike(output).requiresGrad_())
    const linear = gradients(outputs, problem.inputs, u, true)
    const found = gradients(linear, u, vectors('jvp', v, problem.inputs), createGraph)
    return [
      problem.perOutput(outputs.map((output) => finished(output, createGraph))),
      problem.perOutput(found.map((product) => finished(product, createGraph))),
    ]
  })
}

/** The product of a vector with the Hessian, or of the Hessian with a vector: the same, since it is symmetric. */
function hessianProduct(
  where: string,
  fn: unknown,
  inputs: OneOrMore,
  v: OneOrMore | undefined,
  options: FunctionalOptions | undefined,
): [unknown, unknown] {
  return enableGradSync(() => {
    const problem = pose(where, fn, inputs, options)
    const { outputs, createGraph } = problem
    const output = checkSingle(where, outputs)
    const first = gradients(outputs, problem.inputs, undefined, true)
    const found = gradients(first, problem.inputs, vectors(where, v, problem.inputs), createGraph)
    return [
      finished(output, createGraph),
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
): [output: Tensor, product: PerInput<Inputs, Tensor>]
export function vhp(
  fn: unknown,
  inputs: OneOrMore,
  v?: OneOrMore,
  options?: FunctionalOptions,
): [unknown, unknown] {
  return hessianProduct('vhp', fn, inputs, v, options)
}

/** As {@link vhp}, the Hessian times the vector. PyTorch's `torch.autograd.functional.hvp`. */
export function hvp<const Inputs extends OneOrMore>(
  fn: (...inputs: Arguments<Inputs>) => Tensor,
  inputs: Inputs,
  v?: OneOrMore,
  options?: FunctionalOptions,
): [output: Tensor, product: PerInput<Inputs, Tensor>]
export function hvp(
  fn: unknown,
  inputs: OneOrMore,
  v?: OneOrMore,
  options?: FunctionalOptions,
): [unknown, unknown] {
  return hessianProduct('hvp', fn, inputs, v, options)
}
