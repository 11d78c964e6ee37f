// What trainStep and evalStep are told, checked.

import { GradScaler } from '../amp/grad-scaler.js'
import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOptions,
  fail,
} from '../check.js'
import { membersOf } from '../nn/members.js'
import type { Module } from '../nn/module.js'
import { Lbfgs } from '../optim/lbfgs.js'
import { type Optimizer, optimizerHandle } from '../optim/optimizer.js'
import type { Tensor } from '../torch/tensor.js'
import { DTYPE_NUMBERS, type DType } from '../torch/types.js'

/** A model from one tensor, or several, to one. */
export type StepModel = Module & {
  // biome-ignore lint/suspicious/noExplicitAny: models take what they like
  forward(...inputs: any[]): Tensor
}

/** The loss of an output: a module such as `nn.crossEntropyLoss()`, or a function, which runs on the JS thread. */
// biome-ignore lint/suspicious/noExplicitAny: losses take one target, or several
export type Criterion = ((output: Tensor, ...targets: any[]) => Tensor) | StepModel

/** Options that {@link trainStep} and {@link evalStep} have in common. */
export interface StepOptions {
  model: StepModel
  criterion: Criterion
  /** Run model and criterion under `torch.autocast` for the device of the inputs, with this dtype. */
  autocast?: DType | null
  /** Whether a step resolves to `{ loss, output }` rather than to the loss alone. */
  withOutput?: boolean
}

/** Options of {@link trainStep}. */
export interface TrainStepOptions extends StepOptions {
  optimizer: Optimizer
  /** Stepped after each step of the optimizer, before the promise resolves and before the next step begins. */
  scheduler?: { step(): void } | null
  /** Clip the gradients of the model to this norm, as `nn.utils.clipGradNorm_` does. */
  clipGradNorm?: number | { maxNorm: number; normType?: number } | null
  /** Clamp the components of the gradients of the model, as `nn.utils.clipGradValue_` does. */
  clipGradValue?: number | null
  /** Scale the loss, for autocast with float16. */
  scaler?: GradScaler | null
  /**
   * Steps of the optimizer come after this many batches, whose gradients are averaged (1): a large batch in parts. A batch
   * whose step rejects counts among them, without gradients.
   */
  accumulate?: number
}

/** The options as the step uses them; numbers are NaN where nothing is clipped. */
export interface CheckedStep {
  readonly model: StepModel
  readonly criterion: Criterion
  readonly optimizer: Optimizer | null
  readonly scheduler: { step(): void } | null
  readonly scaler: GradScaler | null
  readonly autocast: DType | null
  readonly withOutput: boolean
  readonly clipNorm: number
  readonly normType: number
  readonly clipValue: number
  readonly accumulate: number
}

/** Whether gradients are clipped, by their norm or one by one. */
export const clips = ({ clipNorm, clipValue }: CheckedStep): boolean =>
  !Number.isNaN(clipNorm) || !Number.isNaN(clipValue)

const EVAL_KEYS = ['model', 'criterion', 'autocast', 'withOutput'] as const

const TRAIN_KEYS = [
  ...EVAL_KEYS,
  'optimizer',
  'scheduler',
  'clipGradNorm',
  'clipGradValue',
  'scaler',
  'accumulate',
] as const

export function checkEvalStep(options: StepOptions): CheckedStep {
  return {
    ...checkCommon('evalStep', checkOptions('evalStep', options, EVAL_KEYS)),
    optimizer: null,
    scheduler: null,
    scaler: null,
    clipNorm: Number.NaN,
    normType: 2,
    clipValue: Number.NaN,
    accumulate: 1,
  }
}

export function checkTrainStep(options: TrainStepOptions): CheckedStep {
  const where = 'trainStep'
  const given = checkOptions(where, options, TRAIN_KEYS)
  const common = checkCommon(where, given)
  const { optimizer, scheduler = null, scaler = null, clipGradNorm, clipGradValue } = given
  optimizerHandle(where, optimizer)
  if (scheduler !== null && typeof scheduler?.step !== 'function') {
    fail(where, 'scheduler', 'a scheduler', scheduler)
  }
  if (scaler !== null && !(scaler instanceof GradScaler))
    fail(where, 'scaler', 'a GradScaler', scaler)
  const accumulate = checkInteger(where, 'accumulate', given.accumulate ?? 1, { min: 1 })
  if (optimizer instanceof Lbfgs && (accumulate > 1 || scaler !== null)) {
    throw new TypeError(
      `${where}: LBFGS computes each loss several times, which goes neither with accumulate nor with scaler`,
    )
  }
  return {
    ...common,
    optimizer,
    scheduler,
    scaler,
    accumulate,
    ...checkClip(where, clipGradNorm ?? null),
    clipValue:
      clipGradValue === undefined || clipGradValue === null
        ? Number.NaN
        : checkNumber(where, 'clipGradValue', clipGradValue),
  }
}

function checkCommon(where: string, given: Partial<StepOptions>) {
  const { model, criterion, autocast = null, withOutput = false } = given
  if (membersOf(model) === undefined) fail(where, 'model', 'a module', model)
  checkFunction(where, 'criterion', criterion)
  if (autocast !== null && !DTYPE_NUMBERS.has(autocast)) {
    fail(where, 'autocast', "a dtype such as 'bfloat16'", autocast)
  }
  return {
    model: model as StepModel,
    criterion: criterion as Criterion,
    autocast,
    withOutput: checkBoolean(where, 'withOutput', withOutput),
  }
}

function checkClip(where: string, given: unknown): { clipNorm: number; normType: number } {
  if (given === null) return { clipNorm: Number.NaN, normType: 2 }
  if (typeof given === 'number') {
    return { clipNorm: checkNumber(where, 'clipGradNorm', given, { min: 0 }), normType: 2 }
  }
  const { maxNorm, normType = 2 } = checkOptions(
    `${where}: clipGradNorm`,
    given as { maxNorm: number; normType?: number },
    ['maxNorm', 'normType'],
  )
  if (normType !== Infinity) checkNumber(where, 'normType', normType)
  return { clipNorm: checkNumber(where, 'maxNorm', maxNorm, { min: 0 }), normType }
}
