// Activations: elementwise, the input's shape unless said otherwise.

import type { Parameter } from '../../torch/tensor.js'
import { choice, count, flag, hide, integer, real } from '../fields.js'
import { type Maker, maker, nativeLayer } from '../layer.js'

const overwrite = { inplace: flag() }
const slope = { alpha: real(1), inplace: flag() }

/** max(0, x). Made by {@link relu}. */
export class ReLU extends nativeLayer('ReLU', overwrite, 'inplace?') {}
/** The rectified linear unit, max(0, x). PyTorch's `nn.ReLU`. */
export const relu: Maker<typeof ReLU, [inplace?: boolean]> = maker('relu', ReLU)

/** min(max(0, x), 6). Made by {@link relu6}. */
export class ReLU6 extends nativeLayer('ReLU6', overwrite, 'inplace?') {}
/** The rectified linear unit up to 6, min(max(0, x), 6). PyTorch's `nn.ReLU6`. */
export const relu6: Maker<typeof ReLU6, [inplace?: boolean]> = maker('relu6', ReLU6)

/** The scaled exponential linear unit. Made by {@link selu}. */
export class SELU extends nativeLayer('SELU', overwrite, 'inplace?') {}
/** The scaled exponential linear unit (Klambauer et al. 2017). PyTorch's `nn.SELU`. */
export const selu: Maker<typeof SELU, [inplace?: boolean]> = maker('selu', SELU)

/** x · σ(x). Made by {@link silu}. */
export class SiLU extends nativeLayer('SiLU', overwrite, 'inplace?') {}
/** x · σ(x), also called swish. PyTorch's `nn.SiLU`. */
export const silu: Maker<typeof SiLU, [inplace?: boolean]> = maker('silu', SiLU)

/** x · tanh(softplus(x)). Made by {@link mish}. */
export class Mish extends nativeLayer('Mish', overwrite, 'inplace?') {}
/** x · tanh(softplus(x)) (Misra 2019). PyTorch's `nn.Mish`. */
export const mish: Maker<typeof Mish, [inplace?: boolean]> = maker('mish', Mish)

/** x · hardsigmoid(x). Made by {@link hardswish}. */
export class Hardswish extends nativeLayer('Hardswish', overwrite) {}
/** x · min(max(0, x + 3), 6) / 6 (Howard et al. 2019). PyTorch's `nn.Hardswish`. */
export const hardswish: Maker<typeof Hardswish, [inplace?: boolean]> = maker('hardswish', Hardswish)

/** A sigmoid of straight lines. Made by {@link hardsigmoid}. */
export class Hardsigmoid extends nativeLayer('Hardsigmoid', overwrite) {}
/** min(max(0, x + 3), 6) / 6. PyTorch's `nn.Hardsigmoid`. */
export const hardsigmoid: Maker<typeof Hardsigmoid, [inplace?: boolean]> = maker(
  'hardsigmoid',
  Hardsigmoid,
)

/** The exponential linear unit. Made by {@link elu}. */
export class ELU extends nativeLayer('ELU', slope, 'alpha inplace?') {}
/** x above 0, α(eˣ − 1) below (Clevert et al. 2015). PyTorch's `nn.ELU`. */
export const elu: Maker<typeof ELU, [alpha?: number, inplace?: boolean]> = maker('elu', ELU)

/** The continuously differentiable exponential linear unit. Made by {@link celu}. */
export class CELU extends nativeLayer('CELU', slope, 'alpha inplace?') {}
/** max(0, x) + min(0, α(e^(x/α) − 1)) (Barron 2017). PyTorch's `nn.CELU`. */
export const celu: Maker<typeof CELU, [alpha?: number, inplace?: boolean]> = maker('celu', CELU)

