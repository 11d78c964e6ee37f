import { checkInteger, checkNumber, checkOptions } from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { type EpochOptions, EpochScheduler } from './epoch-scheduler.js'
import { Groups } from './groups.js'

/** Options of {@link constant}. */
export interface ConstantOptions extends EpochOptions {
  /** Factor of the learning rates at first (1/3). */
  factor?: number
  /** Epochs after which they are the initial ones (5). */
  totalIters?: number
}

/** A lower learning rate at first. Made by {@link constant}. */
export class Constant extends EpochScheduler<{ factor: number; total_iters: number }> {
  /** @internal */
  constructor(groups: Groups, factor: number, totalIters: number, lastEpoch?: number) {
    super(groups, { factor, total_iters: totalIters }, lastEpoch)
    this.initialStep()
  }

  protected override nextLrs(): number[] {
    const { last_epoch, factor, total_iters } = this.state
    if (last_epoch === 0) return this.scaledLrs(factor)
    return last_epoch === total_iters ? this.scaledLrs(1 / factor) : this.currentLrs
  }

  protected override closedForm(): number[] {
    const { last_epoch, factor, total_iters } = this.state
    return this.scaledBaseLrs(last_epoch >= total_iters ? factor + (1 - factor) : factor)
  }
}

/** Multiplies the learning rates by `factor` for the first `totalIters` epochs. PyTorch's `lr_scheduler.ConstantLR`. */
export function constant(optimizer: Optimizer, options?: ConstantOptions): Constant {
  const where = 'constant'
  const groups = new Groups(where, optimizer)
  const {
    factor = 1 / 3,
    totalIters = 5,
    lastEpoch,
  } = checkOptions(where, options, ['factor', 'totalIters', 'lastEpoch'])
  return new Constant(
    groups,
    checkNumber(where, 'factor', factor, { min: 0, max: 1 }),
    checkInteger(where, 'totalIters', totalIters, { min: 0 }),
    lastEpoch,
  )
}
