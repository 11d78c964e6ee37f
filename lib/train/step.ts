// Whole steps of training and of evaluation, off the JS thread.

import { isPossible } from '../amp/autocast.js'
import { scalerState } from '../amp/grad-scaler.js'
import { checkBoolean, checkOptions, fail } from '../check.js'
import { type JobNumber, native, type StepSettings, type TensorHandle } from '../native.js'
import { membersOf, moduleHandle } from '../nn/members.js'
import { runsNatively } from '../nn/run-in-js.js'
import { Lbfgs } from '../optim/lbfgs.js'
import { noteStep, optimizerHandle, stepsNatively } from '../optim/optimizer.js'
import { enqueue } from '../torch/compute.js'
import { deviceType } from '../torch/device.js'
import { Tensor } from '../torch/tensor.js'
import { access, handleOf } from '../torch/tensor-access.js'
import { DTYPE_NUMBERS } from '../torch/types.js'
import { evaluateInJs, type StepPart, trainInJs } from './step-in-js.js'
import {
  type CheckedStep,
  checkEvalStep,
  checkTrainStep,
  clips,
  type StepOptions,
  type TrainStepOptions,
} from './step-options.js'

/** Loss and output of a step, both without a graph. */
export interface StepOutput {
  loss: Tensor
  output: Tensor
}

/** The tensors of a batch: one, or several for a model or loss that takes them. */
export type StepTensors = Tensor | readonly Tensor[]

/** A step of training. Made by {@link trainStep}. */
export type TrainStep<Result = Tensor> = (
  inputs: StepTensors,
  targets: StepTensors,
  /** `update: true` steps the optimizer although `accumulate` asks for more batches: for the last of an epoch. */
  options?: { update?: boolean },
) => Promise<Result>

/** A step of evaluation. Made by {@link evalStep}. */
export type EvalStep<Result = Tensor> = (
  inputs: StepTensors,
  targets: StepTensors,
) => Promise<Result>

/**
 * A function that makes one step of training with a batch: zeroGrad, forward, loss, backward, clipping, the optimizer's
 * step, the scheduler's. All but the last runs on the compute thread, so that timers and requests are served meanwhile;
 * the results are those of the same loop on the JS thread, bit for bit. Where something is JavaScript (modules written in
 * TypeScript, hooks, a criterion that is a function, LBFGS, custom optimizers) the step runs on the JS thread.
 *
 * Steps run one after the other in the order of their calls; tensors are held from the call on. Until the promise
 * settles, model and optimizer are in use: changing them, or reading gradients, throws a TorchError.
 *
 * @returns a step: `(inputs, targets) => Promise<loss>`; the loss is that of the batch, without a graph
 * @example
 * const step = trainStep({ model, criterion: nn.crossEntropyLoss(), optimizer, scheduler })
 * for await (const [x, y] of loader) console.log((await step(x, y)).item())
 */
export function trainStep(options: TrainStepOptions & { withOutput: true }): TrainStep<StepOutput>
export function trainStep(options: TrainStepOptions & { withOutput?: false }): TrainStep
export function trainStep(options: TrainStepOptions): TrainStep<Tensor | StepOutput>
export function trainStep(options: TrainStepOptions): TrainStep<Tensor | StepOutput> {
  const where = 'trainStep'
  const checked = checkTrainStep(options)
  let batches = 0
  const gradients: Gradients = { stale: true }
  return async (inputs, targets, given) => {
    const { update } = checkOptions(where, given, ['update'])
    const samples = tensorsOf(where, 'inputs', inputs)
    const labels = tensorsOf(where, 'targets', targets)
    const part: StepPart = {
      zeroGrad: batches === 0,
      update:
        update === undefined
          ? batches + 1 >= checked.accumulate
          : checkBoolean(where, 'update', update),
    }
    if (!part.update && checked.optimizer instanceof Lbfgs) {
      throw new TypeError(`${where}: LBFGS computes the loss within its step: update must be true`)
    }
    const job = prepare(where, checked, part, samples, labels)
    batches = part.update ? 0 : batches + 1
    return await run(checked, part, job, samples.length, gradients)
  }
}

/**
 * A function that computes the loss of a batch without a graph, off the JS thread as {@link trainStep} does. The mode of
 * the model stays: call `model.eval()` before.
 *
 * @returns a step: `(inputs, targets) => Promise<loss>`
 */
