import { checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { Optimizer, type ParamsInput } from './optimizer.js'
import { common, type ForeachChoice, number, optionNames, type Settings } from './settings.js'

/** Settings of {@link adadelta}, and of each of its groups. */
export interface AdadeltaValues extends ForeachChoice {
  /** Learning rate. */
  lr: number
  /** Share of the running mean squares that stays at each step. */
  rho: number
  /** Added to the denominator, against division by nothing. */
  eps: number
  /** L2 penalty, added to the gradient. */
  weightDecay: number
  /** Climb instead of descending. */
  maximize: boolean
}

const SETTINGS: Settings = {
  lr: common.lr,
  rho: number('rho', { min: 0, max: 1 }),
  eps: common.eps,
  weightDecay: common.weightDecay,
  maximize: common.maximize,
  capturable: common.capturable,
  foreach: common.foreach,
  differentiable: common.differentiable,
}

const DEFAULTS: AdadeltaValues = {
  lr: 1,
  rho: 0.9,
  eps: 1e-6,
  weightDecay: 0,
  maximize: false,
  foreach: null,
}

/** Adadelta. Made by {@link adadelta}. */
export class Adadelta extends Optimizer<AdadeltaValues, Tensor> {
  /** @internal */
  constructor(params: ParamsInput<AdadeltaValues>, values: AdadeltaValues) {
    super('Adadelta', SETTINGS, params, values)
  }
}

/**
 * Adadelta (Zeiler 2012): the gradient times the root mean square of past updates over that of past gradients.
 * PyTorch's `optim.Adadelta`.
 *
 * @param params tensors, such as `model.parameters()`, or groups `{ params, lr, … }`
 */
export function adadelta(
  params: ParamsInput<AdadeltaValues>,
  options?: Partial<AdadeltaValues>,
): Adadelta {
  const given = checkOptions('adadelta', options, optionNames(SETTINGS) as (keyof AdadeltaValues)[])
  return new Adadelta(params, { ...DEFAULTS, ...given })
}
