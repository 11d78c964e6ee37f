import { checkInteger, checkNumber, checkOptions } from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { type EpochOptions, EpochScheduler } from './epoch-scheduler.js'
import { Groups } from './groups.js'
import { pow } from './libm.js'

/** Options of {@link step}. */
export interface StepOptions extends EpochOptions {
  /** Epochs between two decays. */
  stepSize: number
  /** Factor of each decay (0.1). */
  gamma?: number
}

/** Decay every few epochs. Made by {@link step}. */
export class Step extends EpochScheduler<{ step_size: number; gamma: number }> {
  /** @internal */
  constructor(groups: Groups, stepSize: number, gamma: number, lastEpoch?: number) {
    super(groups, { step_size: stepSize, gamma }, lastEpoch)
    this.initialStep()
  }

  protected override nextLrs(): number[] {
    const { last_epoch, step_size, gamma } = this.state
    return last_epoch === 0 || last_epoch % step_size !== 0
      ? this.currentLrs
      : this.scaledLrs(gamma)
  }

  protected override closedForm(): number[] {
    const { last_epoch, step_size, gamma } = this.state
    return this.scaledBaseLrs(pow(gamma, Math.floor(last_epoch / step_size)))
  }
}

/** Multiplies the learning rates by `gamma` every `stepSize` epochs. PyTorch's `lr_scheduler.StepLR`. */
export function step(optimizer: Optimizer, options: StepOptions): Step {
  const where = 'step'
  const groups = new Groups(where, optimizer)
  const {
    stepSize,
    gamma = 0.1,
    lastEpoch,
  } = checkOptions(where, options, ['stepSize', 'gamma', 'lastEpoch'])
  return new Step(
    groups,
    checkInteger(where, 'stepSize', stepSize, { min: 1 }),
    checkNumber(where, 'gamma', gamma, { min: 0 }),
    lastEpoch,
  )
}
