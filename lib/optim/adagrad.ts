import { checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { Optimizer, type ParamsInput } from './optimizer.js'
import { common, type FusedChoice, number, optionNames, type Settings } from './settings.js'

/** Settings of {@link adagrad}, and of each of its groups. */
export interface AdagradValues extends FusedChoice {
  /** Learning rate. */
  lr: number
  /** How fast the learning rate falls. */
  lrDecay: number
  /** L2 penalty, added to the gradient. */
  weightDecay: number
  /** What the sum of squares begins with. */
  initialAccumulatorValue: number
  /** Added to the denominator, against division by nothing. */
  eps: number
  /** Climb instead of descending. */
  maximize: boolean
}

const SETTINGS: Settings = {
  lr: common.lr,
  lrDecay: number('lr_decay', { min: 0 }),
  eps: common.eps,
  weightDecay: common.weightDecay,
  initialAccumulatorValue: number('initial_accumulator_value', { min: 0 }),
  foreach: common.foreach,
  maximize: common.maximize,
  differentiable: common.differentiable,
  fused: common.fused,
}

const DEFAULTS: AdagradValues = {
  lr: 1e-2,
  lrDecay: 0,
  weightDecay: 0,
  initialAccumulatorValue: 0,
  eps: 1e-10,
  maximize: false,
  foreach: null,
  fused: null,
}

/** Adagrad. Made by {@link adagrad}. */
export class Adagrad extends Optimizer<AdagradValues, Tensor> {
  /** @internal */
  constructor(params: ParamsInput<AdagradValues>, values: AdagradValues) {
    super('Adagrad', SETTINGS, params, values)
  }
}

/**
 * Adagrad (Duchi, Hazan and Singer 2011): the gradient over the root of the sum of all its squares: s ← s + g²;
 * w ← w − lr/(1 + (t − 1)·lrDecay)·g/(√s + eps). Takes sparse gradients. PyTorch's `optim.Adagrad`.
 *
 * @param params tensors, such as `model.parameters()`, or groups `{ params, lr, … }`
 */
export function adagrad(
  params: ParamsInput<AdagradValues>,
  options?: Partial<AdagradValues>,
): Adagrad {
  const given = checkOptions('adagrad', options, optionNames(SETTINGS) as (keyof AdagradValues)[])
  return new Adagrad(params, { ...DEFAULTS, ...given })
}
