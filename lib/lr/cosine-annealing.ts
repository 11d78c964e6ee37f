import { checkNumber, checkOptions } from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { type EpochOptions, EpochScheduler } from './epoch-scheduler.js'
import { Groups } from './groups.js'
import { cos } from './libm.js'

/** Options of {@link cosineAnnealing}. */
export interface CosineAnnealingOptions extends EpochOptions {
  /** Epochs from the initial learning rates to the lowest: half a wave. */
  tMax: number
  /** The lowest learning rate (0). */
  etaMin?: number
}

/** A cosine down, and up again. Made by {@link cosineAnnealing}. */
export class CosineAnnealing extends EpochScheduler<{ T_max: number; eta_min: number }> {
  /** @internal */
  constructor(groups: Groups, tMax: number, etaMin: number, lastEpoch?: number) {
    super(groups, { T_max: tMax, eta_min: etaMin }, lastEpoch)
    this.initialStep()
  }

  protected override nextLrs(): number[] {
    const { last_epoch, T_max, eta_min, base_lrs, _is_initial } = this.state
    const lrs = this.currentLrs
    if (_is_initial) return lrs
    if ((last_epoch - 1 - T_max) % (2 * T_max) === 0) {
      // The lowest point, from which no factor leads away.
      const rise = 1 - cos(Math.PI / T_max)
      return base_lrs.map((base, group) => (lrs[group] as number) + ((base - eta_min) * rise) / 2)
    }
    const now = 1 + cos((Math.PI * last_epoch) / T_max)
    const factor = now / (1 + cos((Math.PI * (last_epoch - 1)) / T_max))
    return lrs.map((lr) => factor * (lr - eta_min) + eta_min)
  }

  protected override closedForm(): number[] {
    const { last_epoch, T_max, eta_min, base_lrs } = this.state
    const height = 1 + cos((Math.PI * last_epoch) / T_max)
    return base_lrs.map((base) => eta_min + ((base - eta_min) * height) / 2)
  }
}

/**
 * Lowers the learning rates to `etaMin` along half a cosine wave of `tMax` epochs (Loshchilov and Hutter 2017,
 * without restarts); after that they rise along the other half. PyTorch's `lr_scheduler.CosineAnnealingLR`.
 */
export function cosineAnnealing(
  optimizer: Optimizer,
  options: CosineAnnealingOptions,
): CosineAnnealing {
  const where = 'cosineAnnealing'
  const groups = new Groups(where, optimizer)
  const {
    tMax,
    etaMin = 0,
    lastEpoch,
  } = checkOptions(where, options, ['tMax', 'etaMin', 'lastEpoch'])
  return new CosineAnnealing(
    groups,
    checkNumber(where, 'tMax', tMax, { above: 0 }),
    checkNumber(where, 'etaMin', etaMin),
    lastEpoch,
  )
}
