import { checkNumber, checkOptions, fail } from '../../check.js'
import { relu } from '../../nn/modules/activation.js'
import { dropout as dropoutLayer } from '../../nn/modules/dropout.js'
import { linear } from '../../nn/modules/linear.js'
import { Sequential } from '../../nn/modules/sequential.js'
import { createModule } from '../../nn/native-module.js'
import { float } from '../../torch/float.js'
import type { ActivationLayer, NormLayer } from './conv-norm-activation.js'

/** Options of {@link mlp}. */
export interface MLPOptions {
  /** Makes what comes after each linear layer but the last; nothing by default. */
  normLayer?: NormLayer | null
  /** Makes the activation after each linear layer but the last; `nn.relu` by default. */
  activationLayer?: ActivationLayer
  /** Whether activations and dropout overwrite their input; null, the default, says nothing to them. */
  inplace?: boolean | null
  bias?: boolean
  /** Probability with which dropout zeroes an output. */
  dropout?: number
}

const KEYS = ['normLayer', 'activationLayer', 'inplace', 'bias', 'dropout'] as const

/** Linear layers with activations between them. Made by {@link mlp}. */
export class MLP extends Sequential {
  constructor(inChannels: number, hiddenChannels: readonly number[], options?: MLPOptions) {
    super(createModule('Sequential', {}))
    const {
      normLayer = null,
      activationLayer = relu,
      inplace = null,
      bias = true,
      dropout = 0,
    } = checkOptions('mlp', options, KEYS)
    if (!Array.isArray(hiddenChannels) || hiddenChannels.length === 0) {
      fail('mlp', 'hiddenChannels', 'at least one number of channels', hiddenChannels)
    }
    // Python prints the probability as the float that it is.
    const p = float(checkNumber('mlp', 'dropout', dropout, { min: 0, max: 1 }))
    const settings = inplace === null ? {} : { inplace }
    let channels = inChannels
    hiddenChannels.forEach((width, i) => {
      this.append(linear(channels, width, { bias }))
      if (i < hiddenChannels.length - 1) {
        if (normLayer !== null) this.append(normLayer(width))
        this.append(activationLayer(settings))
      }
      this.append(dropoutLayer({ p, ...settings }))
      channels = width
    })
  }
}

/**
 * Linear layers with activations and dropout between them: [..., inChannels] → [..., the last of hiddenChannels].
 * torchvision's `ops.MLP`.
 */
export const mlp = (
  inChannels: number,
  hiddenChannels: readonly number[],
  options?: MLPOptions,
): MLP => new MLP(inChannels, hiddenChannels, options)
