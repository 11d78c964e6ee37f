import { checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { Optimizer, type ParamsInput } from './optimizer.js'
import { common, type ForeachChoice, optionNames, type Settings } from './settings.js'

/** Settings of {@link radam}, and of each of its groups. */
export interface RAdamValues extends ForeachChoice {
  /** Learning rate. */
  lr: number
  /** Shares of the running means of gradient and squared gradient that stay at each step. */
  betas: readonly [number, number]
  /** Added to the denominator, against division by nothing. */
  eps: number
  /** L2 penalty, added to the gradient. */
  weightDecay: number
  /** Shrink the weights themselves instead of adding the penalty to the gradient, as AdamW does. */
  decoupledWeightDecay: boolean
  /** Climb instead of descending. */
  maximize: boolean
}

const SETTINGS: Settings = {
  lr: common.lr,
  betas: common.betas,
  eps: common.eps,
  weightDecay: common.weightDecay,
  maximize: common.maximize,
  foreach: common.foreach,
  capturable: common.capturable,
  decoupledWeightDecay: common.decoupledWeightDecay,
  differentiable: common.differentiable,
}

const DEFAULTS: RAdamValues = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  decoupledWeightDecay: false,
  maximize: false,
  foreach: null,
}

/** RAdam. Made by {@link radam}. */
export class RAdam extends Optimizer<RAdamValues, Tensor> {
  /** @internal */
  constructor(params: ParamsInput<RAdamValues>, values: RAdamValues) {
    super('RAdam', SETTINGS, params, values)
  }
}

/**
 * RAdam (Liu et al. 2020): Adam that does not adapt while the mean square rests on too few gradients, and then by a
 * rectified amount. PyTorch's `optim.RAdam`.
 *
 * @param params tensors, such as `model.parameters()`, or groups `{ params, lr, … }`
 */
export function radam(params: ParamsInput<RAdamValues>, options?: Partial<RAdamValues>): RAdam {
  const given = checkOptions('radam', options, optionNames(SETTINGS) as (keyof RAdamValues)[])
  return new RAdam(params, { ...DEFAULTS, ...given })
}
