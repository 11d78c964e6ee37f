// Schedulers that steer by other schedulers.

import { checkInteger, fail } from '../check.js'
import { TorchError } from '../errors.js'
import type { Groups } from './groups.js'
import { Scheduler } from './scheduler.js'
import { entriesOf, type SchedulerStateDict } from './state.js'

/** Base class of schedulers that are made of others. */
export abstract class CompositeScheduler<
  State extends { _last_lr: number[] },
> extends Scheduler<State> {
  protected readonly parts: readonly Scheduler[]

  protected constructor(groups: Groups, parts: readonly Scheduler[], state: State) {
    super(groups, state)
    this.parts = parts
  }

  override initialStep(): void {
    this.step()
  }

  override undoStep(): void {
    for (const part of this.parts) part.undoStep()
  }

  /** The position and, under `_schedulers`, the state of each part. */
  override stateDict(): SchedulerStateDict {
    return { ...super.stateDict(), _schedulers: this.parts.map((part) => part.stateDict()) }
  }

  override prepareState(given: unknown): () => void {
    const takeOwn = super.prepareState(given)
    const where = `${this.groups.where}.loadStateDict`
    const states = entriesOf(where, 'stateDict', given).get('_schedulers')
    if (!Array.isArray(states) || states.length !== this.parts.length) {
      fail(where, '_schedulers', `an array of ${this.parts.length} state dicts`, states)
    }
    const takeParts = this.parts.map((part, i) => part.prepareState(states[i]))
    return () => {
      takeOwn()
      for (const take of takeParts) take()
    }
  }
}

/** Schedulers of one optimizer that step without arguments, at least one. */
export function checkParts(groups: Groups, given: unknown): readonly Scheduler[] {
  const { where, optimizer } = groups
  if (!Array.isArray(given) || given.length === 0) {
    fail(where, 'schedulers', 'an array of schedulers, at least one', given)
  }
  given.forEach((part: unknown, i) => {
    if (!(part instanceof Scheduler)) {
      fail(where, `schedulers[${i}]`, 'a scheduler that steps without a metric', part)
    }
    if (part.optimizer !== optimizer) {
      throw new TorchError(`${where}: schedulers[${i}] belongs to another optimizer`)
    }
  })
  return [...given]
}

/** Epochs at which one part takes over from the one before: one fewer than parts. */
export function checkMilestones(where: string, given: unknown, parts: number): number[] {
  if (!Array.isArray(given) || given.length !== parts - 1) {
    fail(where, 'milestones', `an array of ${parts - 1} epochs, one fewer than schedulers`, given)
  }
  return given.map((milestone) => checkInteger(where, 'milestones', milestone))
}