/** The Gaussian error linear unit. Made by {@link gelu}. */
export class GELU extends nativeLayer(
  'GELU',
  { approximate: choice(['none', 'tanh'], 'none', true) },
  'approximate',
) {}
/** x · Φ(x) with the normal distribution's Φ, or its approximation by tanh. PyTorch's `nn.GELU`. */
export const gelu: Maker<typeof GELU, [approximate?: 'none' | 'tanh']> = maker('gelu', GELU)

/** One half of a dimension times the sigmoid of the other. Made by {@link glu}. */
export class GLU extends nativeLayer('GLU', { dim: integer(-1) }, 'dim') {}
/** a · σ(b), where a and b are the halves of dimension `dim`, which is halved. PyTorch's `nn.GLU`. */
export const glu: Maker<typeof GLU, [dim?: number]> = maker('glu', GLU)

/** Zero around 0, x elsewhere. Made by {@link hardshrink}. */
export class Hardshrink extends nativeLayer('Hardshrink', { lambd: real(0.5) }, '!lambd') {}
/** x where |x| > `lambd`, else 0. PyTorch's `nn.Hardshrink`. */
export const hardshrink: Maker<typeof Hardshrink, [lambd?: number]> = maker(
  'hardshrink',
  Hardshrink,
)

/** x moved towards 0. Made by {@link softshrink}. */
export class Softshrink extends nativeLayer(
  'Softshrink',
  { lambd: real(0.5, { min: 0 }) },
  '!lambd',
) {}
/** x moved towards 0 by `lambd`, which is at least 0. PyTorch's `nn.Softshrink`. */
export const softshrink: Maker<typeof Softshrink, [lambd?: number]> = maker(
  'softshrink',
  Softshrink,
)

/** x within bounds. Made by {@link hardtanh}. */
export class Hardtanh extends nativeLayer(
  'Hardtanh',
  { minVal: real(-1), maxVal: real(1), inplace: flag() },
  'minVal maxVal inplace?',
) {}
/** min(max(`minVal`, x), `maxVal`). PyTorch's `nn.Hardtanh`. */
export const hardtanh: Maker<
  typeof Hardtanh,
  [minVal?: number, maxVal?: number, inplace?: boolean]
> = maker('hardtanh', Hardtanh)

/** x with a small slope below 0. Made by {@link leakyRelu}. */
export class LeakyReLU extends nativeLayer(
  'LeakyReLU',
  { negativeSlope: real(0.01), inplace: flag() },
  'negativeSlope inplace?',
) {}
/** x above 0, `negativeSlope` · x below. PyTorch's `nn.LeakyReLU`. */
export const leakyRelu: Maker<typeof LeakyReLU, [negativeSlope?: number, inplace?: boolean]> =
  maker('leakyRelu', LeakyReLU)

/** x with a slope below 0 that is learned. Made by {@link prelu}. */
export class PReLU extends nativeLayer(
  'PReLU',
  { numParameters: count(1), init: hide(real(0.25)) },
  'numParameters',
) {
  /** The slopes: [numParameters] */
  declare weight: Parameter
}
/** x above 0, a · x below, with one a for all or one per channel, `init` at first. PyTorch's `nn.PReLU`. */
export const prelu: Maker<typeof PReLU, [numParameters?: number, init?: number]> = maker(
  'prelu',
  PReLU,
)

/** x with a random slope below 0. Made by {@link rrelu}. */
export class RReLU extends nativeLayer(
  'RReLU',
  { lower: real(1 / 8), upper: real(1 / 3), inplace: flag() },
  'lower upper inplace?',
) {}
/**
 * x above 0, a · x below, a drawn from U(`lower`, `upper`) for each element while training, their mean in
 * evaluation. PyTorch's `nn.RReLU`.
 */
export const rrelu: Maker<typeof RReLU, [lower?: number, upper?: number, inplace?: boolean]> =
  maker('rrelu', RReLU)

