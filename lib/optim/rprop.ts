import { checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { Optimizer, type ParamsInput } from './optimizer.js'
import { common, type ForeachChoice, optionNames, type Settings, tuple } from './settings.js'

/** Settings of {@link rprop}, and of each of its groups. */
export interface RpropValues extends ForeachChoice {
  /** Learning rate. */
  lr: number
  /** Factors by which a step size shrinks and grows. */
  etas: readonly [number, number]
  /** Smallest and largest step size. */
  stepSizes: readonly [number, number]
  /** Climb instead of descending. */
  maximize: boolean
}

const SETTINGS: Settings = {
  lr: common.lr,
  etas: tuple('etas', ['etaminus', 'etaplus'], [{ above: 0, below: 1 }, { above: 1 }]),
  stepSizes: tuple('step_sizes', ['step_size_min', 'step_size_max'], [{}, {}]),
  foreach: common.foreach,
  maximize: common.maximize,
  differentiable: common.differentiable,
  capturable: common.capturable,
}

const DEFAULTS: RpropValues = {
  lr: 1e-2,
  etas: [0.5, 1.2],
  stepSizes: [1e-6, 50],
  maximize: false,
  foreach: null,
}

/** Rprop. Made by {@link rprop}. */
export class Rprop extends Optimizer<RpropValues, Tensor> {
  /** @internal */
  constructor(params: ParamsInput<RpropValues>, values: RpropValues) {
    super('Rprop', SETTINGS, params, values)
  }
}

/**
 * Resilient backpropagation (Riedmiller and Braun 1993): each weight has a step size, which grows while its gradient
 * keeps its sign and shrinks when it turns. For whole batches. PyTorch's `optim.Rprop`.
 *
 * @param params tensors, such as `model.parameters()`, or groups `{ params, lr, … }`
 */
export function rprop(params: ParamsInput<RpropValues>, options?: Partial<RpropValues>): Rprop {
  const given = checkOptions('rprop', options, optionNames(SETTINGS) as (keyof RpropValues)[])
  return new Rprop(params, { ...DEFAULTS, ...given })
}
