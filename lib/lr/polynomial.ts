import { checkInteger, checkNumber, checkOptions } from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { type EpochOptions, EpochScheduler } from './epoch-scheduler.js'
import { Groups } from './groups.js'
import { pow } from './libm.js'

/** Options of {@link polynomial}. */
export interface PolynomialOptions extends EpochOptions {
  /** Epochs until the learning rates are 0 (5). */
  totalIters?: number
  /** Power of the polynomial (1, a line). */
  power?: number
}

/** A polynomial down to 0. Made by {@link polynomial}. */
export class Polynomial extends EpochScheduler<{ total_iters: number; power: number }> {
  /** @internal */
  constructor(groups: Groups, totalIters: number, power: number, lastEpoch?: number) {
    super(groups, { total_iters: totalIters, power }, lastEpoch)
    this.initialStep()
  }

  protected override nextLrs(): number[] {
    const { last_epoch, total_iters, power, _is_initial } = this.state
    if (_is_initial || last_epoch > total_iters) return this.currentLrs
    const left = 1 - last_epoch / total_iters
    return this.scaledLrs(pow(left / (1 - (last_epoch - 1) / total_iters), power))
  }

  protected override closedForm(): number[] {
    const { last_epoch, total_iters, power } = this.state
    return this.scaledBaseLrs(pow(1 - Math.min(total_iters, last_epoch) / total_iters, power))
  }
}

/**
 * Multiplies the initial learning rates by (1 − epoch/totalIters)^power, until `totalIters`. PyTorch's
 * `lr_scheduler.PolynomialLR`.
 */
export function polynomial(optimizer: Optimizer, options?: PolynomialOptions): Polynomial {
  const where = 'polynomial'
  const groups = new Groups(where, optimizer)
  const {
    totalIters = 5,
    power = 1,
    lastEpoch,
  } = checkOptions(where, options, ['totalIters', 'power', 'lastEpoch'])
  return new Polynomial(
    groups,
    checkInteger(where, 'totalIters', totalIters, { min: 1 }),
    checkNumber(where, 'power', power, { min: 0 }),
    lastEpoch,
  )
}
