import { checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { Optimizer, type ParamsInput } from './optimizer.js'
import {
  checkTensorRates,
  common,
  type FusedChoice,
  flag,
  optionNames,
  type Settings,
} from './settings.js'

/** Settings of {@link adam}, and of each of its groups. */
export interface AdamValues extends FusedChoice {
  /** Learning rate. */
  lr: number
  /** Shares of the running means of gradient and squared gradient that stay at each step. */
  betas: readonly [number, number]
  /** Added to the denominator, against division by nothing. */
  eps: number
  /** L2 penalty, added to the gradient. */
  weightDecay: number
  /** Divide by the largest mean square so far (Reddi et al. 2018). */
  amsgrad: boolean
  /** Climb instead of descending. */
  maximize: boolean
  /** Shrink the weights themselves instead of adding the penalty to the gradient, as AdamW does. */
  decoupledWeightDecay: boolean
}

const SETTINGS: Settings = {
  lr: common.lr,
  betas: common.betas,
  eps: common.eps,
  weightDecay: common.weightDecay,
  amsgrad: flag('amsgrad'),
  maximize: common.maximize,
  foreach: common.foreach,
  capturable: common.capturable,
  differentiable: common.differentiable,
  fused: common.fused,
  decoupledWeightDecay: common.decoupledWeightDecay,
}

const DEFAULTS: AdamValues = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
  decoupledWeightDecay: false,
  foreach: null,
  fused: null,
}

/** Adam. Made by {@link adam}. */
export class Adam extends Optimizer<AdamValues, Tensor> {
  /** @internal */
  constructor(params: ParamsInput<AdamValues>, values: AdamValues) {
    super('Adam', SETTINGS, params, values)
  }
}

/**
 * Adam (Kingma and Ba 2015): steps of running mean over root of running mean square of the gradient:
 * m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; w ← w − lr·m̂/(√v̂ + eps), where m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ).
 * PyTorch's `optim.Adam`.
 *
 * @param params tensors, such as `model.parameters()`, or groups `{ params, lr, … }`
 */
export function adam(params: ParamsInput<AdamValues>, options?: Partial<AdamValues>): Adam {
  const given = checkOptions('adam', options, optionNames(SETTINGS) as (keyof AdamValues)[])
  checkTensorRates('adam', given)
  return new Adam(params, { ...DEFAULTS, ...given })
}
