import { checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { Optimizer, type ParamsInput } from './optimizer.js'
import { common, type ForeachChoice, number, optionNames, type Settings } from './settings.js'

/** Settings of {@link nadam}, and of each of its groups. */
export interface NAdamValues extends ForeachChoice {
  /** Learning rate. */
  lr: number
  /** Shares of the running means of gradient and squared gradient that stay at each step. */
  betas: readonly [number, number]
  /** Added to the denominator, against division by nothing. */
  eps: number
  /** L2 penalty, added to the gradient. */
  weightDecay: number
  /** How fast momentum nears its full size. */
  momentumDecay: number
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
  momentumDecay: number('momentum_decay', { min: 0 }),
  decoupledWeightDecay: common.decoupledWeightDecay,
  maximize: common.maximize,
  foreach: common.foreach,
  capturable: common.capturable,
  differentiable: common.differentiable,
}

const DEFAULTS: NAdamValues = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  momentumDecay: 4e-3,
  decoupledWeightDecay: false,
  maximize: false,
  foreach: null,
}

/** NAdam. Made by {@link nadam}. */
export class NAdam extends Optimizer<NAdamValues, Tensor> {
  /** @internal */
  constructor(params: ParamsInput<NAdamValues>, values: NAdamValues) {
    super('NAdam', SETTINGS, params, values)
  }
}

/**
 * NAdam (Dozat 2016): Adam that looks ahead by one momentum step, as Nesterov's method does.
 * PyTorch's `optim.NAdam`.
 *
 * @param params tensors, such as `model.parameters()`, or groups `{ params, lr, … }`
 */
export function nadam(params: ParamsInput<NAdamValues>, options?: Partial<NAdamValues>): NAdam {
  const given = checkOptions('nadam', options, optionNames(SETTINGS) as (keyof NAdamValues)[])
  return new NAdam(params, { ...DEFAULTS, ...given })
}
