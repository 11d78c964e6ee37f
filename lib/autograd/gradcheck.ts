// Checking derivatives against finite differences.

import { checkBoolean, checkFunction, checkNumber, checkOptions } from '../check.js'
import { TorchError } from '../errors.js'
import { makeFunction } from '../torch/dispatch.js'
import type { Tensor } from '../torch/tensor.js'
import { warnOnce } from '../warn.js'
import { grad } from './backward.js'
import { customFunction } from './function.js'
import type { Arguments } from './functional.js'
import { enableGradSync } from './modes.js'
import { type OneOrMore, tensorsOf, zerosLike } from './tensors.js'

/** Derivatives that {@link gradcheck} has found wrong. */
export class GradcheckError extends TorchError {
  override name = 'GradcheckError'
}

/** Options of {@link gradcheck} and {@link gradgradcheck}. */
export interface GradcheckOptions {
  /** Step of the differences; 1e-6 by default. */
  eps?: number
  /** Absolute tolerance; 1e-5 by default. */
  atol?: number
  /** Relative tolerance; 1e-3 by default. */
  rtol?: number
  /** Throw rather than return false; true by default. */
  raiseException?: boolean
  /** By how much two runs of backward may differ; 0 by default. */
  nondetTol?: number
  /** Also check that backward takes outputs without a gradient for zeros; true by default. */
  checkUndefinedGrad?: boolean
}

type TensorFunction = (...inputs: Tensor[]) => OneOrMore

const EPS = 1e-6
const ATOL = 1e-5
const RTOL = 1e-3
const KEYS = ['eps', 'atol', 'rtol', 'raiseException', 'nondetTol', 'checkUndefinedGrad'] as const

const viewAsReal = makeFunction('viewAsReal', 'view_as_real') as (tensor: Tensor) => Tensor
const stack = makeFunction('stack', 'stack') as (tensors: readonly Tensor[]) => Tensor

const differentiable = (tensor: Tensor): boolean => tensor.isFloatingPoint() || tensor.isComplex()

/** The numbers of a tensor, a complex one being two each, as [n] float64. */
function numbers(tensor: Tensor): Tensor {
  const plain = tensor.detach().resolveConj()
  return (plain.isComplex() ? viewAsReal(plain) : plain).reshape(-1).to('float64')
}

/** A tensor like `like` whose numbers are 0 but for a 1 at position `at`. */
function unit(like: Tensor, at: number): Tensor {
  const result = like.detach().clone().contiguous().zero_()
  const flat = result.isComplex() ? viewAsReal(result).reshape(-1) : result.reshape(-1)
  flat.narrow(0, at, 1).fill_(1)
  return result
}

const count = (tensor: Tensor): number => tensor.numel() * (tensor.isComplex() ? 2 : 1)

/** Rows of numbers as a matrix [rows, columns]; the columns are needed where there are no rows. */
const matrix = (rows: readonly Tensor[], columns: number, like: Tensor): Tensor =>
  rows.length === 0 ? like.detach().newZeros([0, columns], { dtype: 'float64' }) : stack(rows)

class Check {
  readonly #fn: TensorFunction
  readonly #inputs: readonly Tensor[]
  readonly #options: Required<GradcheckOptions>

  constructor(fn: TensorFunction, inputs: readonly Tensor[], options: Required<GradcheckOptions>) {
    this.#fn = fn
    this.#inputs = inputs
    this.#options = options
  }

  #outputs(inputs: readonly Tensor[]): readonly Tensor[] {
    return tensorsOf('gradcheck', 'the result of fn', this.#fn(...inputs))
  }

  run(): void {
    const outputs = this.#outputs(this.#inputs).filter(
      (output) => differentiable(output) && output.requiresGrad,
    )
    if (outputs.length === 0) {
      this.#checkConstant()
      return
    }
    for (const [i, input] of this.#inputs.entries()) {
      if (!input.requiresGrad) continue
      const numerical = this.#numerical(i)
      for (const [o, output] of outputs.entries()) {
        const analytical = this.#analytical(output, input)
        this.#compare(o, i, analytical, numerical[o] as Tensor)
        this.#compareAgain(o, i, analytical, this.#analytical(output, input))
      }
    }
    if (this.#options.checkUndefinedGrad) this.#checkUndefined(outputs)
  }

