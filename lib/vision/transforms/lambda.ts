import { checkFunction, checkInteger, checkOptions, fail, isThenable, show } from '../../check.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import type { RunnableStep } from './transform.js'

const WHERE = 'transforms.pipeline().lambda'

/** A step that is a function of the user's. */
export class LambdaStep implements RunnableStep {
  readonly name = 'lambda'
  readonly params: { readonly fn: (image: Tensor) => Tensor }

  constructor(fn: (image: Tensor) => Tensor) {
    checkFunction(WHERE, 'fn', fn)
    this.params = Object.freeze({ fn })
  }

  /** @internal */
  get keeps(): boolean {
    return true
  }

  apply(image: Tensor): Tensor {
    const result: unknown = this.params.fn(image)
    if (!(result instanceof Tensor)) {
      throw new TypeError(`${WHERE}: expected fn to return a Tensor, got ${show(result)}`)
    }
    return result
  }
}

/** What a function of views is told of them. */
export interface ViewsInfo {
  readonly height: number
  readonly width: number
  /** The index in the data set of each picture; empty for a single one outside of a loader. */
  readonly indices: readonly number[]
}

/**
 * Changes pictures in place: each view holds one, row by row, with red, green and blue of a pixel
 * beside each other.
 */
export type ViewsFunction = (views: Uint8Array[], info: ViewsInfo) => void | Promise<void>

/** Options of {@link Pipeline.lambda}. */
export interface LambdaOptions {
  /** Whether `fn` changes bytes in place, those of a whole batch at a time. Default false. */
  views?: boolean
  /** The number of worker threads that run a module. Default 1. */
  workers?: number
}

/** A step that is a function of the user's on bytes, here or in worker threads. */
export class ViewsStep implements RunnableStep {
  readonly name = 'lambda'
  readonly keeps = false
  readonly params:
    | { readonly fn: ViewsFunction; readonly views: true }
    | { readonly module: string; readonly workers: number }

  constructor(fn: ViewsFunction | URL, workers: number) {
    this.params = Object.freeze(
      fn instanceof URL ? { module: fn.href, workers } : { fn, views: true as const },
    )
  }

  apply(image: Tensor): Tensor {
    if ('module' in this.params) {
      throw new TypeError(
        `${WHERE}: the module '${this.params.module}' runs in a data loader only, on pictures that a step before it has given one size`,
      )
    }
    if (image.dtype !== 'uint8' || image.dim() !== 3 || image.size(0) !== 3) {
      const got = `${image.dtype} [${image.shape.join(', ')}]`
      throw new TypeError(`${WHERE}: a function of views takes uint8 [3, H, W], got ${got}`)
    }
    const [, height, width] = image.shape as [number, number, number]
    const bytes = torch.scope(() => image.permute(1, 2, 0).contiguous().toBytes())
    if (isThenable(this.params.fn([bytes], { height, width, indices: [] }))) {
      throw new TypeError(`${WHERE}: an asynchronous function of views runs in a data loader only`)
    }
    return torch.fromTypedArray(bytes, [height, width, 3]).permute(2, 0, 1)
  }
}

/** The step for the arguments of {@link Pipeline.lambda}. */
export function lambdaStep(fn: unknown, options?: LambdaOptions): RunnableStep {
  const { views = false, workers = 1 } = checkOptions(WHERE, options, ['views', 'workers'])
  checkInteger(WHERE, 'workers', workers, { min: 1, max: 64 })
  if (fn instanceof URL) return new ViewsStep(fn, workers)
  if (typeof fn !== 'function') fail(WHERE, 'fn', 'a function or the URL of a module', fn)
  if (options?.workers !== undefined) {
    throw new TypeError(`${WHERE}: workers run a module: give its URL in place of a function`)
  }
  return views ? new ViewsStep(fn as ViewsFunction, 1) : new LambdaStep(fn as never)
}
