import { inspect } from 'node:util'
import { fail } from '../../check.js'
import { Tensor } from '../../torch/tensor.js'
import { decodeImage, type ImageSource } from '../image/decode.js'
import { type LambdaOptions, lambdaStep, type ViewsFunction } from './lambda.js'
import { type Composable, registerPipeline, runSteps, stepsOf } from './steps.js'
import { table } from './table.js'
import type { RunnableStep, Step, TransformStep } from './transform.js'

export { isPipeline } from './steps.js'

type Table = typeof table
type Settings<F> = F extends { readonly step: (...settings: infer A) => TransformStep } ? A : never

/** One method for each transform, that appends it with its settings. */
export type PipelineMethods = {
  readonly [Name in keyof Table]: (...settings: Settings<Table[Name]>) => Pipeline
}

/**
 * Transforms one after the other, as data: made by {@link pipeline}, extended by its methods (each
 * returns a new pipeline), read as `steps`, and called on an image.
 */
export interface Pipeline extends PipelineMethods {
  /** Transforms an image [..., C, H, W]. */
  (image: Tensor): Tensor
  /** Decodes a picture as `decodeImage` does, and transforms it. */
  (image: ImageSource): Promise<Tensor>
  /** What it does, in order. */
  readonly steps: readonly Step[]
  /** Appends a step of your own: a synchronous function from an image to an image. */
  lambda(fn: (image: Tensor) => Tensor): Pipeline
  /**
   * Appends a step of your own that changes the bytes of pictures in place. A `dataloader` calls it with
   * all pictures of a batch, which a step before it must have given one size.
   */
  lambda(fn: ViewsFunction, options: { views: true }): Pipeline
  /** As with `views: true`, for the function that is the default export of a module, in worker threads. */
  lambda(module: URL, options?: { workers?: number }): Pipeline
}

// A pipeline is a function whose prototype carries the methods.
const prototype = Object.create(Function.prototype, {
  lambda: {
    value(this: Pipeline, fn: unknown, options?: LambdaOptions): Pipeline {
      return extend(this, lambdaStep(fn, options))
    },
  },
  [inspect.custom]: {
    value(this: Pipeline): string {
      const lines = this.steps.map(({ name, params }) => {
        const settings =
          Object.keys(params).length === 0 ? '' : inspect(params, { breakLength: Infinity })
        return `\n  ${name}(${settings})`
      })
      return `Pipeline(${lines.join('')}${lines.length === 0 ? '' : '\n'})`
    },
  },
  toString: {
    value(this: Pipeline): string {
      return inspect(this)
    },
  },
}) as object

for (const [name, transform] of Object.entries(table)) {
  const step = transform.step as (...settings: unknown[]) => TransformStep
  Object.defineProperty(prototype, name, {
    value(this: Pipeline, ...settings: unknown[]): Pipeline {
      return extend(this, step(...settings))
    },
  })
}

function make(steps: readonly RunnableStep[]): Pipeline {
  const call = (image: Tensor | ImageSource): Tensor | Promise<Tensor> => {
    if (image instanceof Tensor) return runSteps(steps, image, false)
    return decodeImage(image).then((decoded) => runSteps(steps, decoded, true))
  }
  Object.setPrototypeOf(call, prototype)
  registerPipeline(call, steps)
  return Object.defineProperty(call, 'steps', {
    value: Object.freeze(steps),
    enumerable: true,
  }) as unknown as Pipeline
}

const extend = (base: Pipeline, step: RunnableStep): Pipeline =>
  make([...(base.steps as readonly RunnableStep[]), step])

/** Transforms a decoded image that nobody else holds; frees it. */
export function runOwned(chain: Pipeline, image: Tensor): Tensor {
  return runSteps(chain.steps as readonly RunnableStep[], image, true)
}

/** Whether nobody but the caller can hold what {@link runOwned} returns. */
export function ownsResult(chain: Pipeline): boolean {
  return (chain.steps as readonly RunnableStep[]).every((step) => !step.keeps)
}

/**
 * Begins a chain of transforms, R's pipe: `transforms.pipeline().toTensor().resize(256).centerCrop(224)`.
 *
 * @example
 * ```ts
 * const trainTransforms = transforms.pipeline()
 *   .toTensor()
 *   .randomResizedCrop([224, 224])
 *   .colorJitter({ brightness: 0.2 })
 *   .randomHorizontalFlip()
 *   .normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
 * const x = await trainTransforms('bird.jpg')
 * ```
 */
export function pipeline(): Pipeline {
  return make([])
}

/**
 * One pipeline of several transforms (torchvision `Compose`).
 *
 * @example
 * ```ts
 * transforms.compose([transforms.toTensor, transforms.resize.step(256), (image) => image.sub(0.5)])
 * ```
 */
export function compose(parts: readonly Composable[]): Pipeline {
  if (!Array.isArray(parts)) fail('transforms.compose', 'parts', 'an array', parts)
  return make(parts.flatMap((part) => stepsOf('transforms.compose', 'a part', part)))
}
