import { checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { Optimizer, type ParamsInput } from './optimizer.js'
import {
  common,
  type ForeachChoice,
  number,
  optionNames,
  type Settings,
  tuple,
} from './settings.js'

/** Settings of {@link adafactor}, and of each of its groups. */
export interface AdafactorValues extends ForeachChoice {
  /** Upper bound of the relative learning rate 1/√t. */
  lr: number
  /** At step t the running means take in the share t^beta2Decay of the new square. */
  beta2Decay: number
  /** Smallest root of a mean square (null: the dtype's machine epsilon), smallest scale of the weights. */
  eps: readonly [number | null, number]
  /** Largest root mean square of an update, before the learning rate. */
  d: number
  /** Share of the weights, times lr, that goes at each step. */
  weightDecay: number
  /** Climb instead of descending. */
  maximize: boolean
}

const SETTINGS: Settings = {
  lr: common.lr,
  beta2Decay: number('beta2_decay', { max: 0 }),
  eps: tuple('eps', ['eps1', 'eps2'], [{ min: 0, nullable: true }, { min: 0 }]),
  d: number('d', { min: 1 }),
  weightDecay: common.weightDecay,
  foreach: common.foreach,
  maximize: common.maximize,
}

const DEFAULTS: AdafactorValues = {
  lr: 1e-2,
  beta2Decay: -0.8,
  eps: [null, 1e-3],
  d: 1,
  weightDecay: 0,
  maximize: false,
  foreach: null,
}

/** Adafactor. Made by {@link adafactor}. */
export class Adafactor extends Optimizer<AdafactorValues, Tensor> {
  /** @internal */
  constructor(params: ParamsInput<AdafactorValues>, values: AdafactorValues) {
    super('Adafactor', SETTINGS, params, values)
  }

  protected override stateShape(name: string, param: Tensor): readonly number[] {
    const shape = [...param.shape]
    if (name === 'row_var') shape[shape.length - 1] = 1
    if (name === 'col_var') shape[shape.length - 2] = 1
    return shape
  }
}

/**
 * Adafactor (Shazeer and Stern 2018): keeps of the mean squares of a matrix only their row and column means, so that
 * its state takes next to no memory; updates are relative to the size of the weights, and clipped.
 * PyTorch's `optim.Adafactor`.
 *
 * @param params tensors, such as `model.parameters()`, or groups `{ params, lr, … }`
 */
export function adafactor(
  params: ParamsInput<AdafactorValues>,
  options?: Partial<AdafactorValues>,
): Adafactor {
  const given = checkOptions(
    'adafactor',
    options,
    optionNames(SETTINGS) as (keyof AdafactorValues)[],
  )
  return new Adafactor(params, { ...DEFAULTS, ...given })
}