export function evalStep(options: StepOptions & { withOutput: true }): EvalStep<StepOutput>
export function evalStep(options: StepOptions & { withOutput?: false }): EvalStep
export function evalStep(options: StepOptions): EvalStep<Tensor | StepOutput>
export function evalStep(options: StepOptions): EvalStep<Tensor | StepOutput> {
  const where = 'evalStep'
  const checked = checkEvalStep(options)
  const part: StepPart = { zeroGrad: false, update: false }
  return async (inputs, targets) => {
    const samples = tensorsOf(where, 'inputs', inputs)
    const labels = tensorsOf(where, 'targets', targets)
    const job = prepare(where, checked, part, samples, labels)
    return await run(checked, part, job, samples.length, { stale: false })
  }
}

function tensorsOf(where: string, param: string, value: unknown): Tensor[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.map((one) => (one instanceof Tensor ? one : fail(where, param, 'a Tensor', one)))
}

/** Whether the gradients are those of earlier steps of the optimizer; known when a batch has its turn. */
interface Gradients {
  stale: boolean
}

const isModule = (value: unknown): boolean => membersOf(value) !== undefined

/** The job that holds the tensors, and does the step if nothing needs JavaScript. */
function prepare(
  where: string,
  step: CheckedStep,
  part: StepPart,
  samples: readonly Tensor[],
  labels: readonly Tensor[],
): JobNumber {
  const model = moduleHandle(where, 'model', step.model)
  const batch = [...samples, ...labels].map((tensor) => handleOf(where, 'inputs', tensor))
  if (!isModule(step.criterion)) return native.prepareForward(model, ...batch)
  const device = samples[0]?.device ?? 'cpu'
  const scaling = step.scaler === null ? undefined : scalerState(step.scaler, device)
  const clipped =
    clips(step) && part.update
      ? step.model.parameters().map((parameter) => handleOf(where, 'parameter', parameter))
      : []
  const settings: StepSettings = {
    ...part,
    divisor: step.accumulate,
    clipNorm: step.clipNorm,
    normType: step.normType,
    clipValue: step.clipValue,
    withOutput: step.withOutput,
    autocast: autocastOf(where, step, device),
    scaling: scaling ?? null,
    samples: samples.length,
    targets: labels.length,
    clipped: clipped.length,
  }
  return native.prepareStep(
    model,
    moduleHandle(where, 'criterion', step.criterion),
    step.optimizer === null ? null : optimizerHandle(where, step.optimizer),
    settings,
    ...batch,
    ...clipped,
    ...(scaling === undefined ? [] : [scaling.scale, scaling.growthTracker]),
  )
}

function autocastOf(where: string, { autocast }: CheckedStep, device: string) {
  const type = deviceType(device)
  if (autocast === null || !isPossible(where, type, autocast)) return null
  return { deviceType: type, dtype: DTYPE_NUMBERS.get(autocast) as number }
}

function wrapped(raw: TensorHandle | [TensorHandle, TensorHandle]): Tensor | StepOutput {
  if (!Array.isArray(raw)) return access.wrap(raw)
  const [loss, output] = raw
  return { loss: access.wrap(loss), output: access.wrap(output) }
}

function run(
  step: CheckedStep,
  part: StepPart,
  job: JobNumber,
  samples: number,
  gradients: Gradients,
): Promise<Tensor | StepOutput> {
  const { model, criterion, optimizer, scheduler, withOutput } = step
  return enqueue<TensorHandle | [TensorHandle, TensorHandle], Tensor | StepOutput>({
    job,
    needsJs: () =>
      !isModule(criterion) ||
      !runsNatively(model) ||
      !runsNatively(criterion as typeof model) ||
      (optimizer !== null && !stepsNatively(optimizer)),
    begin: () => {
      if (part.zeroGrad) gradients.stale = true
      // The batch that was to do it has failed.
      else if (gradients.stale) optimizer?.zeroGrad()
    },
    finish: (raw) => {
      const result = wrapped(raw)
      gradients.stale = part.update
      if (part.update && optimizer !== null) {
        noteStep(optimizer)
        scheduler?.step()
      }
      return result
    },
    inJs: (tensors) => {
      const batch = [tensors.slice(0, samples), tensors.slice(samples)] as const
      const { loss, output } =
        optimizer === null ? evaluateInJs(step, ...batch) : trainInJs(step, part, ...batch)
      gradients.stale = part.update
      return withOutput ? { loss, output } : loss
    },
  })
}
