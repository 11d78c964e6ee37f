import { checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { Optimizer, type ParamsInput } from './optimizer.js'
import { common, type FusedChoice, flag, number, optionNames, type Settings } from './settings.js'

/** Settings of {@link sgd}, and of each of its groups. */
export interface SgdValues extends FusedChoice {
  /** Learning rate. */
  lr: number
  /** Share of the last update that goes on. */
  momentum: number
  /** Share of the gradient that does not enter the momentum. */
  dampening: number
  /** L2 penalty, added to the gradient. */
  weightDecay: number
  /** Look ahead by one momentum step (needs momentum, and no dampening). */
  nesterov: boolean
  /** Climb instead of descending. */
  maximize: boolean
}

const SETTINGS: Settings = {
  lr: common.lr,
  momentum: common.momentum,
  dampening: number('dampening', { min: 0 }),
  weightDecay: common.weightDecay,
  nesterov: flag('nesterov'),
  maximize: common.maximize,
  foreach: common.foreach,
  differentiable: common.differentiable,
  fused: common.fused,
}

/** Stochastic gradient descent. Made by {@link sgd}. */
export class Sgd extends Optimizer<SgdValues, Tensor> {
  /** @internal */
  constructor(params: ParamsInput<SgdValues>, values: SgdValues) {
    super('SGD', SETTINGS, params, values)
  }
}

/**
 * Stochastic gradient descent, with momentum if asked:
 * g ← g + weightDecay·w; b ← momentum·b + (1 − dampening)·g (b = g at first); w ← w − lr·b, or, with Nesterov,
 * w − lr·(g + momentum·b). Takes sparse gradients. PyTorch's `optim.SGD`.
 *
 * @param params tensors, such as `model.parameters()`, or groups `{ params, lr, … }`
 */
export function sgd(params: ParamsInput<SgdValues>, options?: Partial<SgdValues>): Sgd {
  const where = 'sgd'
  const values = {
    lr: 1e-3,
    momentum: 0,
    dampening: 0,
    weightDecay: 0,
    nesterov: false,
    maximize: false,
    foreach: null,
    fused: null,
    ...checkOptions(where, options, optionNames(SETTINGS) as (keyof SgdValues)[]),
  }
  if (values.nesterov && (values.momentum <= 0 || values.dampening !== 0)) {
    throw new RangeError(`${where}: nesterov needs a momentum above 0 and no dampening`)
  }
  return new Sgd(params, values)
}
