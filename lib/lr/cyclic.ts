import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkOptions,
} from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { type EpochOptions, EpochScheduler, type EpochState } from './epoch-scheduler.js'
import { Groups } from './groups.js'
import { pow } from './libm.js'
import { beginMomentum, type MomentumRange, momentumRange } from './momentum.js'

/** Options of {@link cyclic}. */
export interface CyclicOptions extends EpochOptions {
  /** The lowest learning rate, of all groups or of each. */
  baseLr: number | readonly number[]
  /** The highest. */
  maxLr: number | readonly number[]
  /** Steps of the rising half of a cycle (2000). */
  stepSizeUp?: number
  /** Steps of the falling half; as many as of the rising one unless given, or null. */
  stepSizeDown?: number | null
  /** Height of the cycles: all the same, each half of the one before, or `gamma` to the power of the step. */
  mode?: Mode
  /** Base of 'exp_range' (1). */
  gamma?: number
  /** Height by a function of one's own, in place of `mode`. */
  scaleFn?: (x: number) => number
  /** What `scaleFn` gets: the number of the cycle from 1, or of the step from 0. */
  scaleMode?: ScaleMode
  /** Whether momentum (for Adam, the first beta) goes the opposite way (true). */
  cycleMomentum?: boolean
  /** Momentum at the highest learning rate (0.8). */
  baseMomentum?: number | readonly number[]
  /** Momentum at the lowest (0.9). */
  maxMomentum?: number | readonly number[]
}

const KEYS = [
  'baseLr',
  'maxLr',
  'stepSizeUp',
  'stepSizeDown',
  'mode',
  'gamma',
  'scaleFn',
  'scaleMode',
  'cycleMomentum',
  'baseMomentum',
  'maxMomentum',
  'lastEpoch',
] as const

const WHERE = 'cyclic'
const MODES = ['triangular', 'triangular2', 'exp_range'] as const
const SCALE_MODES = ['cycle', 'iterations'] as const
type Mode = (typeof MODES)[number]
type ScaleMode = (typeof SCALE_MODES)[number]

interface CyclicState {
  max_lrs: number[]
  total_size: number
  /** Share of a cycle in which the learning rate rises. */
  step_ratio: number
  mode: Mode
  gamma: number
  scale_mode: ScaleMode
  cycle_momentum: boolean
  use_beta1?: boolean
  base_momentums?: readonly number[]
  max_momentums?: readonly number[]
  _scale_fn_custom: null
}

/** Cycles between two learning rates. Made by {@link cyclic}. */
export class Cyclic extends EpochScheduler<CyclicState> {
  readonly #scaleFn: ((x: number) => number) | undefined

  /** @internal */
  constructor(
    groups: Groups,
    state: CyclicState,
    baseLrs: number[],
    scaleFn: ((x: number) => number) | undefined,
    lastEpoch?: number,
  ) {
    super(groups, state, lastEpoch)
    this.#scaleFn = scaleFn
    this.initialStep()
    // Only now, as in PyTorch: the first value comes from the groups' initial_lr.
    this.state.base_lrs = baseLrs
  }

  protected override nextLrs(): number[] {
    const { last_epoch, total_size, step_ratio, base_lrs, max_lrs } = this.state
    const cycle = Math.floor(1 + last_epoch / total_size)
    const x = 1 + last_epoch / total_size - cycle
    const height = x <= step_ratio ? x / step_ratio : (x - 1) / (step_ratio - 1)
    const scale = this.#scale(this.state.scale_mode === 'cycle' ? cycle : last_epoch)
    this.#setMomentum(height, scale)
    return base_lrs.map(
      (base, group) => base + ((max_lrs[group] as number) - base) * height * scale,
    )
  }

  #setMomentum(height: number, scale: number): void {
    const { cycle_momentum, use_beta1, base_momentums = [], max_momentums = [] } = this.state
    if (!cycle_momentum) return
    this.groups.setAll(
      use_beta1 ? 'beta1' : 'momentum',
      max_momentums.map(
        (max, group) => max - (max - (base_momentums[group] as number)) * height * scale,
      ),
    )
  }

  #scale(x: number): number {
    const { mode, gamma } = this.state
    if (this.#scaleFn !== undefined) {
      return checkNumber(WHERE, 'the result of scaleFn', this.#scaleFn(x))
    }
    if (mode === 'triangular') return 1
    return mode === 'triangular2' ? 1 / pow(2, x - 1) : pow(gamma, x)
  }

  protected override checkState(where: string, state: CyclicState & EpochState): void {
    checkOneOf(where, 'mode', state.mode, MODES)
    checkOneOf(where, 'scale_mode', state.scale_mode, SCALE_MODES)
  }
}

/**
 * Cycles the learning rate between two values along lines (Smith 2017), momentum the opposite way; `step()` after
 * each batch. Takes effect at once: the optimizer's own lr and momentum are overwritten. PyTorch's
 * `lr_scheduler.CyclicLR`.
 */
export function cyclic(optimizer: Optimizer, options: CyclicOptions): Cyclic {
  const groups = new Groups(WHERE, optimizer)
  const {
    stepSizeUp = 2000,
    stepSizeDown = null,
    mode = 'triangular',
    gamma = 1,
    scaleFn,
    scaleMode = 'cycle',
    cycleMomentum = true,
    baseMomentum = 0.8,
    maxMomentum = 0.9,
    lastEpoch = -1,
    ...lrs
  } = checkOptions(WHERE, options, KEYS)
  if (scaleFn !== undefined) checkFunction(WHERE, 'scaleFn', scaleFn)
  const baseLrs = groups.spread('baseLr', lrs.baseLr)
  const maxLrs = groups.spread('maxLr', lrs.maxLr)
  const up = checkInteger(WHERE, 'stepSizeUp', stepSizeUp, { min: 1 })
  const total = up + checkInteger(WHERE, 'stepSizeDown', stepSizeDown ?? stepSizeUp, { min: 1 })
  checkOneOf(WHERE, 'mode', mode, MODES)
  checkOneOf(WHERE, 'scaleMode', scaleMode, SCALE_MODES)
  const momentum = checkBoolean(WHERE, 'cycleMomentum', cycleMomentum)
    ? momentumRange(groups, baseMomentum, maxMomentum)
    : undefined
  const state: CyclicState = {
    max_lrs: maxLrs,
    total_size: total,
    step_ratio: up / total,
    mode,
    gamma: checkNumber(WHERE, 'gamma', gamma, { min: 0 }),
    scale_mode: scaleFn === undefined ? SCALE_MODES[mode === 'exp_range' ? 1 : 0] : scaleMode,
    cycle_momentum: cycleMomentum,
    ...(momentum && momentumState(groups, momentum)),
    _scale_fn_custom: null,
  }
  if (lastEpoch === -1) {
    groups.setAll('lr', baseLrs)
    if (momentum !== undefined) beginMomentum(groups, momentum)
  }
  return new Cyclic(groups, state, baseLrs, scaleFn, lastEpoch)
}

const momentumState = (groups: Groups, { base, max }: MomentumRange) => ({
  use_beta1: groups.momentumName() === 'beta1',
  base_momentums: base,
  max_momentums: max,
})
