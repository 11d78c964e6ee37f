// Activations with an `inplace` switch, and those that PyTorch composes. The others are operators as they are.

import { checkBoolean } from '../../check.js'
import { TorchError } from '../../errors.js'
import type { Tensor } from '../../torch/tensor.js'
import type { Int, Scalar } from '../../torch/types.js'
import { checkFloat, checkTensor, operator, type Rest, read } from './call.js'

/** Option of the activations that can overwrite their input. */
export interface InplaceOptions {
  /** Overwrite the input, and return it. */
  inplace?: boolean
}

type Unary = (input: Tensor, ...rest: Rest<InplaceOptions, [inplace?: boolean]>) => Tensor

const INPLACE = ['inplace']

/** An operator and its variant that overwrites the input, to choose from by the argument `inplace`. */
function variants<F extends (...values: never[]) => Tensor>(
  where: string,
  candidates: string,
): (inplace: boolean) => F {
  const fresh = operator<F>(where, candidates)
  const overwrite = operator<F>(where, `${candidates}_`)
  return (inplace) => (checkBoolean(where, 'inplace', inplace) ? overwrite : fresh)
}

function unary(where: string, candidates: string): Unary {
  const run = variants<(input: Tensor) => Tensor>(where, candidates)
  return (input, ...rest) => {
    const [inplace = false] = read<[boolean]>(where, INPLACE, rest)
    return run(inplace)(input)
  }
}

/** max(0, x), elementwise. `torch.nn.functional.relu(input, inplace=False)` */
export const relu: Unary = unary('relu', 'relu')

/** min(max(0, x), 6), elementwise. `torch.nn.functional.relu6(input, inplace=False)` */
export const relu6: Unary = unary('relu6', 'relu6')

/** Scaled exponential linear unit, elementwise. `torch.nn.functional.selu(input, inplace=False)` */
export const selu: Unary = unary('selu', 'selu')

/** x · sigmoid(x), elementwise, also called swish. `torch.nn.functional.silu(input, inplace=False)` */
export const silu: Unary = unary('silu', 'silu')

/** x · tanh(softplus(x)), elementwise. `torch.nn.functional.mish(input, inplace=False)` */
export const mish: Unary = unary('mish', 'mish')

/** relu6(x + 3) / 6, elementwise. `torch.nn.functional.hardsigmoid(input, inplace=False)` */
export const hardsigmoid: Unary = unary('hardsigmoid', 'hardsigmoid')

/** x · relu6(x + 3) / 6, elementwise. `torch.nn.functional.hardswish(input, inplace=False)` */
export const hardswish: Unary = unary('hardswish', 'hardswish')

/** Options of {@link elu} and {@link celu}. */
export interface AlphaOptions extends InplaceOptions {
  /** What the function tends to as x → −∞, negated. 1 by default. */
  alpha?: Scalar
}

type WithAlpha = (
  input: Tensor,
  ...rest: Rest<AlphaOptions, [alpha?: Scalar, inplace?: boolean]>
) => Tensor

function withAlpha(where: string): WithAlpha {
  const run = variants<(input: Tensor, alpha: Scalar) => Tensor>(where, where)
  return (input, ...rest) => {
    const [alpha = 1, inplace = false] = read<[Scalar, boolean]>(where, ['alpha', 'inplace'], rest)
    return run(inplace)(input, alpha)
  }
}

/** max(0, x) + min(0, α(eˣ − 1)), elementwise. `torch.nn.functional.elu(input, alpha=1.0, inplace=False)` */
export const elu: WithAlpha = withAlpha('elu')

/** max(0, x) + min(0, α(e^(x/α) − 1)), elementwise. `torch.nn.functional.celu(input, alpha=1.0, inplace=False)` */
export const celu: WithAlpha = withAlpha('celu')

/** Options of {@link leakyRelu}. */
export interface LeakyReluOptions extends InplaceOptions {
  /** Slope for negative inputs, 0.01 by default. */
  negativeSlope?: Scalar
}

const leaky = variants<(input: Tensor, slope: Scalar) => Tensor>('leakyRelu', 'leaky_relu')

/**
 * max(0, x) + slope · min(0, x), elementwise.
 * `torch.nn.functional.leaky_relu(input, negative_slope=0.01, inplace=False)`
 */
export function leakyRelu(
  input: Tensor,
  ...rest: Rest<LeakyReluOptions, [negativeSlope?: Scalar, inplace?: boolean]>
): Tensor {
  const names = ['negativeSlope', 'inplace']
  const [slope = 0.01, inplace = false] = read<[Scalar, boolean]>('leakyRelu', names, rest)
  return leaky(inplace)(input, slope)
}

