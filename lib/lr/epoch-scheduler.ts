// Schedulers that compute the learning rates of an epoch, from those of the epoch before or from the initial ones.

import { checkInteger, checkNumber } from '../check.js'
import { TorchError } from '../errors.js'
import { hasStepped } from '../optim/optimizer.js'
import { warnOnce } from '../warn.js'
import type { Groups } from './groups.js'
import { Scheduler } from './scheduler.js'

/** What the state of every such scheduler has, by PyTorch's names. */
export interface EpochState {
  base_lrs: number[]
  last_epoch: number
  _step_count: number
  _is_initial: boolean
  _get_lr_called_within_step: boolean
  _last_lr: number[]
}

/** The option that all these schedulers have. */
export interface EpochOptions {
  /** The epoch to go on from. Above −1, the groups must have an `initial_lr` from an earlier run. */
  lastEpoch?: number
}

/** Base class of schedulers of one formula. `Own` is the part of the state that is theirs alone. */
export abstract class EpochScheduler<Own extends object = object> extends Scheduler<
  Own & EpochState
> {
  /** Subclasses call {@link initialStep} when they are complete. */
  protected constructor(groups: Groups, own: Own, lastEpoch: number | undefined) {
    const last = checkInteger(groups.where, 'lastEpoch', lastEpoch ?? -1, { min: -1 })
    for (let group = 0; group < groups.count; group++) {
      if (groups.find(group, 'initial_lr') !== undefined) continue
      if (last !== -1) {
        throw new TorchError(
          `${groups.where}: lastEpoch ${last} goes on with an earlier run, but paramGroups[${group}] has no ` +
            'initial_lr: load the state dict of the optimizer first',
        )
      }
      groups.set(group, 'initial_lr', groups.get(group, 'lr'))
    }
    super(groups, {
      ...own,
      base_lrs: groups.all('initial_lr'),
      last_epoch: last,
      _step_count: 0,
      _is_initial: false,
      _get_lr_called_within_step: false,
      _last_lr: [],
    })
  }

  get lastEpoch(): number {
    return this.state.last_epoch
  }

  /** Learning rate of each group that the schedule starts from. PyTorch's `base_lrs`. */
  get baseLrs(): number[] {
    return [...this.state.base_lrs]
  }

  /**
   * Moves on by one step: call it after `optimizer.step()`, once for each epoch or batch as the schedule counts.
   *
   * @param epoch deprecated, as in PyTorch: goes to that epoch, by the closed form where there is one
   */
  step(epoch?: number): void {
    if (epoch !== undefined) {
      checkNumber(`${this.groups.where}.step`, 'epoch', epoch, { min: 0 })
      warnOnce(`${this.groups.where}: step(epoch) is deprecated; step() goes on by one`)
    }
    if (this.state._step_count === 1 && !hasStepped(this.optimizer)) {
      warnOnce(
        `${this.groups.where}: scheduler.step() was called before optimizer.step(): the first learning rate of the ` +
          'schedule is skipped; call optimizer.step() first',
      )
    }
    this.#go(epoch, 1)
  }

  override initialStep(): void {
    this.state._step_count = 0
    this.state._is_initial = true
    try {
      this.step()
    } finally {
      this.state._is_initial = false
    }
  }

  override undoStep(): void {
    this.state.last_epoch -= 1
  }

  /** @internal Begins again at epoch 0, by the closed form where there is one, without counting a step. */
  restart(): void {
    this.#go(0, 0)
  }

  /** Writes the learning rates of the next epoch, or of a given one. If there are none, nothing changes. */
  #go(epoch: number | undefined, steps: number): void {
    const { last_epoch, _step_count } = this.state
    this.state.last_epoch = epoch ?? last_epoch + 1
    this.state._step_count += steps
    try {
      this.groups.setAll('lr', epoch === undefined ? this.nextLrs() : this.closedForm())
    } catch (error) {
      Object.assign(this.state, { last_epoch, _step_count })
      throw error
    }
    this.noteLr()
  }

  /** Learning rates of `last_epoch`, by the recursive form where there is one: it respects what others have set. */
  protected abstract nextLrs(): number[]

  /** Learning rates of `last_epoch` from the initial ones alone. */
  protected closedForm(): number[] {
    return this.nextLrs()
  }

  /** Learning rate of each group as it is, whoever has set it. */
  get currentLrs(): number[] {
    return this.groups.all('lr')
  }

  /** The groups' learning rates times a factor. */
  protected scaledLrs(factor: number): number[] {
    return this.currentLrs.map((lr) => lr * factor)
  }

  /** The initial learning rates times a factor. */
  protected scaledBaseLrs(factor: number): number[] {
    return this.state.base_lrs.map((lr) => lr * factor)
  }
}
