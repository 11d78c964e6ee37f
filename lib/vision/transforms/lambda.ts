import { checkFunction, show } from '../../check.js'
import { Tensor } from '../../torch/tensor.js'
import type { RunnableStep } from './transform.js'

/** A step that is a function of the user's. */
export class LambdaStep implements RunnableStep {
  readonly name = 'lambda'
  readonly params: { readonly fn: (image: Tensor) => Tensor }

  constructor(fn: (image: Tensor) => Tensor) {
    checkFunction('transforms.pipeline().lambda', 'fn', fn)
    this.params = Object.freeze({ fn })
  }

  /** @internal */
  get keeps(): boolean {
    return true
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
