import { checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { Optimizer, type ParamsInput } from './optimizer.js'
import { common, type ForeachChoice, optionNames, type Settings } from './settings.js'

/** Settings of {@link adamax}, and of each of its groups. */
export interface AdamaxValues extends ForeachChoice {
  /** Learning rate. */
  lr: number
  /** Shares of the running means of gradient and squared gradient that stay at each step. */
  betas: readonly [number, number]
  /** Added to the denominator, against division by nothing. */
  eps: number
  /** L2 penalty, added to the gradient. */
  weightDecay: number
  /** Climb instead of descending. */
  maximize: boolean
}

const SETTINGS: Settings = {
  lr: common.lr,
  betas: common.betas,
  eps: common.eps,
  weightDecay: common.weightDecay,
  foreach: common.foreach,
  maximize: common.maximize,
  differentiable: common.differentiable,
  capturable: common.capturable,
}

const DEFAULTS: AdamaxValues = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  maximize: false,
  foreach: null,
}

/** Adamax. Made by {@link adamax}. */
export class Adamax extends Optimizer<AdamaxValues, Tensor> {
  /** @internal */
  constructor(params: ParamsInput<AdamaxValues>, values: AdamaxValues) {
    super('Adamax', SETTINGS, params, values)
  }
}

/**
 * Adamax (Kingma and Ba 2015, section 7): Adam with the largest recent gradient in place of the root mean square:
 * u ← max(β₂u, |g| + eps); w ← w − lr/(1 − β₁ᵗ)·m/u. PyTorch's `optim.Adamax`.
 *
 * @param params tensors, such as `model.parameters()`, or groups `{ params, lr, … }`
 */
export function adamax(params: ParamsInput<AdamaxValues>, options?: Partial<AdamaxValues>): Adamax {
  const given = checkOptions('adamax', options, optionNames(SETTINGS) as (keyof AdamaxValues)[])
  return new Adamax(params, { ...DEFAULTS, ...given })
}
