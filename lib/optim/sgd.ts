import { checkBoolean, checkNumber, checkOptions } from '../check.js'
import { Optimizer, type ParamsInput, type Settings } from './optimizer.js'

/** Settings of {@link sgd}, and of each of its groups. */
export interface SgdValues {
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

const number = (python: string, param: string): Settings[string] => ({
  python,
  kind: 'number',
  check: (where, value) => {
    checkNumber(where, param, value, { min: 0 })
  },
})

const flag = (param: string): Settings[string] => ({
  python: param,
  kind: 'flag',
  check: (where, value) => {
    checkBoolean(where, param, value)
  },
})

const SETTINGS: Settings = {
  lr: number('lr', 'lr'),
  momentum: number('momentum', 'momentum'),
  dampening: number('dampening', 'dampening'),
  weightDecay: number('weight_decay', 'weightDecay'),
  nesterov: flag('nesterov'),
  maximize: flag('maximize'),
}

/** Stochastic gradient descent. Made by {@link sgd}. */
export class Sgd extends Optimizer<SgdValues> {
  /** @internal */
  constructor(params: ParamsInput<SgdValues>, values: SgdValues) {
    super('SGD', SETTINGS, params, values)
  }
}

/**
 * Stochastic gradient descent, with momentum if asked:
 * g ← g + weightDecay·w; b ← momentum·b + (1 − dampening)·g (b = g at first); w ← w − lr·b, or, with Nesterov,
 * w − lr·(g + momentum·b). One fused kernel updates all parameters. PyTorch's `optim.SGD`.
 *
 * @param params tensors, such as `model.parameters()`, or groups `{ params, lr, … }`
 */
export function sgd(
  params: ParamsInput<SgdValues>,
  options: Pick<SgdValues, 'lr'> & Partial<SgdValues>,
): Sgd {
  const where = 'sgd'
  const values = {
    momentum: 0,
    dampening: 0,
    weightDecay: 0,
    nesterov: false,
    maximize: false,
    ...checkOptions(where, options, Object.keys(SETTINGS) as (keyof SgdValues)[]),
  }
  if (values.nesterov && (values.momentum <= 0 || values.dampening !== 0)) {
    throw new RangeError(`${where}: nesterov needs a momentum above 0 and no dampening`)
  }
  return new Sgd(params, values)
}
