import { checkOptions } from '../../check.js'
import type { TensorModule } from '../../nn/module.js'
import { Module } from '../../nn/module.js'
import { relu, sigmoid } from '../../nn/modules/activation.js'
import { type Conv2d, conv2d } from '../../nn/modules/conv.js'
import { type AdaptiveAvgPool2d, adaptiveAvgPool2d } from '../../nn/modules/pooling.js'
import type { Tensor } from '../../torch/tensor.js'

/** Options of {@link squeezeExcitation}. */
export interface SqueezeExcitationOptions {
  /** Makes the activation between the two layers; `nn.relu` by default. */
  activation?: () => TensorModule
  /** Makes the activation that turns the result into factors; `nn.sigmoid` by default. */
  scaleActivation?: () => TensorModule
}

/** Factors for channels, from their means. Made by {@link squeezeExcitation}. */
export class SqueezeExcitation extends Module {
  declare avgpool: AdaptiveAvgPool2d
  declare fc1: Conv2d
  declare fc2: Conv2d
  declare activation: TensorModule
  declare scale_activation: TensorModule

  constructor(inputChannels: number, squeezeChannels: number, options?: SqueezeExcitationOptions) {
    super()
    const { activation = relu, scaleActivation = sigmoid } = checkOptions(
      'squeezeExcitation',
      options,
      ['activation', 'scaleActivation'],
    )
    this.avgpool = adaptiveAvgPool2d(1)
    this.fc1 = conv2d(inputChannels, squeezeChannels, 1)
    this.fc2 = conv2d(squeezeChannels, inputChannels, 1)
    this.activation = activation()
    this.scale_activation = scaleActivation()
  }

  override forward(input: Tensor): Tensor {
    const squeezed = this.activation(this.fc1(this.avgpool(input)))
    return this.scale_activation(this.fc2(squeezed)).mul(input)
  }
}

/**
 * Multiplies each channel of [N, inputChannels, H, W] by a factor that two layers compute from the means of all
 * channels (Hu et al. 2018). torchvision's `ops.SqueezeExcitation`.
 */
export const squeezeExcitation = (
  inputChannels: number,
  squeezeChannels: number,
  options?: SqueezeExcitationOptions,
): SqueezeExcitation => new SqueezeExcitation(inputChannels, squeezeChannels, options)