/** Options of {@link rrelu}. */
export interface RreluOptions extends InplaceOptions {
  /** Least slope for negative inputs, 1/8 by default. */
  lower?: Scalar
  /** Greatest slope for negative inputs, 1/3 by default. */
  upper?: Scalar
  /** Draw a slope for each element; otherwise all have the mean of the two. False by default. */
  training?: boolean
}

const randomized = variants<
  (input: Tensor, lower: Scalar, upper: Scalar, training: boolean) => Tensor
>('rrelu', 'rrelu')

/**
 * Leaky ReLU with a random slope while training, elementwise.
 * `torch.nn.functional.rrelu(input, lower=1/8, upper=1/3, training=False, inplace=False)`
 */
export function rrelu(
  input: Tensor,
  ...rest: Rest<
    RreluOptions,
    [lower?: Scalar, upper?: Scalar, training?: boolean, inplace?: boolean]
  >
): Tensor {
  const names = ['lower', 'upper', 'training', 'inplace']
  const [lower = 1 / 8, upper = 1 / 3, training = false, inplace = false] = read<
    [Scalar, Scalar, boolean, boolean]
  >('rrelu', names, rest)
  return randomized(inplace)(input, lower, upper, training)
}

/** Options of {@link hardtanh}. */
export interface HardtanhOptions extends InplaceOptions {
  /** Least output, −1 by default. */
  minVal?: number
  /** Greatest output, 1 by default. */
  maxVal?: number
}

const limit = variants<(input: Tensor, minVal: number, maxVal: number) => Tensor>(
  'hardtanh',
  'hardtanh',
)

/**
 * x clamped to a range, elementwise.
 * `torch.nn.functional.hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False)`
 *
 * @throws RangeError if minVal exceeds maxVal
 */
export function hardtanh(
  input: Tensor,
  ...rest: Rest<HardtanhOptions, [minVal?: number, maxVal?: number, inplace?: boolean]>
): Tensor {
  const names = ['minVal', 'maxVal', 'inplace']
  const [minVal = -1, maxVal = 1, inplace = false] = read<[number, number, boolean]>(
    'hardtanh',
    names,
    rest,
  )
  checkFloat('hardtanh', 'minVal', minVal)
  checkFloat('hardtanh', 'maxVal', maxVal)
  if (minVal > maxVal) {
    throw new RangeError(`hardtanh: expected minVal up to maxVal, got ${minVal} and ${maxVal}`)
  }
  return limit(inplace)(input, minVal, maxVal)
}

/** Options of {@link threshold}. */
export interface ThresholdOptions extends InplaceOptions {
  /** What an element must exceed to stay. */
  threshold: Scalar
  /** What replaces the others. */
  value: Scalar
}

const cut = variants<(input: Tensor, threshold: Scalar, value: Scalar) => Tensor>(
  'threshold',
  'threshold',
)

/**
 * x where x exceeds the threshold, elsewhere the value.
 * `torch.nn.functional.threshold(input, threshold, value, inplace=False)`
 */
export function threshold(
  input: Tensor,
  ...rest: Rest<ThresholdOptions, [threshold: Scalar, value: Scalar, inplace?: boolean]>
): Tensor {
  const names = ['threshold', 'value', 'inplace']
  const [least, value, inplace = false] = read<[Scalar, Scalar, boolean]>('threshold', names, rest)
  return cut(inplace)(input, least as Scalar, value as Scalar)
}

const gatedLinearUnit = operator<(input: Tensor, dim: Int) => Tensor>('glu', 'glu')

/**
 * The first half of a dimension times the sigmoid of its second half: that dimension comes out half as long.
 * `torch.nn.functional.glu(input, dim=-1)`
 */
export function glu(input: Tensor, ...rest: Rest<{ dim?: Int }, [dim?: Int]>): Tensor {
  const [dim = -1] = read<[Int]>('glu', ['dim'], rest)
  if (checkTensor('glu', 'input', input).dim() === 0) {
    throw new TorchError('glu: expected at least one dimension for input, got a scalar')
  }
  return gatedLinearUnit(input, dim)
}

/** x − tanh(x), elementwise. `torch.nn.functional.tanhshrink(input)` */
export function tanhshrink(input: Tensor): Tensor {
  return checkTensor('tanhshrink', 'input', input).sub(input.tanh())
}

/** x / (1 + |x|), elementwise. `torch.nn.functional.softsign(input)` */
export function softsign(input: Tensor): Tensor {
  return checkTensor('softsign', 'input', input).div(input.abs().add(1))
}
