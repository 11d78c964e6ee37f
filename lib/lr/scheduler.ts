// Base of the learning-rate schedulers: typed views of native ones, which write into the optimizer's groups.

import { checkInteger } from '../check.js'
import { native, type SchedulerHandle } from '../native.js'
import { type Optimizer, optimizerHandle } from '../optim/optimizer.js'

/** State of a scheduler with PyTorch's names. */
export interface SchedulerStateDict {
  last_epoch: number
  _last_lr: number[]
}

/** Base class of all schedulers. */
export abstract class Scheduler {
  readonly #handle: SchedulerHandle
  /** The optimizer whose groups it steers. */
  readonly optimizer: Optimizer

  protected constructor(handle: SchedulerHandle, optimizer: Optimizer) {
    this.#handle = handle
    this.optimizer = optimizer
  }

  /** Moves on by one step: call it after each `optimizer.step()`. */
  step(): void {
    native.stepScheduler(this.#handle)
  }

  /** Steps taken since construction. PyTorch's `last_epoch`. */
  get lastEpoch(): number {
    return native.lastEpoch(this.#handle)
  }

  /** Learning rate of each group as this scheduler has set it. PyTorch's `get_last_lr()`. */
  get lastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => (group as unknown as { lr: number }).lr)
  }

  /** The position in the schedule; the groups' own numbers are in the optimizer's state dict. */
  stateDict(): SchedulerStateDict {
    return { last_epoch: this.lastEpoch, _last_lr: this.lastLr }
  }

  /** Goes on from a position that {@link stateDict} gave; load the optimizer's state dict too. */
  loadStateDict(stateDict: SchedulerStateDict): void {
    const epoch = checkInteger('loadStateDict', 'last_epoch', stateDict?.last_epoch, { min: 0 })
    const handle = optimizerHandle('loadStateDict', this.optimizer)
    native.setLastEpoch(this.#handle, epoch)
    stateDict._last_lr?.forEach((lr, group) => {
      native.setGroupValue(handle, group, 'lr', lr)
    })
  }
}
