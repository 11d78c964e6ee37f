import { checkInteger, fail } from '../../check.js'
import { Module } from '../../nn/module.js'
import type { Tensor } from '../../torch/tensor.js'

/** A view with the dimensions in another order. Made by {@link permute}. */
export class Permute extends Module {
  readonly dims: readonly number[]

  constructor(dims: readonly number[]) {
    super()
    if (!Array.isArray(dims)) fail('permute', 'dims', 'an array of integers', dims)
    this.dims = dims.map((dim) => checkInteger('permute', 'dims', dim))
  }

  override forward(input: Tensor): Tensor {
    return input.permute(this.dims)
  }
}

/** `tensor.permute(dims)` as a module. torchvision's `ops.Permute`. */
export const permute = (dims: readonly number[]): Permute => new Permute(dims)
