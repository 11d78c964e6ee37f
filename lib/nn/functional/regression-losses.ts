// Losses between predictions and targets that are numbers.

import { noGradSync } from '../../autograd/modes.js'
import { checkBoolean, checkNumber } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { warnOnce } from '../../warn.js'
import {
  checkInputShape,
  checkTensor,
  operator,
  type Rest,
  read,
  sameShape,
  shapeText,
} from './call.js'
import { checkReduction, type LossReduction, type ReductionOptions, reduce } from './reduction.js'

/** Options of {@link l1Loss} and {@link mseLoss}. */
export interface WeightedLossOptions {
  /** `'mean'` by default; with a weight, the sum divided by the sum of the weights. */
  reduction?: LossReduction
  /** Factor of each element, of the input's shape. */
  weight?: Tensor | null
}

type Pointwise = (input: Tensor, target: Tensor, reduction: LossReduction) => Tensor
type WeightedLoss = (
  input: Tensor,
  target: Tensor,
  ...rest: Rest<WeightedLossOptions, [reduction?: LossReduction, weight?: Tensor | null]>
) => Tensor

/** Input and target of one shape; that they differ is usually a mistake, so it is said. */
function broadcast(where: string, input: Tensor, target: Tensor): [Tensor, Tensor] {
  const { shape } = checkTensor(where, 'input', input)
  if (sameShape(checkTensor(where, 'target', target).shape, shape)) return [input, target]
  warnOnce(
    `${where}: the shape of target ${shapeText(target.shape)} differs from that of input ` +
      `${shapeText(shape)}; broadcasting them probably gives a wrong result`,
  )
  return torch.broadcastTensors([input, target]) as [Tensor, Tensor]
}

/** A loss that is one operator without a weight, and `difference` times the weight with one. */
function weightedLoss(
  where: string,
  candidates: string,
  difference: (input: Tensor, target: Tensor) => Tensor,
): WeightedLoss {
  const run = operator<Pointwise>(where, candidates)
  return (input, target, ...rest) => {
    const [reduction = 'mean', weight = null] = read<[LossReduction, Tensor | null]>(
      where,
      ['reduction', 'weight'],
      rest,
    )
    checkReduction(where, reduction)
    const [x, y] = broadcast(where, input, target)
    if (weight === null) return run(x, y, reduction)
    checkInputShape(where, 'weight', weight, input)
    const loss = difference(x, y).mul(weight)
    return reduction === 'mean' ? loss.sum().div(weight.sum()) : reduce(loss, reduction)
  }
}

/**
 * Absolute difference.
 * `torch.nn.functional.l1_loss(input, target, reduction='mean', weight=None)`
 */
export const l1Loss: WeightedLoss = weightedLoss('l1Loss', 'l1_loss', (x, y) => x.sub(y).abs())

/**
 * Squared difference.
 * `torch.nn.functional.mse_loss(input, target, reduction='mean', weight=None)`
 */
export const mseLoss: WeightedLoss = weightedLoss('mseLoss', 'mse_loss', (x, y) => x.sub(y).pow(2))

type Curved = (input: Tensor, target: Tensor, reduction: LossReduction, turn: number) => Tensor
const smooth = operator<Curved>('smoothL1Loss', 'smooth_l1_loss')
const absolute = operator<Pointwise>('smoothL1Loss', 'l1_loss')
const huber = operator<Curved>('huberLoss', 'huber_loss')

/** Options of {@link smoothL1Loss}. */
export interface SmoothL1LossOptions extends ReductionOptions {
  /** Difference below which the loss is quadratic, 1 by default; 0 makes it the L1 loss. */
  beta?: number
}

/**
 * Squared difference / (2β) where it is below β, else absolute difference − β/2.
 * `torch.nn.functional.smooth_l1_loss(input, target, reduction='mean', beta=1.0)`
 */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  ...rest: Rest<SmoothL1LossOptions, [reduction?: LossReduction, beta?: number]>
): Tensor {
  const where = 'smoothL1Loss'
  const [reduction = 'mean', beta = 1] = read<[LossReduction, number]>(
    where,
    ['reduction', 'beta'],
    rest,
  )
  checkReduction(where, reduction)
  const [x, y] = broadcast(where, input, target)
  return beta === 0 ? absolute(x, y, reduction) : smooth(x, y, reduction, beta)
}

/** Options of {@link huberLoss}. */
export interface HuberLossOptions {
  /** `'mean'` by default, with a weight too the mean over the elements. */
  reduction?: LossReduction
  /** Difference below which the loss is quadratic, 1 by default. */
  delta?: number
  /** Factor of each element, of the input's shape. */
  weight?: Tensor | null
}

/**
 * Squared difference / 2 where it is below δ, else δ · (absolute difference − δ/2).
 * `torch.nn.functional.huber_loss(input, target, reduction='mean', delta=1.0, weight=None)`
 */
