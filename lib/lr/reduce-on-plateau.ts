import { checkInteger, checkNumber, checkOneOf, checkOptions, fail } from '../check.js'
import { TorchError } from '../errors.js'
import type { Optimizer } from '../optim/optimizer.js'
import { Tensor } from '../torch/tensor.js'
import { Groups } from './groups.js'
import { SchedulerBase } from './scheduler-base.js'

/** Options of {@link reduceOnPlateau}. */
export interface ReduceOnPlateauOptions {
  /** Whether a good metric is low or high ('min'). */
  mode?: Mode
  /** Factor of each reduction, below 1 (0.1). */
  factor?: number
  /** Epochs without improvement that are tolerated (10). */
  patience?: number
  /** What counts as an improvement (1e-4). */
  threshold?: number
  /** Whether `threshold` is a share of the best metric or a difference ('rel'). */
  thresholdMode?: ThresholdMode
  /** Epochs after a reduction in which bad ones are not counted (0). */
  cooldown?: number
  /** The lowest learning rate, of all groups or of each (0). */
  minLr?: number | readonly number[]
  /** A learning rate that would change by no more than this stays (1e-8). */
  eps?: number
}

const KEYS = [
  'mode',
  'factor',
  'patience',
  'threshold',
  'thresholdMode',
  'cooldown',
  'minLr',
  'eps',
] as const

const WHERE = 'reduceOnPlateau'
const MODES = ['min', 'max'] as const
const THRESHOLD_MODES = ['rel', 'abs'] as const
type Mode = (typeof MODES)[number]
type ThresholdMode = (typeof THRESHOLD_MODES)[number]

interface PlateauState {
  factor: number
  /** The lowest learning rate of groups that are added later; null if each group has its own. */
  default_min_lr: number | null
  min_lrs: number[]
  patience: number
  cooldown: number
  eps: number
  last_epoch: number
  _last_lr: number[]
  mode_worse: number
  mode: Mode
  threshold: number
  threshold_mode: ThresholdMode
  best: number
  cooldown_counter: number
  num_bad_epochs: number
}

/** Decay when a metric no longer improves. Made by {@link reduceOnPlateau}. */
export class ReduceOnPlateau extends SchedulerBase<PlateauState> {
  /** @internal */
  constructor(groups: Groups, state: PlateauState) {
    super(groups, state)
  }

  get lastEpoch(): number {
    return this.state.last_epoch
  }

  /** The best metric so far. */
  get best(): number {
    return this.state.best
  }

  /** Whether bad epochs are not counted, soon after a reduction. */
  get inCooldown(): boolean {
    return this.state.cooldown_counter > 0
  }

  /** Epochs without improvement so far. */
  get numBadEpochs(): number {
    return this.state.num_bad_epochs
  }

  /** Ends an epoch with its metric, such as the validation loss: a number, or a tensor of one element. */
  step(metrics: number | Tensor): void {
    const { state } = this
    const current = asNumber(metrics)
    state.last_epoch += 1
    if (this.#isBetter(current)) {
      state.best = current
      state.num_bad_epochs = 0
    } else {
      state.num_bad_epochs += 1
    }
    if (state.cooldown_counter > 0) {
      state.cooldown_counter -= 1
      state.num_bad_epochs = 0
    }
    if (state.num_bad_epochs > state.patience) {
      this.#reduce()
      state.cooldown_counter = state.cooldown
      state.num_bad_epochs = 0
    }
    this.noteLr()
  }

  #isBetter(current: number): boolean {
    const { mode, threshold, threshold_mode, best } = this.state
    if (mode === 'min') {
      return current < (threshold_mode === 'rel' ? best * (1 - threshold) : best - threshold)
    }
    return current > (threshold_mode === 'rel' ? best * (threshold + 1) : best + threshold)
  }

  #reduce(): void {
    const { state, groups } = this
    const { factor, eps, default_min_lr } = state
    if (state.min_lrs.length !== groups.count) {
      if (default_min_lr === null) {
        throw new TorchError(
          `${WHERE}: minLr has ${state.min_lrs.length} values, the optimizer now has ${groups.count} parameter groups`,
        )
      }
      state.min_lrs = new Array(groups.count).fill(default_min_lr)
    }
    groups.all('lr').forEach((lr, group) => {
      const reduced = Math.max(lr * factor, state.min_lrs[group] as number)
      if (lr - reduced > eps) groups.set(group, 'lr', reduced)
    })
  }

  protected override checkState(where: string, state: PlateauState): void {
    checkOneOf(where, 'mode', state.mode, MODES)
    checkOneOf(where, 'threshold_mode', state.threshold_mode, THRESHOLD_MODES)
    state.mode_worse = worst(state.mode)
  }
}

const worst = (mode: Mode): number => (mode === 'min' ? Infinity : -Infinity)

/** A metric may be NaN, which is no improvement. */
function asNumber(metrics: unknown): number {
  const value = metrics instanceof Tensor ? metrics.item() : metrics
  return typeof value === 'number'
    ? value
    : fail(`${WHERE}.step`, 'metrics', 'a number or a real tensor of one element', metrics)
}

/**
 * Multiplies the learning rates by `factor` when a metric has not improved for more than `patience` epochs:
 * `scheduler.step(validationLoss)` after each. PyTorch's `lr_scheduler.ReduceLROnPlateau`.
 */
export function reduceOnPlateau(
  optimizer: Optimizer,
  options?: ReduceOnPlateauOptions,
): ReduceOnPlateau {
  const groups = new Groups(WHERE, optimizer)
  const {
    mode = 'min',
    factor = 0.1,
    patience = 10,
    threshold = 1e-4,
    thresholdMode = 'rel',
    cooldown = 0,
    minLr = 0,
    eps = 1e-8,
  } = checkOptions(WHERE, options, KEYS)
  if (checkNumber(WHERE, 'factor', factor, { min: 0 }) >= 1) {
    throw new RangeError(`${WHERE}: expected a number below 1 for factor, got ${factor}`)
  }
  const minLrs = groups.spread('minLr', minLr)
  const best = worst(checkOneOf(WHERE, 'mode', mode, MODES))
  return new ReduceOnPlateau(groups, {
    factor,
    default_min_lr: typeof minLr === 'number' ? minLr : null,
    min_lrs: minLrs,
    patience: checkInteger(WHERE, 'patience', patience, { min: 0 }),
    cooldown: checkInteger(WHERE, 'cooldown', cooldown, { min: 0 }),
    eps: checkNumber(WHERE, 'eps', eps, { min: 0 }),
    last_epoch: 0,
    _last_lr: groups.all('lr'),
    mode_worse: best,
    mode,
    threshold: checkNumber(WHERE, 'threshold', threshold),
    threshold_mode: checkOneOf(WHERE, 'thresholdMode', thresholdMode, THRESHOLD_MODES),
    best,
    cooldown_counter: 0,
    num_bad_epochs: 0,
  })
}
