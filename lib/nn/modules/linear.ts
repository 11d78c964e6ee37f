import { checkBoolean, checkInteger, checkOptions } from '../../check.js'
import type { Parameter } from '../../torch/tensor.js'
import { createModule, NativeModule, registerClass } from '../native-module.js'
import { bool } from '../print.js'

/** y = x Wᵀ + b. Made by {@link linear}. */
export class Linear extends NativeModule {
  declare readonly inFeatures: number
  declare readonly outFeatures: number
  /** [outFeatures, inFeatures] */
  declare weight: Parameter
  /** [outFeatures], or null */
  declare bias: Parameter | null

  override extraRepr(): string {
    const { inFeatures, outFeatures, bias } = this
    return `in_features=${inFeatures}, out_features=${outFeatures}, bias=${bool(bias !== null)}`
  }
}
registerClass('Linear', Linear)

/**
 * A fully connected layer: [..., inFeatures] → [..., outFeatures]. Weight and bias are drawn from
 * U(-1/√inFeatures, 1/√inFeatures). PyTorch's `nn.Linear`.
 */
export function linear(
  inFeatures: number,
  outFeatures: number,
  options?: { bias?: boolean },
): Linear {
  const where = 'linear'
  const { bias = true } = checkOptions(where, options, ['bias'])
  return new Linear(
    createModule('Linear', {
      inFeatures: checkInteger(where, 'inFeatures', inFeatures, { min: 0 }),
      outFeatures: checkInteger(where, 'outFeatures', outFeatures, { min: 0 }),
      bias: checkBoolean(where, 'bias', bias),
    }),
  )
}
