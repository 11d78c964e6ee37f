import { checkInteger, checkNumber, checkOptions, fail } from '../../check.js'
import { functional } from '../../nn/functional/index.js'
import type { Tensor } from '../../torch/tensor.js'

/** Options of `mixUp` and `cutMix`. */
export interface MixOptions {
  /** Both parameters of the beta distribution from which shares come. Default 1: all alike. */
  alpha?: number
  /** The number of classes; needed for labels that are class numbers. */
  numClasses?: number
}

/** {@link MixOptions}, checked and with defaults. */
export interface MixSettings {
  readonly alpha: number
  readonly numClasses: number | null
}

export function checkMixOptions(name: string, options: MixOptions | undefined): MixSettings {
  const where = `transforms.${name}`
  const { alpha = 1, numClasses } = checkOptions(where, options, ['alpha', 'numClasses'])
  return {
    alpha: checkNumber(where, 'alpha', alpha, { above: 0 }),
    numClasses:
      numClasses === undefined ? null : checkInteger(where, 'numClasses', numClasses, { min: 1 }),
  }
}

/** `share` of each row and `1 - share` of the one before it; the first comes after the last. */
export const mixRows = (rows: Tensor, share: number): Tensor =>
  rows
    .roll(1, 0)
    .mul_(1 - share)
    .add_(rows.mul(share))

/** Labels as probabilities [N, classes]. */
export function softLabels(name: string, labels: Tensor, numClasses: number | null): Tensor {
  const where = `transforms.${name}`
  if (labels.dim() === 1) {
    if (numClasses === null)
      fail(where, 'numClasses', 'a number, as labels are classes,', undefined)
    if (labels.isFloatingPoint() || labels.isComplex()) {
      fail(where, 'the labels', 'integers, or probabilities [N, classes]', labels.dtype)
    }
    return functional.oneHot(labels.to('int64'), numClasses).to('float32')
  }
  if (numClasses !== null && labels.size(1) !== numClasses) {
    fail(where, 'the labels', `[N, ${numClasses}]`, labels.shape)
  }
  return labels.isFloatingPoint() ? labels : labels.to('float32')
}
