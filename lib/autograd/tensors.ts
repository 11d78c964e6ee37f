// What the functions of torch.autograd take: one tensor, or several.

import { fail } from '../check.js'
import { makeFunction } from '../torch/dispatch.js'
import type { Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'

/** One tensor, or several. */
export type OneOrMore = Tensor | readonly Tensor[]

/** One tensor or an array of them as an array of its own, which stays as it is whatever hooks do. */
export function tensorsOf(where: string, param: string, value: unknown): readonly Tensor[] {
  if (access.handleOf(value) !== undefined) return [value as Tensor]
  if (!Array.isArray(value)) fail(where, param, 'a Tensor or an array of Tensors', value)
  return Array.from(value, (item, i) =>
    access.handleOf(item) === undefined ? fail(where, `${param}[${i}]`, 'a Tensor', item) : item,
  )
}

const zeros = makeFunction('zerosLike', 'zeros_like') as (tensor: Tensor) => Tensor

/** Zeros of a tensor's shape, dtype, layout and device, which require no grad. Fit for `map`, which passes more. */
export const zerosLike = (tensor: Tensor): Tensor => zeros(tensor)
