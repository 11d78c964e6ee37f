import { checkOptions } from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { type EpochOptions, EpochScheduler } from './epoch-scheduler.js'
import { checkFunctions, type EpochFunction, factorsAt } from './factor-functions.js'
import { Groups } from './groups.js'

/** Factors that a function computes. Made by {@link lambda}. */
export class Lambda extends EpochScheduler<{ lr_lambdas: null[] }> {
  readonly #functions: readonly EpochFunction[]

  /** @internal */
  constructor(groups: Groups, functions: readonly EpochFunction[], lastEpoch?: number) {
    super(groups, { lr_lambdas: functions.map(() => null) }, lastEpoch)
    this.#functions = functions
    this.initialStep()
  }

  protected override nextLrs(): number[] {
    const { base_lrs, last_epoch } = this.state
    return factorsAt(this.groups, this.#functions, last_epoch).map(
      (factor, group) => (base_lrs[group] as number) * factor,
    )
  }
}

/**
 * Sets the learning rates to the initial ones times `lrLambda(epoch)`. PyTorch's `lr_scheduler.LambdaLR`. Functions
 * are no part of the state dict.
 *
 * @param lrLambda one function for all groups, or one for each
 */
export function lambda(
  optimizer: Optimizer,
  lrLambda: EpochFunction | readonly EpochFunction[],
  options?: EpochOptions,
): Lambda {
  const where = 'lambda'
  const groups = new Groups(where, optimizer)
  const functions = checkFunctions(groups, lrLambda)
  return new Lambda(groups, functions, checkOptions(where, options, ['lastEpoch']).lastEpoch)
}
