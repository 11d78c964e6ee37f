// What the layers below the Tensor class need of it, without importing it (it imports them): the class fills
// this in when it is defined.

import { fail } from '../check.js'
import type { GeneratorHandle, TensorHandle } from '../native.js'
import type { Parameter, Tensor } from './tensor.js'

interface Access {
  /** The handle of a tensor; undefined for anything that is not one. Throws TensorDisposedError. */
  handleOf(value: unknown): TensorHandle | undefined
  /** A new Tensor that owns the handle. */
  wrap(handle: TensorHandle): Tensor
  /** A new Parameter that owns the handle. */
  wrapParameter(handle: TensorHandle): Parameter
  /** The handle of a generator; undefined for anything that is not one. */
  generatorOf(value: unknown): GeneratorHandle | undefined
  /** Makes all tensors forget their shape and dtype, after an operation that may have changed those of some. */
  reshaped(): void
}

const unset = (): never => {
  throw new Error('node-libtorch: the Tensor class is not loaded')
}

export const access: Access = {
  handleOf: unset,
  wrap: unset,
  wrapParameter: unset,
  generatorOf: unset,
  reshaped: unset,
}

/** The handle of a tensor, or a TypeError that names the argument. */
export function handleOf(where: string, param: string, value: unknown): TensorHandle {
  return access.handleOf(value) ?? fail(where, param, 'a Tensor', value)
}
