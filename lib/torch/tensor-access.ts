// What the layers below the Tensor class need of it, without importing it (it imports them): the class fills
// this in when it is defined.

import type { TensorHandle } from '../native.js'
import type { Parameter, Tensor } from './tensor.js'

interface Access {
  /** The handle of a tensor; undefined for anything that is not one. Throws TensorDisposedError. */
  handleOf(value: unknown): TensorHandle | undefined
  /** A new Tensor that owns the handle. */
  wrap(handle: TensorHandle): Tensor
  /** A new Parameter that owns the handle. */
  wrapParameter(handle: TensorHandle): Parameter
  /** Forgets cached shape and dtype, after an operation that may have changed them. */
  refresh(tensor: Tensor): void
}

const unset = (): never => {
  throw new Error('node-libtorch: the Tensor class is not loaded')
}

export const access: Access = { handleOf: unset, wrap: unset, wrapParameter: unset, refresh: unset }
