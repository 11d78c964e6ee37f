import { checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { Optimizer, type ParamsInput } from './optimizer.js'
import { common, number, optionNames, type Settings } from './settings.js'

/** Settings of {@link sparseAdam}, and of each of its groups. */
export interface SparseAdamValues {
  /** Learning rate. */
  lr: number
  /** Shares of the running means of gradient and squared gradient that stay at each step. */
  betas: readonly [number, number]
  /** Added to the denominator, against division by nothing. */
  eps: number
  /** Climb instead of descending. */
  maximize: boolean
}

const SETTINGS: Settings = {
  lr: number('lr', { above: 0 }),
  betas: common.betas,
  eps: number('eps', { above: 0 }),
  maximize: common.maximize,
}

const DEFAULTS: SparseAdamValues = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, maximize: false }

/** Adam for sparse gradients. Made by {@link sparseAdam}. */
export class SparseAdam extends Optimizer<SparseAdamValues, Tensor | number> {
  /** @internal */
  constructor(params: ParamsInput<SparseAdamValues>, values: SparseAdamValues) {
    super('SparseAdam', SETTINGS, params, values)
  }

  /** PyTorch's step is a plain number here. */
  protected override readState(param: Tensor): Record<string, Tensor | number> {
    const record = super.readState(param)
    const { step } = record
    if (step !== undefined && typeof step !== 'number') record.step = Number(step.item())
    return record
  }
}

/**
 * Adam for sparse gradients, such as those of an embedding with `sparse: true`: the rows that have no gradient keep
 * weights and running means. PyTorch's `optim.SparseAdam`.
 *
 * @param params dense tensors, or groups `{ params, lr, … }`
 */
export function sparseAdam(
  params: ParamsInput<SparseAdamValues>,
  options?: Partial<SparseAdamValues>,
): SparseAdam {
  const given = checkOptions(
    'sparseAdam',
    options,
    optionNames(SETTINGS) as (keyof SparseAdamValues)[],
  )
  return new SparseAdam(params, { ...DEFAULTS, ...given })
}
