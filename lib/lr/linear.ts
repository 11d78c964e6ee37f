import { checkInteger, checkNumber, checkOptions } from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { type EpochOptions, EpochScheduler } from './epoch-scheduler.js'
import { Groups } from './groups.js'

/** Options of {@link linear}. */
export interface LinearOptions extends EpochOptions {
  /** Factor of the learning rates at first (1/3). */
  startFactor?: number
  /** Factor at the end (1). */
  endFactor?: number
  /** Epochs from the start to the end (5). */
  totalIters?: number
}

interface LinearState {
  start_factor: number
  end_factor: number
  total_iters: number
}

/** A factor that moves along a line. Made by {@link linear}. */
export class Linear extends EpochScheduler<LinearState> {
  /** @internal */
  constructor(groups: Groups, state: LinearState, lastEpoch?: number) {
    super(groups, state, lastEpoch)
    this.initialStep()
  }

  protected override nextLrs(): number[] {
    const { last_epoch, start_factor, end_factor, total_iters, _is_initial } = this.state
    if (last_epoch === 0) return this.scaledLrs(start_factor)
    if (_is_initial || last_epoch > total_iters) return this.currentLrs
    const rise = end_factor - start_factor
    return this.scaledLrs(1 + rise / (total_iters * start_factor + (last_epoch - 1) * rise))
  }

  protected override closedForm(): number[] {
    const { last_epoch, start_factor, end_factor, total_iters } = this.state
    const passed = Math.min(total_iters, last_epoch)
    return this.scaledBaseLrs(start_factor + ((end_factor - start_factor) * passed) / total_iters)
  }
}

/**
 * Multiplies the learning rates by a factor that moves from `startFactor` to `endFactor` in `totalIters` epochs.
 * PyTorch's `lr_scheduler.LinearLR`. A warm-up is this, and another schedule after it:
 *
 * @example
 * const warmup = lr.linear(optimizer, { startFactor: 0.01, totalIters: 5 })
 * const cosine = lr.cosineAnnealing(optimizer, { tMax: 95 })
 * const scheduler = lr.sequential(optimizer, [warmup, cosine], { milestones: [5] })
 */
export function linear(optimizer: Optimizer, options?: LinearOptions): Linear {
  const where = 'linear'
  const groups = new Groups(where, optimizer)
  const {
    startFactor = 1 / 3,
    endFactor = 1,
    totalIters = 5,
    lastEpoch,
  } = checkOptions(where, options, ['startFactor', 'endFactor', 'totalIters', 'lastEpoch'])
  const state = {
    start_factor: checkNumber(where, 'startFactor', startFactor, { above: 0, max: 1 }),
    end_factor: checkNumber(where, 'endFactor', endFactor, { min: 0, max: 1 }),
    total_iters: checkInteger(where, 'totalIters', totalIters, { min: 1 }),
  }
  return new Linear(groups, state, lastEpoch)
}
