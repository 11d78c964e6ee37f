import { checkInteger, checkNumber, checkOptions, fail } from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { type EpochOptions, EpochScheduler } from './epoch-scheduler.js'
import { Groups } from './groups.js'
import { pow } from './libm.js'

/** Options of {@link multiStep}. */
export interface MultiStepOptions extends EpochOptions {
  /** Epochs at which the learning rates decay; one that is named twice counts twice. */
  milestones: readonly number[]
  /** Factor of each decay (0.1). */
  gamma?: number
}

/** Decay at given epochs. Made by {@link multiStep}. */
export class MultiStep extends EpochScheduler<{
  milestones: ReadonlyMap<number, number>
  gamma: number
}> {
  /** @internal */
  constructor(groups: Groups, milestones: readonly number[], gamma: number, lastEpoch?: number) {
    const counts = new Map<number, number>()
    for (const milestone of milestones) counts.set(milestone, (counts.get(milestone) ?? 0) + 1)
    super(groups, { milestones: counts, gamma }, lastEpoch)
    this.initialStep()
  }

  protected override nextLrs(): number[] {
    const { last_epoch, milestones, gamma } = this.state
    const count = milestones.get(last_epoch)
    return count === undefined ? this.currentLrs : this.scaledLrs(pow(gamma, count))
  }

  protected override closedForm(): number[] {
    const { last_epoch, milestones, gamma } = this.state
    let passed = 0
    for (const [milestone, count] of milestones) if (milestone <= last_epoch) passed += count
    return this.scaledBaseLrs(pow(gamma, passed))
  }
}

/** Multiplies the learning rates by `gamma` at each of the milestones. PyTorch's `lr_scheduler.MultiStepLR`. */
export function multiStep(optimizer: Optimizer, options: MultiStepOptions): MultiStep {
  const where = 'multiStep'
  const groups = new Groups(where, optimizer)
  const {
    milestones,
    gamma = 0.1,
    lastEpoch,
  } = checkOptions(where, options, ['milestones', 'gamma', 'lastEpoch'])
  if (!Array.isArray(milestones)) fail(where, 'milestones', 'an array of epochs', milestones)
  return new MultiStep(
    groups,
    milestones.map((milestone) => checkInteger(where, 'milestones', milestone)),
    checkNumber(where, 'gamma', gamma, { min: 0 }),
    lastEpoch,
  )
}
