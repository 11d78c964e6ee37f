// Elements one by one, through a JavaScript function: slow, and for trying things out.

import { checkFunction } from '../../check.js'
import { TorchError } from '../../errors.js'
import { tensor } from '../create.js'
import { checkTensor } from '../functions/check.js'
import type { Tensor } from '../tensor.js'
import type { Complex } from '../types.js'

/** One element as JavaScript has it. */
export type Element = number | boolean | Complex

export interface ElementMembers {
  /**
   * Replaces each element by `fn(element)`; of tensors on the CPU without gradient. In place; returns this tensor.
   * PyTorch's `Tensor.apply_`.
   */
  apply_(fn: (element: Element) => Element): this
  /**
   * Replaces each element by `fn(element, other's element)`, where `other` has the same dtype and broadcasts to this
   * tensor's shape. In place; returns this tensor. PyTorch's `Tensor.map_`.
   */
  map_(other: Tensor, fn: (element: Element, other: Element) => Element): this
  /** As {@link map_}, with two other tensors. PyTorch's `Tensor.map2_`. */
  map2_(
    other1: Tensor,
    other2: Tensor,
    fn: (element: Element, other1: Element, other2: Element) => Element,
  ): this
}

/** The elements in row-major order. */
const elements = (one: Tensor): Element[] => {
  const values: unknown = one.toArray()
  return (Array.isArray(values) ? values.flat(Number.POSITIVE_INFINITY) : [values]) as Element[]
}

function replace(
  where: string,
  self: Tensor,
  others: readonly Tensor[],
  fn: (...values: Element[]) => Element,
): void {
  checkFunction(where, 'fn', fn)
  if (self.device !== 'cpu') throw new TorchError(`${where}: takes a tensor on the CPU`)
  if (self.requiresGrad) {
    throw new TorchError(`${where}: takes no tensor that requires gradients; detach() it first`)
  }
  const columns = others.map((other) => {
    checkTensor(where, 'other', other)
    if (other.dtype !== self.dtype) {
      throw new TypeError(`${where}: expected tensors of dtype ${self.dtype}, got ${other.dtype}`)
    }
    return elements(other.detach().expand(self.shape))
  })
  const values = elements(self).map((value, i) =>
    fn(value, ...columns.map((column) => column[i] as Element)),
  )
  self.copy_(tensor(values, { dtype: self.dtype }).reshape(self.shape))
}

export const elementMembers: ElementMembers & ThisType<Tensor> = {
  apply_(fn) {
    replace('apply_', this, [], fn as (...values: Element[]) => Element)
    return this
  },
  map_(other, fn) {
    replace('map_', this, [other], fn as (...values: Element[]) => Element)
    return this
  },
  map2_(other1, other2, fn) {
    replace('map2_', this, [other1, other2], fn as (...values: Element[]) => Element)
    return this
  },
}
