import { checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { Optimizer, type ParamsInput } from './optimizer.js'
import { common, type ForeachChoice, number, optionNames, type Settings } from './settings.js'

/** Settings of {@link asgd}, and of each of its groups. */
export interface AsgdValues extends ForeachChoice {
  /** Learning rate. */
  lr: number
  /** Decay of the weights, and of the learning rate. */
  lambd: number
  /** Power by which the learning rate falls. */
  alpha: number
  /** Step at which averaging begins. */
  t0: number
  /** L2 penalty, added to the gradient. */
  weightDecay: number
  /** Climb instead of descending. */
  maximize: boolean
}

const SETTINGS: Settings = {
  lr: common.lr,
  lambd: number('lambd'),
  alpha: number('alpha'),
  t0: number('t0'),
  weightDecay: common.weightDecay,
  foreach: common.foreach,
  maximize: common.maximize,
  differentiable: common.differentiable,
  capturable: common.capturable,
}

const DEFAULTS: AsgdValues = {
  lr: 1e-2,
  lambd: 1e-4,
  alpha: 0.75,
  t0: 1e6,
  weightDecay: 0,
  maximize: false,
  foreach: null,
}

/** ASGD. Made by {@link asgd}. */
export class Asgd extends Optimizer<AsgdValues, Tensor> {
  /** @internal */
  constructor(params: ParamsInput<AsgdValues>, values: AsgdValues) {
    super('ASGD', SETTINGS, params, values)
  }
}

/**
 * Averaged stochastic gradient descent (Polyak and Juditsky 1992). The average of the weights is in the state, as
 * `ax`. PyTorch's `optim.ASGD`.
 *
 * @param params tensors, such as `model.parameters()`, or groups `{ params, lr, … }`
 */
export function asgd(params: ParamsInput<AsgdValues>, options?: Partial<AsgdValues>): Asgd {
  const given = checkOptions('asgd', options, optionNames(SETTINGS) as (keyof AsgdValues)[])
  return new Asgd(params, { ...DEFAULTS, ...given })
}
