import { checkOptions } from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { type EpochOptions, EpochScheduler } from './epoch-scheduler.js'
import { checkFunctions, type EpochFunction, factorsAt } from './factor-functions.js'
import { Groups } from './groups.js'

/** Factors on factors that a function computes. Made by {@link multiplicative}. */
export class Multiplicative extends EpochScheduler<{ lr_lambdas: null[] }> {
  readonly #functions: readonly EpochFunction[]

  /** @internal */
  constructor(groups: Groups, functions: readonly EpochFunction[], lastEpoch?: number) {
    super(groups, { lr_lambdas: functions.map(() => null) }, lastEpoch)
    this.#functions = functions
    this.initialStep()
  }

  protected override nextLrs(): number[] {
    const lrs = this.currentLrs
    if (this.state._is_initial) return lrs
    return factorsAt(this.groups, this.#functions, this.state.last_epoch).map(
      (factor, group) => (lrs[group] as number) * factor,
    )
  }
}

/**
 * Multiplies the learning rates by `lrLambda(epoch)` at each epoch. PyTorch's `lr_scheduler.MultiplicativeLR`.
 * Functions are no part of the state dict.
 *
 * @param lrLambda one function for all groups, or one for each
 */
export function multiplicative(
  optimizer: Optimizer,
  lrLambda: EpochFunction | readonly EpochFunction[],
  options?: EpochOptions,
): Multiplicative {
  const where = 'multiplicative'
  const groups = new Groups(where, optimizer)
  const functions = checkFunctions(groups, lrLambda)
  return new Multiplicative(
    groups,
    functions,
    checkOptions(where, options, ['lastEpoch']).lastEpoch,
  )
}
