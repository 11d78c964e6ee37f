// Constants, and values drawn independently of each other.

import { noGradSync } from '../../autograd/modes.js'
import { checkOneOf } from '../../check.js'
import type { Generator } from '../../torch/generator.js'
import type { Tensor } from '../../torch/tensor.js'
import { warnOnce } from '../../warn.js'
import { checkFloat, checkTensor, type Rest, read } from '../functional/call.js'
import { calculateGain, type Nonlinearity } from './gain.js'

/** What all that draw random values take. */
export interface RandomOptions {
  /** The source of the random numbers; the default one unless given. */
  generator?: Generator | null
}

/** `generator` as the members of Tensor take it. */
export const source = (generator: Generator | null | undefined): { generator?: Generator } =>
  generator == null ? {} : { generator }

/** Draws from U(a, b). `torch.nn.init.uniform_(tensor, a=0.0, b=1.0, generator=None)` */
export function uniform_(
  tensor: Tensor,
  ...rest: Rest<RandomOptions & { a?: number; b?: number }, [a?: number, b?: number]>
): Tensor {
  const where = 'init.uniform_'
  const [a = 0, b = 1, generator] = read<[number, number, Generator | null]>(
    where,
    ['a', 'b', 'generator'],
    rest,
  )
  checkTensor(where, 'tensor', tensor)
  return noGradSync(() =>
    tensor.uniform_(checkFloat(where, 'a', a), checkFloat(where, 'b', b), source(generator)),
  )
}

/** Draws from a normal distribution. `torch.nn.init.normal_(tensor, mean=0.0, std=1.0, generator=None)` */
export function normal_(
  tensor: Tensor,
  ...rest: Rest<RandomOptions & { mean?: number; std?: number }, [mean?: number, std?: number]>
): Tensor {
  const where = 'init.normal_'
  const [mean = 0, std = 1, generator] = read<[number, number, Generator | null]>(
    where,
    ['mean', 'std', 'generator'],
    rest,
  )
  checkTensor(where, 'tensor', tensor)
  return noGradSync(() =>
    tensor.normal_(
      checkFloat(where, 'mean', mean),
      checkFloat(where, 'std', std),
      source(generator),
    ),
  )
}

/** Sets every element to one value. `torch.nn.init.constant_(tensor, val)` */
export function constant_(tensor: Tensor, value: number): Tensor {
  checkTensor('init.constant_', 'tensor', tensor)
  checkFloat('init.constant_', 'value', value)
  return noGradSync(() => tensor.fill_(value))
}

/** Sets every element to 1. `torch.nn.init.ones_(tensor)` */
export const ones_ = (tensor: Tensor): Tensor => constant_(tensor, 1)

/** Sets every element to 0. `torch.nn.init.zeros_(tensor)` */
export const zeros_ = (tensor: Tensor): Tensor => constant_(tensor, 0)

/** How many inputs and outputs each unit of a weight has. */
function fans(where: string, tensor: Tensor): { fanIn: number; fanOut: number } {
  const { shape } = checkTensor(where, 'tensor', tensor)
  const [outputs, inputs, ...field] = shape
  if (outputs === undefined || inputs === undefined) {
    throw new RangeError(
      `${where}: expected at least 2 dimensions for tensor, got [${shape.join(', ')}]`,
    )
  }
  const size = field.reduce((product, length) => product * length, 1)
  return { fanIn: inputs * size, fanOut: outputs * size }
}

type Gain = Rest<RandomOptions & { gain?: number }, [gain?: number]>

function xavier(where: string, tensor: Tensor, rest: Gain): [std: number, RandomOptions] {
  const [gain = 1, generator] = read<[number, Generator | null]>(where, ['gain', 'generator'], rest)
  const { fanIn, fanOut } = fans(where, tensor)
  return [checkFloat(where, 'gain', gain) * Math.sqrt(2 / (fanIn + fanOut)), source(generator)]
}

/**
 * Draws from U(−a, a) with a = gain · √(6 / (inputs + outputs)) (Glorot and Bengio 2010).
 * `torch.nn.init.xavier_uniform_(tensor, gain=1.0, generator=None)`
 */
export function xavierUniform_(tensor: Tensor, ...rest: Gain): Tensor {
  const [std, options] = xavier('init.xavierUniform_', tensor, rest)
  const bound = Math.sqrt(3) * std
  return uniform_(tensor, -bound, bound, options)
}

/**
 * Draws from a normal distribution of standard deviation gain · √(2 / (inputs + outputs)).
 * `torch.nn.init.xavier_normal_(tensor, gain=1.0, generator=None)`
 */
export function xavierNormal_(tensor: Tensor, ...rest: Gain): Tensor {
  const [std, options] = xavier('init.xavierNormal_', tensor, rest)
  return normal_(tensor, 0, std, options)
}

/** Options of {@link kaimingUniform_} and {@link kaimingNormal_}. */
export interface FanOptions extends RandomOptions {
  /** The slope of 'leakyRelu' below 0. */
  a?: number
  /** Which of the two keeps its width: values ('fanIn') or gradients ('fanOut'). */
  mode?: 'fanIn' | 'fanOut'
  /** What follows the layer; 'leakyRelu' by default. */
  nonlinearity?: Nonlinearity
}

type Fan = Rest<FanOptions, [a?: number, mode?: 'fanIn' | 'fanOut', nonlinearity?: Nonlinearity]>

/** The standard deviation, or null where there is nothing to draw. */
function kaiming(where: string, tensor: Tensor, rest: Fan): [number | null, RandomOptions] {
  const [a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu', generator] = read<
    [number, 'fanIn' | 'fanOut', Nonlinearity, Generator | null]
  >(where, ['a', 'mode', 'nonlinearity', 'generator'], rest)
  checkOneOf(where, 'mode', mode, ['fanIn', 'fanOut'])
  if (checkTensor(where, 'tensor', tensor).shape.includes(0)) {
    warnOnce(`${where}: a tensor without elements has nothing to initialize`)
    return [null, {}]
  }
  const { fanIn, fanOut } = fans(where, tensor)
  const std = calculateGain(nonlinearity, a) / Math.sqrt(mode === 'fanIn' ? fanIn : fanOut)
  return [std, source(generator)]
}

/**
 * Draws from U(−b, b) with b = gain · √(3 / inputs) (He et al. 2015).
 * `torch.nn.init.kaiming_uniform_(tensor, a=0, mode='fan_in', nonlinearity='leaky_relu', generator=None)`
 */
export function kaimingUniform_(tensor: Tensor, ...rest: Fan): Tensor {
  const [std, options] = kaiming('init.kaimingUniform_', tensor, rest)
  if (std === null) return tensor
  const bound = Math.sqrt(3) * std
  return uniform_(tensor, -bound, bound, options)
}

/**
 * Draws from a normal distribution of standard deviation gain / √inputs (He et al. 2015).
 * `torch.nn.init.kaiming_normal_(tensor, a=0, mode='fan_in', nonlinearity='leaky_relu', generator=None)`
 */
export function kaimingNormal_(tensor: Tensor, ...rest: Fan): Tensor {
  const [std, options] = kaiming('init.kaimingNormal_', tensor, rest)
  return std === null ? tensor : normal_(tensor, 0, std, options)
}
