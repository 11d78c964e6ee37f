import { checkBoolean, checkInteger, checkNumber, checkOneOf, checkOptions } from '../check.js'
import type { Optimizer } from '../optim/optimizer.js'
import { type EpochOptions, EpochScheduler, type EpochState } from './epoch-scheduler.js'
import { Groups } from './groups.js'
import { cos } from './libm.js'
import { beginMomentum, momentumRange } from './momentum.js'

/** Options of {@link oneCycle}. */
export interface OneCycleOptions extends EpochOptions {
  /** The highest learning rate, of all groups or of each. */
  maxLr: number | readonly number[]
  /** Length of the cycle in steps; or give `epochs` and `stepsPerEpoch`. */
  totalSteps?: number
  epochs?: number
  stepsPerEpoch?: number
  /** Share of the cycle in which the learning rate rises. */
  pctStart?: number
  /** Shape of rise and fall. */
  annealStrategy?: AnnealStrategy
  /** Whether momentum (for Adam, the first beta) goes the opposite way. */
  cycleMomentum?: boolean
  /** Momentum at the highest learning rate. */
  baseMomentum?: number | readonly number[]
  /** Momentum at the lowest. */
  maxMomentum?: number | readonly number[]
  /** The cycle starts at maxLr / divFactor. */
  divFactor?: number
  /** It ends at the start divided by this. */
  finalDivFactor?: number
  /** Fall back to the start, symmetrically, before going down to the end. */
  threePhase?: boolean
}

const KEYS = [
  'maxLr',
  'totalSteps',
  'epochs',
  'stepsPerEpoch',
  'pctStart',
  'annealStrategy',
  'cycleMomentum',
  'baseMomentum',
  'maxMomentum',
  'divFactor',
  'finalDivFactor',
  'threePhase',
  'lastEpoch',
] as const

const WHERE = 'oneCycle'
const STRATEGIES = ['cos', 'linear'] as const
type AnnealStrategy = (typeof STRATEGIES)[number]

/** A part of the cycle; the names are those of numbers in the groups. */
interface Phase {
  /** Its last step; not rounded. */
  end_step: number
  start_lr: string
  end_lr: string
  start_momentum: string
  end_momentum: string
}

interface OneCycleState {
  total_steps: number
  _schedule_phases: Phase[]
  _anneal_func_type: AnnealStrategy
  cycle_momentum: boolean
  use_beta1?: boolean
}

/** The one-cycle policy. Made by {@link oneCycle}. */
export class OneCycle extends EpochScheduler<OneCycleState> {
  /** @internal The groups already carry their own numbers. */
  constructor(groups: Groups, state: OneCycleState, lastEpoch?: number) {
    super(groups, state, lastEpoch)
    this.initialStep()
  }

  /** Steps of the whole cycle. */
  get totalSteps(): number {
    return this.state.total_steps
  }

  protected override nextLrs(): number[] {
    const { last_epoch, total_steps, cycle_momentum, use_beta1 } = this.state
    if (last_epoch > total_steps) {
      throw new RangeError(
        `${WHERE}: step ${last_epoch} of a schedule of ${total_steps} steps; one more than that is too many`,
      )
    }
    const { phase, part } = this.#position()
    const value = (group: number, start: string, end: string): number =>
      this.#anneal(this.groups.get(group, start), this.groups.get(group, end), part)
    return this.state.base_lrs.map((_, group) => {
      if (cycle_momentum) {
        const momentum = value(group, phase.start_momentum, phase.end_momentum)
        this.groups.set(group, use_beta1 ? 'beta1' : 'momentum', momentum)
      }
      return value(group, phase.start_lr, phase.end_lr)
    })
  }

  /** The phase of the current step, and the part of it that has passed. */
  #position(): { phase: Phase; part: number } {
    const { last_epoch, _schedule_phases: phases } = this.state
    const found = phases.findIndex(({ end_step }) => last_epoch <= end_step)
    const index = found < 0 ? phases.length - 1 : found
    const phase = phases[index] as Phase
    const start = phases[index - 1]?.end_step ?? 0
    if (phase.end_step === start) {
      throw new RangeError(
        `${WHERE}: a phase of the schedule has no length; change pctStart or the number of steps`,
      )
    }
    return { phase, part: (last_epoch - start) / (phase.end_step - start) }
  }

  #anneal(start: number, end: number, part: number): number {
    if (this.state._anneal_func_type === 'linear') return (end - start) * part + start
    return end + ((start - end) / 2) * (cos(Math.PI * part) + 1)
  }

  protected override checkState(where: string, state: OneCycleState & EpochState): void {
    checkOneOf(where, '_anneal_func_type', state._anneal_func_type, STRATEGIES)
  }
}

function stepsOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleOptions): number {
  if (totalSteps !== undefined) return checkInteger(WHERE, 'totalSteps', totalSteps, { min: 1 })
  if (epochs === undefined || stepsPerEpoch === undefined) {
    throw new TypeError(`${WHERE}: expected totalSteps, or both epochs and stepsPerEpoch`)
  }
  return (
    checkInteger(WHERE, 'epochs', epochs, { min: 1 }) *
    checkInteger(WHERE, 'stepsPerEpoch', stepsPerEpoch, { min: 1 })
  )
}

function phasesOf(totalSteps: number, pctStart: number, threePhase: boolean): Phase[] {
  const up = {
    end_step: pctStart * totalSteps - 1,
    start_lr: 'initial_lr',
    end_lr: 'max_lr',
    start_momentum: 'max_momentum',
    end_momentum: 'base_momentum',
  }
  const down = {
    end_step: totalSteps - 1,
    start_lr: 'max_lr',
    end_lr: 'min_lr',
    start_momentum: 'base_momentum',
    end_momentum: 'max_momentum',
  }
  if (!threePhase) return [up, down]
  return [
    up,
    { ...down, end_step: 2 * pctStart * totalSteps - 2, end_lr: 'initial_lr' },
    { ...down, start_lr: 'initial_lr', start_momentum: 'max_momentum' },
  ]
}

/**
 * The one-cycle policy (Smith and Topin 2017): the learning rate rises from maxLr/divFactor to maxLr and falls to
 * next to nothing, momentum goes the opposite way; `step()` after each batch. Takes effect at once: the optimizer's
 * own lr and momentum are overwritten. PyTorch's `lr_scheduler.OneCycleLR`.
 *
 * @throws RangeError when stepped beyond `totalSteps`
 */
export function oneCycle(optimizer: Optimizer, options: OneCycleOptions): OneCycle {
  const groups = new Groups(WHERE, optimizer)
  const checked = checkOptions(WHERE, options, KEYS)
  const {
    maxLr,
    pctStart = 0.3,
    annealStrategy = 'cos',
    cycleMomentum = true,
    baseMomentum = 0.85,
    maxMomentum = 0.95,
    divFactor = 25,
    finalDivFactor = 1e4,
    threePhase = false,
    lastEpoch = -1,
  } = checked
  const totalSteps = stepsOf(checked)
  checkNumber(WHERE, 'pctStart', pctStart, { min: 0, max: 1 })
  checkBoolean(WHERE, 'threePhase', threePhase)
  const state = {
    total_steps: totalSteps,
    _schedule_phases: phasesOf(totalSteps, pctStart, threePhase),
    _anneal_func_type: checkOneOf(WHERE, 'annealStrategy', annealStrategy, STRATEGIES),
    cycle_momentum: checkBoolean(WHERE, 'cycleMomentum', cycleMomentum),
    ...(cycleMomentum && { use_beta1: groups.momentumName() === 'beta1' }),
  }
  const highest = groups.spread('maxLr', maxLr)
  const momentum = cycleMomentum ? momentumRange(groups, baseMomentum, maxMomentum) : undefined
  checkNumber(WHERE, 'divFactor', divFactor, { above: 0 })
  checkNumber(WHERE, 'finalDivFactor', finalDivFactor, { above: 0 })
  if (lastEpoch === -1) {
    const initial = highest.map((lr) => lr / divFactor)
    groups.setAll('initial_lr', initial)
    groups.setAll('max_lr', highest)
    groups.setAll(
      'min_lr',
      initial.map((lr) => lr / finalDivFactor),
    )
    if (momentum !== undefined) beginMomentum(groups, momentum)
  }
  return new OneCycle(groups, state, lastEpoch)
}
