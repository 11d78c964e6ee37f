import { checkFunction, checkOptions, fail } from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { type EpochOptions, EpochScheduler } from './epoch-scheduler.js'
import { Groups } from './groups.js'

/** Gives the learning rate of each group for the epoch `scheduler.lastEpoch`. */
export type GetLr = (scheduler: CustomScheduler) => readonly number[]

/** Options of {@link lrScheduler}. */
export interface LrSchedulerOptions extends EpochOptions {
  /** Gives the learning rates from `baseLrs` alone, for `step(epoch)`; `getLr` unless given. */
  getClosedFormLr?: GetLr
}

/** A schedule of one's own. Made by {@link lrScheduler}. */
export class CustomScheduler extends EpochScheduler {
  readonly #getLr: GetLr
  readonly #getClosedFormLr: GetLr

  /** @internal */
  constructor(groups: Groups, getLr: GetLr, getClosedFormLr: GetLr, lastEpoch?: number) {
    super(groups, {}, lastEpoch)
    this.#getLr = getLr
    this.#getClosedFormLr = getClosedFormLr
    this.initialStep()
  }

  #checked(getLr: GetLr): number[] {
    const rates: unknown = getLr(this)
    const isRates = Array.isArray(rates) && rates.every((rate) => typeof rate === 'number')
    if (isRates && rates.length === this.groups.count) return [...rates]
    return fail(
      this.groups.where,
      'what getLr returns',
      `an array of ${this.groups.count} numbers (one for each group)`,
      rates,
    )
  }

  protected override nextLrs(): number[] {
    return this.#checked(this.#getLr)
  }

  protected override closedForm(): number[] {
    return this.#checked(this.#getClosedFormLr)
  }
}

/**
 * A schedule of one's own, with all that the others have: it can be chained, put in a sequence, saved and loaded. In
 * PyTorch one derives a class from `lr_scheduler.LRScheduler` and writes `get_lr`.
 *
 * @param getLr gives the learning rates of the epoch `lastEpoch`, from `baseLrs`, those at first, or `currentLrs`,
 *   those in force. What it refers to is no part of the state dict.
 * @example
 * const warmup = lr.lrScheduler(optimizer, ({ baseLrs, lastEpoch }) =>
 *   baseLrs.map((rate) => rate * Math.min(1, (lastEpoch + 1) / 100)))
 */
export function lrScheduler(
  optimizer: Optimizer,
  getLr: GetLr,
  options?: LrSchedulerOptions,
): CustomScheduler {
  const where = 'lrScheduler'
  const groups = new Groups(where, optimizer)
  checkFunction(where, 'getLr', getLr)
  const { getClosedFormLr = getLr, lastEpoch } = checkOptions(where, options, [
    'getClosedFormLr',
    'lastEpoch',
  ])
  checkFunction(where, 'getClosedFormLr', getClosedFormLr)
  return new CustomScheduler(groups, getLr, getClosedFormLr, lastEpoch)
}