/** A smooth max(0, x). Made by {@link softplus}. */
export class Softplus extends nativeLayer(
  'Softplus',
  { beta: real(1), threshold: real(20) },
  'beta threshold',
) {}
/** log(1 + e^(βx)) / β; x itself where βx is above `threshold`. PyTorch's `nn.Softplus`. */
export const softplus: Maker<typeof Softplus, [beta?: number, threshold?: number]> = maker(
  'softplus',
  Softplus,
)

/** x above a threshold, else a value. Made by {@link threshold}. */
export class Threshold extends nativeLayer(
  'Threshold',
  { threshold: real(), value: real(), inplace: flag() },
  'threshold value inplace?',
) {}
/** x where it is above `threshold`, else `value`. PyTorch's `nn.Threshold`. */
export const threshold: Maker<
  typeof Threshold,
  [threshold: number, value: number, inplace?: boolean]
> = maker('threshold', Threshold)

/** 1 / (1 + e⁻ˣ). Made by {@link sigmoid}. */
export class Sigmoid extends nativeLayer('Sigmoid', {}) {}
/** 1 / (1 + e⁻ˣ). PyTorch's `nn.Sigmoid`. */
export const sigmoid: Maker<typeof Sigmoid> = maker('sigmoid', Sigmoid)

/** log(1 / (1 + e⁻ˣ)). Made by {@link logSigmoid}. */
export class LogSigmoid extends nativeLayer('LogSigmoid', {}) {}
/** log(1 / (1 + e⁻ˣ)). PyTorch's `nn.LogSigmoid`. */
export const logSigmoid: Maker<typeof LogSigmoid> = maker('logSigmoid', LogSigmoid)

/** The hyperbolic tangent. Made by {@link tanh}. */
export class Tanh extends nativeLayer('Tanh', {}) {}
/** The hyperbolic tangent. PyTorch's `nn.Tanh`. */
export const tanh: Maker<typeof Tanh> = maker('tanh', Tanh)

/** x − tanh(x). Made by {@link tanhshrink}. */
export class Tanhshrink extends nativeLayer('Tanhshrink', {}) {}
/** x − tanh(x). PyTorch's `nn.Tanhshrink`. */
export const tanhshrink: Maker<typeof Tanhshrink> = maker('tanhshrink', Tanhshrink)

/** x / (1 + |x|). Made by {@link softsign}. */
export class Softsign extends nativeLayer('Softsign', {}) {}
/** x / (1 + |x|). PyTorch's `nn.Softsign`. */
export const softsign: Maker<typeof Softsign> = maker('softsign', Softsign)

/** Probabilities along a dimension. Made by {@link softmax}. */
export class Softmax extends nativeLayer('Softmax', { dim: integer() }, 'dim') {}
/** eˣ over its sum along `dim`. PyTorch's `nn.Softmax`; it guesses no dimension. */
export const softmax: Maker<typeof Softmax, [dim: number]> = maker('softmax', Softmax)

/** Probabilities along a dimension, the smallest the likeliest. Made by {@link softmin}. */
export class Softmin extends nativeLayer('Softmin', { dim: integer() }, 'dim') {}
/** e⁻ˣ over its sum along `dim`. PyTorch's `nn.Softmin`. */
export const softmin: Maker<typeof Softmin, [dim: number]> = maker('softmin', Softmin)

/** Logarithms of probabilities along a dimension. Made by {@link logSoftmax}. */
export class LogSoftmax extends nativeLayer('LogSoftmax', { dim: integer() }, 'dim') {}
/** The logarithm of {@link softmax}, computed without overflow. PyTorch's `nn.LogSoftmax`. */
export const logSoftmax: Maker<typeof LogSoftmax, [dim: number]> = maker('logSoftmax', LogSoftmax)

/** Probabilities over the channels of images. Made by {@link softmax2d}. */
export class Softmax2d extends nativeLayer('Softmax2d', {}) {}
/** {@link softmax} over the channels at each place of [N, C, H, W] or [C, H, W]. PyTorch's `nn.Softmax2d`. */
export const softmax2d: Maker<typeof Softmax2d> = maker('softmax2d', Softmax2d)