export function huberLoss(
  input: Tensor,
  target: Tensor,
  ...rest: Rest<
    HuberLossOptions,
    [reduction?: LossReduction, delta?: number, weight?: Tensor | null]
  >
): Tensor {
  const where = 'huberLoss'
  const names = ['reduction', 'delta', 'weight']
  const [reduction = 'mean', delta = 1, weight = null] = read<
    [LossReduction, number, Tensor | null]
  >(where, names, rest)
  checkReduction(where, reduction)
  const [x, y] = broadcast(where, input, target)
  if (weight === null) return huber(x, y, reduction, delta)
  checkInputShape(where, 'weight', weight, input)
  return reduce(huber(x, y, 'none', delta).mul(weight), reduction)
}

/** Options of {@link poissonNllLoss}. */
export interface PoissonNllLossOptions extends ReductionOptions {
  /** The input is the logarithm of the rate, the default. */
  logInput?: boolean
  /** Add Stirling's approximation of the term that does not depend on the input. */
  full?: boolean
  /** Added to the rate before its logarithm is taken, 1e-8 by default. */
  eps?: number
}

const poisson = operator<
  (
    input: Tensor,
    target: Tensor,
    logInput: boolean,
    full: boolean,
    eps: number,
    reduction: LossReduction,
  ) => Tensor
>('poissonNllLoss', 'poisson_nll_loss')

/**
 * Negative log-likelihood of counts under Poisson distributions.
 * `torch.nn.functional.poisson_nll_loss(input, target, log_input=True, full=False, eps=1e-08, reduction='mean')`
 */
export function poissonNllLoss(
  input: Tensor,
  target: Tensor,
  ...rest: Rest<
    PoissonNllLossOptions,
    [logInput?: boolean, full?: boolean, eps?: number, reduction?: LossReduction]
  >
): Tensor {
  const where = 'poissonNllLoss'
  const names = ['logInput', 'full', 'eps', 'reduction']
  const [logInput = true, full = false, eps = 1e-8, reduction = 'mean'] = read<
    [boolean, boolean, number, LossReduction]
  >(where, names, rest)
  return poisson(input, target, logInput, full, eps, checkReduction(where, reduction))
}

/** Options of {@link gaussianNllLoss}. */
export interface GaussianNllLossOptions extends ReductionOptions {
  /** Add the term that does not depend on the input. */
  full?: boolean
  /** Least variance, 1e-6 by default. */
  eps?: number
}

/** The variance with a shape that broadcasts to the input's. */
function fittingVariance(where: string, input: Tensor, variance: Tensor): Tensor {
  const [wanted, given] = [input.shape, variance.shape]
  if (sameShape(wanted, given)) return variance
  if (sameShape(wanted.slice(0, -1), given)) return variance.unsqueeze(-1)
  // One variance for a whole dimension: PyTorch adds up the sizes that differ, and the sum must be 1.
  if (wanted.length === given.length) {
    const differing = given.filter((size, d) => size !== wanted[d])
    if (differing.reduce((sum, size) => sum + size, 0) === 1) return variance
  }
  throw new RangeError(
    `${where}: expected a shape like that of input ${shapeText(wanted)} for variance, got ${shapeText(given)}`,
  )
}

/**
 * Negative log-likelihood of numbers under normal distributions.
 * `torch.nn.functional.gaussian_nll_loss(input, target, var, full=False, eps=1e-06, reduction='mean')`
 *
 * @param input means
 * @param variance variances: of the input's shape, without its last dimension, with one dimension of size 1, or a number
 * @throws RangeError for a negative variance
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor | number,
  ...rest: Rest<GaussianNllLossOptions, [full?: boolean, eps?: number, reduction?: LossReduction]>
): Tensor {
  const where = 'gaussianNllLoss'
  const [full = false, eps = 1e-6, reduction = 'mean'] = read<[boolean, number, LossReduction]>(
    where,
    ['full', 'eps', 'reduction'],
    rest,
  )
  checkReduction(where, reduction)
  checkNumber(where, 'eps', eps)
  checkTensor(where, 'input', input)
  checkTensor(where, 'target', target)
  const given =
    typeof variance === 'number'
      ? torch.onesLike(input).mul(variance)
      : checkTensor(where, 'variance', variance)
  if (given.lt(0).any().item() === true) {
    throw new RangeError(`${where}: expected no negative number in variance`)
  }
  const clamped = fittingVariance(where, input, given).clone()
  // The gradient passes the clamp as if it were not there.
  noGradSync(() => clamped.clamp_(eps))
  const loss = clamped.log().add(input.sub(target).pow(2).div(clamped)).mul(0.5)
  if (checkBoolean(where, 'full', full)) loss.add_(0.5 * Math.log(2 * Math.PI))
  return reduce(loss, reduction)
}