  /** For each output the matrix [numbers of the input, numbers of the output] of central differences. */
  #numerical(index: number): Tensor[] {
    const input = this.#inputs[index] as Tensor
    const columns: Tensor[][] = []
    const { eps } = this.#options
    const at = (shift: Tensor): Tensor[] => {
      const shifted = this.#inputs.map((other, i) =>
        (i === index ? other.detach().add(shift) : other.detach()).requiresGrad_(
          other.requiresGrad,
        ),
      )
      return this.#outputs(shifted).filter(differentiable).map(numbers)
    }
    for (let j = 0; j < count(input); j++) {
      const step = unit(input, j).mul(eps)
      const above = at(step)
      const below = at(step.neg())
      columns.push(above.map((value, o) => value.sub(below[o] as Tensor).div(2 * eps)))
    }
    // An input without elements has no columns; any run tells the outputs' sizes.
    const outputs = columns[0] ?? this.#outputs(this.#inputs).filter(differentiable).map(numbers)
    return outputs.map((output, o) =>
      matrix(
        columns.map((column) => column[o] as Tensor),
        output.numel(),
        input,
      ),
    )
  }

  /** The same matrix by backward. */
  #analytical(output: Tensor, input: Tensor): Tensor {
    const columns: Tensor[] = []
    for (let k = 0; k < count(output); k++) {
      const [gradient] = grad(output, [input], {
        gradOutputs: unit(output, k),
        retainGraph: true,
        materializeGrads: true,
      })
      columns.push(numbers(gradient as Tensor))
    }
    return matrix(columns, count(input), input).transpose(0, 1)
  }

  #compare(output: number, input: number, analytical: Tensor, numerical: Tensor): void {
    const { rtol, atol } = this.#options
    if (analytical.allclose(numerical, rtol, atol)) return
    throw new GradcheckError(
      `gradcheck: Jacobian mismatch for output ${output} with respect to input ${input}\n` +
        `numerical: ${numerical}\nanalytical: ${analytical}`,
    )
  }

  #compareAgain(output: number, input: number, first: Tensor, second: Tensor): void {
    const { nondetTol } = this.#options
    if (first.allclose(second, 0, nondetTol, true)) return
    throw new GradcheckError(
      `gradcheck: backward of output ${output} with respect to input ${input} gives different values when it runs ` +
        `twice; they may differ by nondetTol: ${nondetTol}\nfirst: ${first}\nsecond: ${second}`,
    )
  }

  /** Outputs that do not depend on the inputs, or say so. */
  #checkConstant(): void {
    for (const [i, input] of this.#inputs.entries()) {
      if (!input.requiresGrad) continue
      for (const [o, numerical] of this.#numerical(i).entries()) {
        if (numerical.allclose(numerical.mul(0), 0, EPS)) continue
        throw new GradcheckError(
          `gradcheck: output ${o} does not require grad, but depends on input ${i}\nnumerical: ${numerical}`,
        )
      }
    }
  }

  #checkUndefined(outputs: readonly Tensor[]): void {
    const inputs = this.#inputs.filter((input) => input.requiresGrad)
    const cut = outputs.map((output) => withoutGradient(output))
    const gradients = grad(cut, inputs, {
      gradOutputs: cut.map(zerosLike),
      retainGraph: true,
      allowUnused: true,
    })
    for (const [i, gradient] of (gradients as (Tensor | null)[]).entries()) {
      if (gradient === null || numbers(gradient).eq(0).all().item() === true) continue
      throw new GradcheckError(
        `gradcheck: backward must take an output without a gradient for one of zeros, but the gradient of input ${i} ` +
          `is ${gradient}; setting checkUndefinedGrad: false skips this`,
      )
    }
  }
}

/** Gives its input, and no gradient back. */
const withoutGradient = customFunction({
  name: 'WithoutGradient',
  forward: (_ctx, x: Tensor) => x.clone(),
  backward: () => null,
})

