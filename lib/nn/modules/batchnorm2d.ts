import { checkBoolean, checkInteger, checkNumber, checkOptions } from '../../check.js'
import type { Parameter, Tensor } from '../../torch/tensor.js'
import { createModule, NativeModule, registerClass } from '../native-module.js'
import { bool, float } from '../print.js'

/** Options of {@link batchNorm2d}. */
export interface BatchNormOptions {
  /** Added to the variance. */
  eps?: number
  /** Weight of the newest batch in the running statistics; null averages over all batches. */
  momentum?: number | null
  /** Whether to learn a scale and a shift per channel. */
  affine?: boolean
  /** Whether to keep running statistics for evaluation. */
  trackRunningStats?: boolean
}

/** Batch normalization over images. Made by {@link batchNorm2d}. */
export class BatchNorm2d extends NativeModule {
  declare readonly numFeatures: number
  declare readonly eps: number
  declare readonly momentum: number | undefined
  declare readonly affine: boolean
  declare readonly trackRunningStats: boolean
  /** [numFeatures], or null */
  declare weight: Parameter | null
  /** [numFeatures], or null */
  declare bias: Parameter | null
  /** [numFeatures], or null; the name is that of every state dict */
  declare running_mean: Tensor | null
  /** [numFeatures], or null */
  declare running_var: Tensor | null
  /** int64 scalar, or null */
  declare num_batches_tracked: Tensor | null

  override extraRepr(): string {
    const { numFeatures, eps, momentum, affine, trackRunningStats } = this
    const weight = momentum === undefined ? 'None' : float(momentum)
    return (
      `${numFeatures}, eps=${float(eps)}, momentum=${weight}, ` +
      `affine=${bool(affine)}, track_running_stats=${bool(trackRunningStats)}`
    )
  }
}
registerClass('BatchNorm2d', BatchNorm2d)

/**
 * Normalizes each channel of [N, C, H, W] to mean 0 and variance 1, over the batch while training, by running
 * statistics in evaluation (Ioffe and Szegedy 2015). PyTorch's `nn.BatchNorm2d`.
 */
export function batchNorm2d(numFeatures: number, options?: BatchNormOptions): BatchNorm2d {
  const where = 'batchNorm2d'
  const keys = ['eps', 'momentum', 'affine', 'trackRunningStats'] as const
  const {
    eps = 1e-5,
    momentum = 0.1,
    affine = true,
    trackRunningStats = true,
  } = checkOptions(where, options, keys)
  return new BatchNorm2d(
    createModule('BatchNorm2d', {
      numFeatures: checkInteger(where, 'numFeatures', numFeatures, { min: 1 }),
      eps: checkNumber(where, 'eps', eps, { min: 0 }),
      momentum: momentum === null ? null : checkNumber(where, 'momentum', momentum),
      affine: checkBoolean(where, 'affine', affine),
      trackRunningStats: checkBoolean(where, 'trackRunningStats', trackRunningStats),
    }),
  )
}
