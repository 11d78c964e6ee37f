// What all schedulers have: an optimizer, the learning rates they last set, and a state that can be carried over.

import { TorchError } from '../errors.js'
import type { Optimizer } from '../optim/optimizer.js'
import type { Groups } from './groups.js'
import { mergeState, type SchedulerStateDict } from './state.js'

/** Entries of a state that hold one number for each group. */
const PER_GROUP = ['_last_lr', 'base_lrs', 'max_lrs', 'min_lrs', 'base_momentums', 'max_momentums']

/** Base class of all schedulers, {@link ReduceOnPlateau} included. `State` has PyTorch's names. */
export abstract class SchedulerBase<State extends { _last_lr: number[] } = { _last_lr: number[] }> {
  /** The optimizer whose groups it steers. */
  readonly optimizer: Optimizer
  protected readonly groups: Groups
  protected state: State

  protected constructor(groups: Groups, state: State) {
    this.optimizer = groups.optimizer
    this.groups = groups
    this.state = state
  }

  /** Steps taken since the start of the schedule. PyTorch's `last_epoch`. */
  abstract get lastEpoch(): number

  /** Learning rate of each group as this scheduler has last set it. */
  get lastLr(): number[] {
    return [...this.state._last_lr]
  }

  /** {@link lastLr} under PyTorch's name. */
  getLastLr(): number[] {
    return this.lastLr
  }

  /** The position in the schedule and its settings; the groups' own numbers are in the optimizer's state dict. */
  stateDict(): SchedulerStateDict {
    return structuredClone(this.state) as unknown as SchedulerStateDict
  }

  /**
   * Takes over a state that {@link stateDict} of such a scheduler has given, PyTorch's included. The groups stay as
   * they are: load the optimizer's state dict too. Functions are not part of a state.
   *
   * @throws TypeError or TorchError if it does not fit; nothing has changed then
   */
  loadStateDict(stateDict: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>): void {
    this.prepareState(stateDict)()
  }

  /** @internal Checks a state dict and returns what takes it over. */
  prepareState(given: unknown): () => void {
    const where = `${this.groups.where}.loadStateDict`
    const state = mergeState(where, this.state, given)
    for (const [name, value] of Object.entries(state)) {
      if (!PER_GROUP.includes(name)) continue
      const { length } = value as readonly unknown[]
      if (length !== this.groups.count) {
        throw new TorchError(
          `${where}: ${name} has ${length} values, the optimizer ${this.groups.count} parameter groups`,
        )
      }
    }
    this.checkState(where, state)
    return () => {
      this.state = state
    }
  }

  /** Refuses a state whose values are of the right kind and yet not allowed. */
  protected checkState(_where: string, _state: State): void {}

  /** Notes the groups' learning rates as the last ones set. */
  protected noteLr(): void {
    this.state._last_lr = this.groups.all('lr')
  }
}
