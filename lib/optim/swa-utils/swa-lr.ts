import { checkInteger, checkOneOf, checkOptions } from '../../check.js'
import { type EpochOptions, EpochScheduler, type EpochState } from '../../lr/epoch-scheduler.js'
import { Groups } from '../../lr/groups.js'
import { cos } from '../../lr/libm.js'
import type { Optimizer } from '../optimizer.js'

/** Options of {@link swaLr}. */
export interface SwaLrOptions extends EpochOptions {
  /** The learning rate to arrive at, of all groups or of each. */
  swaLr: number | readonly number[]
  /** Epochs until then (10). */
  annealEpochs?: number
  /** Shape of the way ('cos'). */
  annealStrategy?: AnnealStrategy
}

const WHERE = 'swaLr'
const STRATEGIES = ['cos', 'linear'] as const
type AnnealStrategy = (typeof STRATEGIES)[number]

interface SwaLrState {
  _anneal_strategy: AnnealStrategy
  anneal_epochs: number
}

/** A way to the constant learning rate of weight averaging. Made by {@link swaLr}. */
export class SwaLr extends EpochScheduler<SwaLrState> {
  /** @internal The groups already carry `swa_lr`. */
  constructor(groups: Groups, state: SwaLrState, lastEpoch?: number) {
    super(groups, state, lastEpoch)
    this.initialStep()
  }

  protected override nextLrs(): number[] {
    const { _step_count, anneal_epochs } = this.state
    const step = anneal_epochs === 0 ? Math.max(1, _step_count - 1) : _step_count - 1
    const before = this.#weight(step - 1)
    const now = this.#weight(step)
    return this.groups.all('swa_lr').map((swaLr, group) => {
      const lr = this.groups.get(group, 'lr')
      const initial = before === 1 ? swaLr : (lr - before * swaLr) / (1 - before)
      return swaLr * now + initial * (1 - now)
    })
  }

  /** Share of the way that lies behind after some steps. */
  #weight(steps: number): number {
    const { anneal_epochs, _anneal_strategy } = this.state
    const part = Math.max(0, Math.min(1, steps / Math.max(1, anneal_epochs)))
    return _anneal_strategy === 'linear' ? part : (1 - cos(Math.PI * part)) / 2
  }

  protected override checkState(where: string, state: SwaLrState & EpochState): void {
    checkOneOf(where, '_anneal_strategy', state._anneal_strategy, STRATEGIES)
  }
}

/**
 * Brings the learning rates to `swaLr` in `annealEpochs` epochs and leaves them there, for the time in which weights
 * are averaged. PyTorch's `swa_utils.SWALR`.
 */
export function swaLr(optimizer: Optimizer, options: SwaLrOptions): SwaLr {
  const groups = new Groups(WHERE, optimizer)
  const {
    annealEpochs = 10,
    annealStrategy = 'cos',
    lastEpoch,
    ...rest
  } = checkOptions(WHERE, options, ['swaLr', 'annealEpochs', 'annealStrategy', 'lastEpoch'])
  const values = groups.spread('swaLr', rest.swaLr)
  const state = {
    _anneal_strategy: checkOneOf(WHERE, 'annealStrategy', annealStrategy, STRATEGIES),
    anneal_epochs: checkInteger(WHERE, 'annealEpochs', annealEpochs, { min: 0 }),
  }
  groups.setAll('swa_lr', values)
  return new SwaLr(groups, state, lastEpoch)
}
