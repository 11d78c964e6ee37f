// How a new model enters the average of those before it.

import { noGradSync } from '../../autograd/modes.js'
import { checkNumber } from '../../check.js'
import { ops } from '../../torch/ops.js'
import type { Tensor } from '../../torch/tensor.js'

/** The new average, of the one so far, a model's tensor, and the number of models in the one so far. */
export type AverageFunction = (averaged: Tensor, current: Tensor, numAveraged: Tensor) => Tensor

/** As {@link AverageFunction}, for all tensors of one dtype and device at once, in place. */
export type MultiAverageFunction = (
  averaged: readonly Tensor[],
  current: readonly Tensor[],
  numAveraged: Tensor,
) => void

const checkDecay = (where: string, decay: number): number =>
  checkNumber(where, 'decay', decay, { min: 0, max: 1 })

const isContinuous = ({ dtype }: Tensor): boolean => /float|complex/.test(dtype)

const foreach = (name: string, overload: string, ...values: unknown[]): unknown =>
  ops.aten?.[`_foreach_${name}`]?.[overload]?.(...values)

/**
 * An exponential moving average: decay·averaged + (1 − decay)·current, in one kernel for all tensors. PyTorch's
 * `get_ema_multi_avg_fn`.
 */
export function getEmaMultiAvgFn(decay = 0.999): MultiAverageFunction {
  checkDecay('getEmaMultiAvgFn', decay)
  return (averaged, current) => {
    noGradSync(() => {
      if (averaged[0] !== undefined && isContinuous(averaged[0])) {
        foreach('lerp_', 'Scalar', averaged, current, 1 - decay)
        return
      }
      averaged.forEach((average, i) => {
        average.copy_(average.mul(decay).add((current[i] as Tensor).mul(1 - decay)))
      })
    })
  }
}

/** The plain average of all models, in one kernel for all tensors. PyTorch's `get_swa_multi_avg_fn`. */
export function getSwaMultiAvgFn(): MultiAverageFunction {
  return (averaged, current, numAveraged) => {
    noGradSync(() => {
      const count = numAveraged.add(1)
      if (averaged[0] !== undefined && isContinuous(averaged[0])) {
        foreach('lerp_', 'Scalar', averaged, current, count.reciprocal().item())
        return
      }
      const differences = foreach('sub', 'List', current, averaged)
      foreach(
        'addcdiv_',
        'Scalar',
        averaged,
        differences,
        averaged.map(() => count),
      )
    })
  }
}

/** An exponential moving average of one tensor. PyTorch's `get_ema_avg_fn`. */
export function getEmaAvgFn(decay = 0.999): AverageFunction {
  checkDecay('getEmaAvgFn', decay)
  return (averaged, current) => noGradSync(() => averaged.mul(decay).add(current.mul(1 - decay)))
}

/** The plain average of one tensor. PyTorch's `get_swa_avg_fn`. */
export function getSwaAvgFn(): AverageFunction {
  return (averaged, current, numAveraged) =>
    noGradSync(() => averaged.add(current.sub(averaged).div(numAveraged.add(1))))
}
