// The steps of trainStep and evalStep on the JS thread: what native/train/step.cc does, operation for operation.

import { autocast } from '../amp/autocast.js'
import { noGradSync } from '../autograd/modes.js'
import { fail } from '../check.js'
import { clipGradNorm_, clipGradValue_ } from '../nn/utils/clip-grad.js'
import { Lbfgs } from '../optim/lbfgs.js'
import type { Optimizer } from '../optim/optimizer.js'
import { deviceType } from '../torch/device.js'
import { Tensor } from '../torch/tensor.js'
import type { StepOutput } from './step.js'
import { type CheckedStep, clips } from './step-options.js'

/** Which parts of a step are to be done with this batch. */
export interface StepPart {
  readonly zeroGrad: boolean
  readonly update: boolean
}

function forward(step: CheckedStep, samples: Tensor[], targets: Tensor[]): StepOutput {
  const compute = (): StepOutput => {
    const output = step.model(...samples)
    const loss = step.criterion(output, ...targets)
    if (!(loss instanceof Tensor)) fail('criterion', 'its result', 'a Tensor', loss)
    return { loss, output }
  }
  if (step.autocast === null) return compute()
  return autocast(deviceType((samples[0] as Tensor).device), step.autocast, compute)
}

export function evaluateInJs(step: CheckedStep, samples: Tensor[], targets: Tensor[]): StepOutput {
  return noGradSync(() => forward(step, samples, targets))
}

export function trainInJs(
  step: CheckedStep,
  part: StepPart,
  samples: Tensor[],
  targets: Tensor[],
): StepOutput {
  const optimizer = step.optimizer as Optimizer
  let first: StepOutput | undefined
  const gradients = (): Tensor => {
    if (part.zeroGrad) optimizer.zeroGrad()
    const result = forward(step, samples, targets)
    first ??= result
    const loss = step.accumulate === 1 ? result.loss : result.loss.div(step.accumulate)
    ;(step.scaler?.scale(loss) ?? loss).backward()
    if (part.update) {
      if (clips(step)) step.scaler?.unscale_(optimizer)
      clip(step)
    }
    return result.loss
  }
  if (optimizer instanceof Lbfgs) {
    optimizer.step(gradients)
  } else {
    gradients()
    if (part.update) update(step, optimizer)
  }
  if (part.update) step.scheduler?.step()
  const { loss, output } = first as unknown as StepOutput
  return { loss: loss.detach(), output: output.detach() }
}

function update({ scaler }: CheckedStep, optimizer: Optimizer): void {
  if (scaler === null) {
    optimizer.step()
  } else {
    scaler.step(optimizer)
    scaler.update()
  }
}

function clip({ model, clipNorm, normType, clipValue }: CheckedStep): void {
  if (!Number.isNaN(clipNorm)) clipGradNorm_(model.parameters(), clipNorm, { normType })
  if (!Number.isNaN(clipValue)) clipGradValue_(model.parameters(), clipValue)
}
