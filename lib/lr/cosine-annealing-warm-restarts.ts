import { checkInteger, checkNumber, checkOptions } from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { type EpochOptions, EpochScheduler } from './epoch-scheduler.js'
import { Groups } from './groups.js'
import { cos, log, pow } from './libm.js'

/** Options of {@link cosineAnnealingWarmRestarts}. */
export interface CosineAnnealingWarmRestartsOptions extends EpochOptions {
  /** Epochs until the first restart. */
  t0: number
  /** How many times longer each cycle is than the one before (1). */
  tMult?: number
  /** The lowest learning rate (0). */
  etaMin?: number
}

interface WarmRestartsState {
  T_0: number
  T_i: number
  T_mult: number
  eta_min: number
  T_cur: number
}

const WHERE = 'cosineAnnealingWarmRestarts'

/** Cosines down, one after the other. Made by {@link cosineAnnealingWarmRestarts}. */
export class CosineAnnealingWarmRestarts extends EpochScheduler<WarmRestartsState> {
  /** @internal */
  constructor(groups: Groups, t0: number, tMult: number, etaMin: number, lastEpoch = -1) {
    super(groups, { T_0: t0, T_i: t0, T_mult: tMult, eta_min: etaMin, T_cur: lastEpoch }, lastEpoch)
    this.initialStep()
  }

  /**
   * Moves on by one epoch, or to any point of the schedule, which may lie within an epoch:
   * `step(epoch + batch / batches)` after each batch.
   */
  override step(epoch?: number): void {
    const { last_epoch } = this.state
    if (epoch !== undefined) {
      this.#goTo(checkNumber(`${WHERE}.step`, 'epoch', epoch, { min: 0 }))
    } else if (last_epoch < 0) {
      this.#goTo(0)
    } else {
      this.#goOn()
      this.state.last_epoch = last_epoch + 1
    }
    this.groups.setAll('lr', this.nextLrs())
    this.noteLr()
  }

  #goOn(): void {
    const { state } = this
    state.T_cur += 1
    if (state.T_cur >= state.T_i) {
      state.T_cur %= state.T_i
      state.T_i *= state.T_mult
    }
  }

  #goTo(epoch: number): void {
    const { state } = this
    const { T_0, T_mult } = state
    if (epoch < T_0) {
      state.T_i = T_0
      state.T_cur = epoch
    } else if (T_mult === 1) {
      state.T_cur = epoch % T_0
    } else {
      const cycle = Math.trunc(log((epoch / T_0) * (T_mult - 1) + 1) / log(T_mult))
      const length = pow(T_mult, cycle)
      state.T_cur = epoch - (T_0 * (length - 1)) / (T_mult - 1)
      state.T_i = T_0 * length
    }
    state.last_epoch = Math.floor(epoch)
  }

  protected override nextLrs(): number[] {
    const { T_cur, T_i, eta_min, base_lrs } = this.state
    const height = 1 + cos((Math.PI * T_cur) / T_i)
    return base_lrs.map((base) => eta_min + ((base - eta_min) * height) / 2)
  }
}

/**
 * Lowers the learning rates to `etaMin` along half a cosine wave, again and again from the initial ones (Loshchilov
 * and Hutter 2017). PyTorch's `lr_scheduler.CosineAnnealingWarmRestarts`.
 */
export function cosineAnnealingWarmRestarts(
  optimizer: Optimizer,
  options: CosineAnnealingWarmRestartsOptions,
): CosineAnnealingWarmRestarts {
  const groups = new Groups(WHERE, optimizer)
  const {
    t0,
    tMult = 1,
    etaMin = 0,
    lastEpoch,
  } = checkOptions(WHERE, options, ['t0', 'tMult', 'etaMin', 'lastEpoch'])
  return new CosineAnnealingWarmRestarts(
    groups,
    checkInteger(WHERE, 't0', t0, { min: 1 }),
    checkInteger(WHERE, 'tMult', tMult, { min: 1 }),
    checkNumber(WHERE, 'etaMin', etaMin),
    lastEpoch,
  )
}
