import {
  checkBoolean,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkOptions,
  fail,
} from '../check.js'
import { native, type OptimizerHandle } from '../native.js'
import { type Optimizer, optimizerHandle } from '../optim/optimizer.js'
import { Scheduler } from './scheduler.js'

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** The highest learning rate, of all groups or of each. */
  maxLr: number | readonly number[]
  /** Length of the cycle in steps; or give `epochs` and `stepsPerEpoch`. */
  totalSteps?: number
  epochs?: number
  stepsPerEpoch?: number
  /** Share of the cycle in which the learning rate rises. */
  pctStart?: number
  /** Shape of rise and fall. */
  annealStrategy?: 'cos' | 'linear'
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
] as const

/** The one-cycle policy. Made by {@link oneCycle}. */
export class OneCycle extends Scheduler {
  /** Steps of the whole cycle. */
  readonly totalSteps: number

  /** @internal */
  constructor(optimizer: Optimizer, totalSteps: number, options: object) {
    const handle = optimizerHandle('oneCycle', optimizer)
    super(native.createOneCycle(handle, { ...options, totalSteps }), optimizer)
    this.totalSteps = totalSteps
  }
}

const WHERE = 'oneCycle'

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

/** One number for all groups, or one for each. */
function perGroup(param: string, value: unknown, groups: number): number[] {
  if (!Array.isArray(value)) {
    return new Array(groups).fill(checkNumber(WHERE, param, value, { min: 0 }))
  }
  if (value.length !== groups) {
    fail(WHERE, param, `one number, or ${groups} (one for each group)`, value)
  }
  return value.map((number) => checkNumber(WHERE, param, number, { min: 0 }))
}

/** Which value of the groups is the momentum: `momentum`, or Adam's first beta. */
function momentumName(handle: OptimizerHandle): 'momentum' | 'beta1' {
  if (native.groupValue(handle, 0, 'beta1') !== undefined) return 'beta1'
  if (native.groupValue(handle, 0, 'momentum') !== undefined) return 'momentum'
  throw new TypeError(`${WHERE}: cycleMomentum needs an optimizer with momentum or betas`)
}

/**
 * The one-cycle policy (Smith and Topin 2017): the learning rate rises from maxLr/divFactor to maxLr and falls to
 * next to nothing, momentum goes the opposite way; `step()` after each batch. Takes effect at once: the optimizer's
 * own lr and momentum are overwritten. PyTorch's `lr_scheduler.OneCycleLR`.
 *
 * @throws RangeError when stepped beyond `totalSteps`
 */
export function oneCycle(optimizer: Optimizer, options: OneCycleOptions): OneCycle {
  const handle = optimizerHandle(WHERE, optimizer)
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
  } = checked
  const groups = optimizer.paramGroups.length
  const totalSteps = stepsOf(checked)
  const settings = {
    pctStart: checkNumber(WHERE, 'pctStart', pctStart, { min: 0, max: 1 }),
    linear: checkOneOf(WHERE, 'annealStrategy', annealStrategy, ['cos', 'linear']) === 'linear',
    threePhase: checkBoolean(WHERE, 'threePhase', threePhase),
    cycleMomentum: checkBoolean(WHERE, 'cycleMomentum', cycleMomentum),
    cycleBeta1: cycleMomentum && momentumName(handle) === 'beta1',
  }
  const highest = perGroup('maxLr', maxLr, groups)
  const base = perGroup('baseMomentum', baseMomentum, groups)
  const max = perGroup('maxMomentum', maxMomentum, groups)
  const div = checkNumber(WHERE, 'divFactor', divFactor, { above: 0 })
  const finalDiv = checkNumber(WHERE, 'finalDivFactor', finalDivFactor, { above: 0 })
  for (let group = 0; group < groups; group++) {
    const initial = (highest[group] as number) / div
    native.setGroupValue(handle, group, 'max_lr', highest[group] as number)
    native.setGroupValue(handle, group, 'initial_lr', initial)
    native.setGroupValue(handle, group, 'min_lr', initial / finalDiv)
    if (!cycleMomentum) continue
    native.setGroupValue(handle, group, 'max_momentum', max[group] as number)
    native.setGroupValue(handle, group, 'base_momentum', base[group] as number)
  }
  return new OneCycle(optimizer, totalSteps, settings)
}
