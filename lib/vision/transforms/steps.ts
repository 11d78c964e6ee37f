// Lists of steps: what they are made of, and how they are run.

import { fail } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { isBatchStep } from './batch.js'
import { LambdaStep } from './lambda.js'
import type { Pipeline } from './pipeline.js'
import { type RunnableStep, stepOf, TransformStep } from './transform.js'

/** What {@link compose} takes: pipelines, transforms that need no settings, steps, or functions of your own. */
export type Composable =
  // Not as the function that a pipeline also is, which would leave the type of `(image) => ...` open.
  Pick<Pipeline, 'steps'> | TransformStep | ((image: Tensor) => Tensor)

const pipelines = new WeakMap<object, readonly RunnableStep[]>()

/** Makes {@link isPipeline} and {@link stepsOf} know a pipeline. */
export function registerPipeline(pipeline: object, steps: readonly RunnableStep[]): void {
  pipelines.set(pipeline, steps)
}

/** Whether a value is a pipeline. */
export function isPipeline(value: unknown): value is Pipeline {
  return typeof value === 'function' && pipelines.has(value)
}

/** The steps that `part` stands for; `where` and `param` name it in the error message. */
export function stepsOf(where: string, param: string, part: Composable): readonly RunnableStep[] {
  if (part instanceof TransformStep) return [part]
  if (typeof part !== 'function') {
    fail(where, param, 'a pipeline, a step or a function', part)
  }
  if (isBatchStep(part)) fail(where, param, 'a transform of images, not of batches,', part)
  const steps = pipelines.get(part)
  if (steps !== undefined) return steps
  return [stepOf(part) ?? new LambdaStep(part as (image: Tensor) => Tensor)]
}

/**
 * Runs steps, freeing what each leaves behind at once: in asynchronous code the garbage collector comes late.
 *
 * @param owned - whether `image` may be freed
 */
export function runSteps(steps: readonly RunnableStep[], image: Tensor, owned: boolean): Tensor {
  let current = image
  let mayFree = owned
  try {
    for (const step of steps) {
      if (step.keeps) mayFree = false
      const next = step.keeps ? step.apply(current) : torch.scope(() => step.apply(current))
      if (next === current) continue
      if (mayFree) current.dispose()
      mayFree = !step.keeps
      current = next
    }
  } catch (error) {
    if (mayFree) current.dispose()
    throw error
  }
  return current
}
