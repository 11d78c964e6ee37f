import { inspect } from 'node:util'
import { checkFunction, fail, show } from '../../check.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import { decodeImage, type ImageSource } from '../image/decode.js'
import { table } from './table.js'
import { type Step, type Transform, TransformStep } from './transform.js'

type Table = typeof table
type Settings<F> = F extends Transform<infer A, infer _P> ? A : never

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
}

class LambdaStep implements Step {
  readonly name = 'lambda'
  readonly params: { readonly fn: (image: Tensor) => Tensor }

  constructor(fn: (image: Tensor) => Tensor) {
    checkFunction('transforms.pipeline().lambda', 'fn', fn)
    this.params = Object.freeze({ fn })
  }

  apply(image: Tensor): Tensor {
    const result: unknown = this.params.fn(image)
    if (!(result instanceof Tensor)) {
      throw new TypeError(
        `transforms.pipeline().lambda: expected fn to return a Tensor, got ${show(result)}`,
      )
    }
    return result
  }
}

type RunnableStep = TransformStep | LambdaStep

// A pipeline is a function whose prototype carries the methods.
const prototype = Object.create(Function.prototype, {
  lambda: {
    value(this: Pipeline, fn: (image: Tensor) => Tensor): Pipeline {
      return extend(this, new LambdaStep(fn))
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
    if (image instanceof Tensor) return run(steps, image, false)
    return decodeImage(image).then((decoded) => run(steps, decoded, true))
  }
  Object.setPrototypeOf(call, prototype)
  return Object.defineProperty(call, 'steps', {
    value: Object.freeze(steps),
    enumerable: true,
  }) as unknown as Pipeline
}

const extend = (base: Pipeline, step: RunnableStep): Pipeline =>
  make([...(base.steps as readonly RunnableStep[]), step])

/**
 * Runs steps, freeing what each leaves behind at once: in asynchronous code the garbage collector comes late.
 *
 * @param owned - whether `image` may be freed
 */
function run(steps: readonly RunnableStep[], image: Tensor, owned: boolean): Tensor {
  let current = image
  let mayFree = owned
  try {
    for (const step of steps) {
      const lambda = step instanceof LambdaStep
      // A function of the user's may keep what it is given and what it returns.
      if (lambda) mayFree = false
      const next = lambda ? step.apply(current) : torch.scope(() => step.apply(current))
      if (next === current) continue
      if (mayFree) current.dispose()
      mayFree = !lambda
      current = next
    }
  } catch (error) {
    if (mayFree) current.dispose()
    throw error
  }
  return current
}

/** Whether a value is a pipeline. */
export function isPipeline(value: unknown): value is Pipeline {
  return typeof value === 'function' && Object.getPrototypeOf(value) === prototype
}

/** Transforms a decoded image that nobody else holds; frees it. */
export function runOwned(chain: Pipeline, image: Tensor): Tensor {
  return run(chain.steps as readonly RunnableStep[], image, true)
}

/** Whether nobody but the caller can hold what {@link runOwned} returns. */
export function ownsResult(chain: Pipeline): boolean {
  return chain.steps.every((step) => step instanceof TransformStep)
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

/** What {@link compose} takes: pipelines, transforms that need no settings, steps, or functions of your own. */
export type Composable = Pipeline | TransformStep | ((image: Tensor) => Tensor)

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
  return make(parts.flatMap(stepsOf))
}

const known: ReadonlyMap<unknown, Transform<never[]>> = new Map(
  Object.values(table).map((transform) => [transform, transform as unknown as Transform<never[]>]),
)

function stepsOf(part: Composable): readonly RunnableStep[] {
  if (isPipeline(part)) return part.steps as readonly RunnableStep[]
  if (part instanceof TransformStep) return [part]
  const transform = known.get(part)
  if (transform !== undefined) return [transform.step()]
  if (typeof part !== 'function') {
    fail('transforms.compose', 'a part', 'a pipeline, a step or a function', part)
  }
  return [new LambdaStep(part)]
}
