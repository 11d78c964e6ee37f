// Checks of tensor arguments for the functions of this folder.

import { fail } from '../../check.js'
import type { Tensor } from '../tensor.js'
import { access } from '../tensor-access.js'

/** Whether a value is a tensor; throws TensorDisposedError for a disposed one. */
export const isTensor = (value: unknown): value is Tensor => access.handleOf(value) !== undefined

/** The value, if it is a tensor, else TypeError. */
export const checkTensor = (where: string, param: string, value: unknown): Tensor =>
  isTensor(value) ? value : fail(where, param, 'a Tensor', value)

/** The tensors of a rest argument: themselves, or one array of them, as Python's functions of `*tensors` take. */
export function checkTensors(
  where: string,
  values: readonly (Tensor | readonly Tensor[])[],
): readonly Tensor[] {
  const [first] = values
  const list = values.length === 1 && Array.isArray(first) ? (first as Tensor[]) : values
  return list.map((value) => checkTensor(where, 'tensors', value))
}