function checkInputs(where: string, inputs: OneOrMore): readonly Tensor[] {
  const tensors = tensorsOf(where, 'inputs', inputs)
  if (!tensors.some((input) => input.requiresGrad)) {
    throw new TorchError(`${where}: at least one of the inputs must require grad`)
  }
  const imprecise = tensors.find(
    (input) => input.requiresGrad && input.dtype !== 'float64' && input.dtype !== 'complex128',
  )
  if (imprecise !== undefined) {
    warnOnce(
      `${where}: an input is ${imprecise.dtype}; only float64 and complex128 are precise enough for differences`,
    )
  }
  return tensors
}

function checked(where: string, options: GradcheckOptions | undefined): Required<GradcheckOptions> {
  const given = checkOptions(where, options, KEYS)
  const number = (name: 'eps' | 'atol' | 'rtol' | 'nondetTol', value: number): number =>
    checkNumber(where, name, given[name] ?? value, { min: 0 })
  const flag = (name: 'raiseException' | 'checkUndefinedGrad'): boolean =>
    checkBoolean(where, name, given[name] ?? true)
  return {
    eps: number('eps', EPS),
    atol: number('atol', ATOL),
    rtol: number('rtol', RTOL),
    nondetTol: number('nondetTol', 0),
    raiseException: flag('raiseException'),
    checkUndefinedGrad: flag('checkUndefinedGrad'),
  }
}

/**
 * Checks the gradients of `fn` against central differences, element by element: for small float64 (or complex128)
 * inputs. A complex number counts as two real ones. PyTorch's `torch.autograd.gradcheck`.
 *
 * @param fn takes the inputs, gives a tensor or several
 * @param inputs those that require grad are checked
 * @returns true; false only with `raiseException: false`
 * @throws GradcheckError that shows both Jacobians where they differ
 * @example torch.autograd.gradcheck((x) => x.sin(), torch.randn([3], { dtype: 'float64', requiresGrad: true }))
 */
export function gradcheck<const Inputs extends OneOrMore>(
  fn: (...inputs: Arguments<Inputs>) => OneOrMore,
  inputs: Inputs,
  options?: GradcheckOptions,
): boolean {
  const where = 'gradcheck'
  checkFunction(where, 'fn', fn)
  const settings = checked(where, options)
  const tensors = checkInputs(where, inputs)
  try {
    enableGradSync(() => new Check(fn as unknown as TensorFunction, tensors, settings).run())
  } catch (error) {
    if (!settings.raiseException && error instanceof GradcheckError) return false
    throw error
  }
  return true
}

/**
 * Checks the gradients of the gradients of `fn`, as {@link gradcheck} does those of `fn`. PyTorch's
 * `torch.autograd.gradgradcheck`.
 *
 * @param gradOutputs gradients of the outputs, which count as inputs; random ones by default
 */
export function gradgradcheck<const Inputs extends OneOrMore>(
  fn: (...inputs: Arguments<Inputs>) => OneOrMore,
  inputs: Inputs,
  gradOutputs?: OneOrMore | null,
  options?: GradcheckOptions,
): boolean {
  const where = 'gradgradcheck'
  checkFunction(where, 'fn', fn)
  const tensors = checkInputs(where, inputs)
  const call = fn as unknown as TensorFunction
  const outputsOf = (values: readonly Tensor[]): readonly Tensor[] =>
    tensorsOf(where, 'the result of fn', call(...values)).filter(
      (output) => differentiable(output) && output.requiresGrad,
    )
  const given =
    gradOutputs ??
    enableGradSync(() => outputsOf(tensors).map((output) => zerosLike(output).normal_()))
  const gradients = tensorsOf(where, 'gradOutputs', given).map((gradient) =>
    gradient.requiresGrad ? gradient : gradient.detach().requiresGrad_(),
  )
  const first = (...values: Tensor[]): Tensor[] => {
    const variables = values.slice(0, tensors.length)
    return grad(
      outputsOf(variables),
      variables.filter((variable) => variable.requiresGrad),
      {
        gradOutputs: values.slice(tensors.length),
        createGraph: true,
        materializeGrads: true,
      },
    ) as Tensor[]
  }
  return gradcheck<readonly Tensor[]>(first, [...tensors, ...gradients], options)
}
