import { checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { Optimizer, type ParamsInput } from './optimizer.js'
import {
  checkTensorRates,
  common,
  type FusedChoice,
  fixed,
  flag,
  optionNames,
  type Settings,
} from './settings.js'

/** Settings of {@link adamw}, and of each of its groups. */
export interface AdamWValues extends FusedChoice {
  /** Learning rate. */
  lr: number
  /** Shares of the running means of gradient and squared gradient that stay at each step. */
  betas: readonly [number, number]
  /** Added to the denominator, against division by nothing. */
  eps: number
  /** Share of the weights, times lr, that goes at each step. */
  weightDecay: number
  /** Divide by the largest mean square so far (Reddi et al. 2018). */
  amsgrad: boolean
  /** Climb instead of descending. */
  maximize: boolean
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
  decoupledWeightDecay: fixed('decoupled_weight_decay', true),
}

const DEFAULTS: AdamWValues = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 1e-2,
  amsgrad: false,
  maximize: false,
  foreach: null,
  fused: null,
}

/** AdamW. Made by {@link adamw}. */
export class AdamW extends Optimizer<AdamWValues, Tensor> {
  /** @internal */
  constructor(params: ParamsInput<AdamWValues>, values: AdamWValues) {
    super('AdamW', SETTINGS, params, values)
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019): w ← w − lr·weightDecay·w before each step of Adam.
 * PyTorch's `optim.AdamW`.
 *
 * @param params tensors, such as `model.parameters()`, or groups `{ params, lr, … }`
 */
export function adamw(params: ParamsInput<AdamWValues>, options?: Partial<AdamWValues>): AdamW {
  const given = checkOptions('adamw', options, optionNames(SETTINGS) as (keyof AdamWValues)[])
  checkTensorRates('adamw', given)
  return new AdamW(params, { ...DEFAULTS, ...given })
}
