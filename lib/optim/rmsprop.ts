import { checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { Optimizer, type ParamsInput } from './optimizer.js'
import { common, type ForeachChoice, flag, number, optionNames, type Settings } from './settings.js'

/** Settings of {@link rmsprop}, and of each of its groups. */
export interface RmsPropValues extends ForeachChoice {
  /** Learning rate. */
  lr: number
  /** Share of the running mean square that stays at each step. */
  alpha: number
  /** Added to the denominator, against division by nothing. */
  eps: number
  /** L2 penalty, added to the gradient. */
  weightDecay: number
  /** Share of the last update that goes on. */
  momentum: number
  /** Subtract the square of the running mean: the variance instead of the mean square. */
  centered: boolean
  /** Climb instead of descending. */
  maximize: boolean
}

const SETTINGS: Settings = {
  lr: common.lr,
  momentum: common.momentum,
  alpha: number('alpha', { min: 0 }),
  eps: common.eps,
  centered: flag('centered'),
  weightDecay: common.weightDecay,
  capturable: common.capturable,
  foreach: common.foreach,
  maximize: common.maximize,
  differentiable: common.differentiable,
}

const DEFAULTS: RmsPropValues = {
  lr: 1e-2,
  alpha: 0.99,
  eps: 1e-8,
  weightDecay: 0,
  momentum: 0,
  centered: false,
  maximize: false,
  foreach: null,
}

/** RMSprop. Made by {@link rmsprop}. */
export class RmsProp extends Optimizer<RmsPropValues, Tensor> {
  /** @internal */
  constructor(params: ParamsInput<RmsPropValues>, values: RmsPropValues) {
    super('RMSprop', SETTINGS, params, values)
  }
}

/**
 * RMSprop (Hinton 2012): the gradient over the root of its running mean square: v ← alpha·v + (1 − alpha)·g²;
 * w ← w − lr·g/(√v + eps), with momentum if asked. PyTorch's `optim.RMSprop`.
 *
 * @param params tensors, such as `model.parameters()`, or groups `{ params, lr, … }`
 */
export function rmsprop(
  params: ParamsInput<RmsPropValues>,
  options?: Partial<RmsPropValues>,
): RmsProp {
  const given = checkOptions('rmsprop', options, optionNames(SETTINGS) as (keyof RmsPropValues)[])
  return new RmsProp(params, { ...DEFAULTS, ...given })
}
