import { checkNumber, checkOptions } from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { type EpochOptions, EpochScheduler } from './epoch-scheduler.js'
import { Groups } from './groups.js'
import { pow } from './libm.js'

/** Options of {@link exponential}. */
export interface ExponentialOptions extends EpochOptions {
  /** Factor of each epoch. */
  gamma: number
}

/** Decay at each epoch. Made by {@link exponential}. */
export class Exponential extends EpochScheduler<{ gamma: number }> {
  /** @internal */
  constructor(groups: Groups, gamma: number, lastEpoch?: number) {
    super(groups, { gamma }, lastEpoch)
    this.initialStep()
  }

  protected override nextLrs(): number[] {
    return this.state._is_initial ? this.currentLrs : this.scaledLrs(this.state.gamma)
  }

  protected override closedForm(): number[] {
    return this.scaledBaseLrs(pow(this.state.gamma, this.state.last_epoch))
  }
}

/** Multiplies the learning rates by `gamma` at each epoch. PyTorch's `lr_scheduler.ExponentialLR`. */
export function exponential(optimizer: Optimizer, options: ExponentialOptions): Exponential {
  const where = 'exponential'
  const groups = new Groups(where, optimizer)
  const { gamma, lastEpoch } = checkOptions(where, options, ['gamma', 'lastEpoch'])
  return new Exponential(groups, checkNumber(where, 'gamma', gamma, { min: 0 }), lastEpoch)
}
