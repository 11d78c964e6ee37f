// How losses are reduced.

import { checkOneOf } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'

/** How a loss is reduced: `'mean'` and `'sum'` over all its elements, `'none'` keeps them. */
export type LossReduction = 'none' | 'mean' | 'sum'

/** Option of every loss. */
export interface ReductionOptions {
  /** `'mean'` by default. */
  reduction?: LossReduction
}

const REDUCTIONS: readonly LossReduction[] = ['none', 'mean', 'sum']

/** A reduction's name, else TypeError. */
export const checkReduction = (where: string, value: unknown): LossReduction =>
  checkOneOf(where, 'reduction', value, REDUCTIONS)

/** `loss` reduced as its name says. */
export function reduce(loss: Tensor, reduction: LossReduction): Tensor {
  if (reduction === 'mean') return loss.mean()
  return reduction === 'sum' ? loss.sum() : loss
}
