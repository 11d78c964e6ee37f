import { checkInteger, checkOptions, fail } from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { CompositeScheduler, checkMilestones, checkParts } from './composite-scheduler.js'
import { EpochScheduler } from './epoch-scheduler.js'
import { Groups } from './groups.js'
import type { Scheduler } from './scheduler.js'

/** Options of {@link sequential}. */
export interface SequentialOptions {
  /** Epochs at which the next scheduler takes over: one fewer than schedulers, ascending. */
  milestones: readonly number[]
  /** The epoch to go on from (−1). */
  lastEpoch?: number
}

interface SequentialState {
  _milestones: number[]
  last_epoch: number
  _last_lr: number[]
}

/** Schedulers one after the other. Made by {@link sequential}. */
export class Sequential extends CompositeScheduler<SequentialState> {
  /** @internal */
  constructor(
    groups: Groups,
    schedulers: readonly Scheduler[],
    milestones: number[],
    lastEpoch: number,
  ) {
    super(groups, schedulers, { _milestones: milestones, last_epoch: lastEpoch + 1, _last_lr: [] })
    // Each scheduler has set its first values on being made; only the first one's shall hold.
    groups.setAll('lr', groups.all('initial_lr'))
    for (const scheduler of schedulers) scheduler.undoStep()
    const first = this.#at(0)
    first.initialStep()
    this.state._last_lr = first.lastLr
  }

  get lastEpoch(): number {
    return this.state.last_epoch
  }

  override step(): void {
    const epoch = this.state.last_epoch + 1
    const scheduler = this.#at(epoch)
    if (this.state._milestones.includes(epoch) && scheduler instanceof EpochScheduler) {
      scheduler.restart()
    } else {
      scheduler.step()
    }
    this.state.last_epoch = epoch
    this.state._last_lr = scheduler.lastLr
  }

  /** The scheduler of an epoch. */
  #at(epoch: number): Scheduler {
    const passed = this.state._milestones.filter((milestone) => milestone <= epoch).length
    return this.parts[passed] as Scheduler
  }
}

/**
 * Runs schedulers of one optimizer one after the other; each begins anew at its milestone. PyTorch's
 * `lr_scheduler.SequentialLR`. {@link linear} shows a warm-up.
 *
 * @param schedulers a scheduler that is made of others can only be the first
 */
export function sequential(
  optimizer: Optimizer,
  schedulers: readonly Scheduler[],
  options: SequentialOptions,
): Sequential {
  const where = 'sequential'
  const groups = new Groups(where, optimizer)
  const parts = checkParts(groups, schedulers)
  parts.slice(1).forEach((part, i) => {
    if (part instanceof EpochScheduler) return
    fail(where, `schedulers[${i + 1}]`, 'a scheduler that can begin anew', part)
  })
  const { milestones, lastEpoch = -1 } = checkOptions(where, options, ['milestones', 'lastEpoch'])
  return new Sequential(
    groups,
    parts,
    checkMilestones(where, milestones, parts.length),
    checkInteger(where, 'lastEpoch', lastEpoch, { min: -1 }),
  )
}
