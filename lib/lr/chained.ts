import { checkOptions } from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { CompositeScheduler, checkParts } from './composite-scheduler.js'
import { Groups } from './groups.js'
import type { Scheduler } from './scheduler.js'

/** Schedulers that step together. Made by {@link chained}. */
export class Chained extends CompositeScheduler<{ _last_lr: number[] }> {
  /** @internal */
  constructor(groups: Groups, schedulers: readonly Scheduler[]) {
    super(groups, schedulers, { _last_lr: groups.all('lr') })
  }

  /** That of the first scheduler. */
  get lastEpoch(): number {
    return (this.parts[0] as Scheduler).lastEpoch
  }

  override step(): void {
    for (const scheduler of this.parts) scheduler.step()
    this.noteLr()
  }
}

/**
 * Steps schedulers of one optimizer together, each on what the one before has set. PyTorch's
 * `lr_scheduler.ChainedScheduler`.
 */
export function chained(
  schedulers: readonly Scheduler[],
  options?: {
    /** The schedulers' optimizer; that of the first unless given. */
    optimizer?: Optimizer
  },
): Chained {
  const where = 'chained'
  const { optimizer = schedulers?.[0]?.optimizer } = checkOptions(where, options, ['optimizer'])
  const groups = new Groups(where, optimizer as Optimizer)
  return new Chained(groups, checkParts(groups, schedulers))
}
