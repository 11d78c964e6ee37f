// ConvNeXt: "A ConvNet for the 2020s" (Liu et al. 2022).

import { type OptionsOf, real } from '../../nn/fields.js'
import * as nn from '../../nn/index.js'
import type { TensorModule } from '../../nn/module.js'
import { float } from '../../nn/print.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import {
  conv2dNormActivation,
  type NormLayer,
  permute,
  type StochasticDepth,
  stochasticDepth,
} from '../ops/index.js'
import { type ModelBuilder, modelBuilder } from './builder.js'
import { checked, classes, list, norm, probability } from './fields.js'
import { initialize, zeroBias } from './initialize.js'

/** Blocks of one width, and the width of the next ones; null after the last. */
export type ConvNeXtStage = readonly [channels: number, outChannels: number | null, layers: number]

const common = {
  /** Factor of the residual branches at first. */
  layerScale: real(1e-6),
  /** Outputs of the classifier. */
  numClasses: classes(),
  /** Makes the normalizations between the blocks; null for layer normalization of the channels. */
  normLayer: norm(),
}
const fields = {
  /** The blocks in order. */
  blockSetting: list<ConvNeXtStage>(),
  /** Probability with which the last block's residual branch is dropped while training; less before. */
  stochasticDepthProb: probability(0),
  ...common,
}

const options = (stochasticDepthProb: number) => ({
  ...common,
  /** Probability with which the last block's residual branch is dropped while training; less before. */
  stochasticDepthProb: probability(stochasticDepthProb),
})

/** Options of {@link convnextTiny} and its kin. */
export type ConvNeXtOptions = OptionsOf<ReturnType<typeof options>>

const EPS = 1e-6

/** Layer normalization of the channels of [N, C, H, W]. */
class LayerNorm2d extends nn.Module {
  readonly weight: nn.Parameter
  readonly bias: nn.Parameter

  constructor(channels: number) {
    super()
    this.weight = nn.parameter(torch.ones([channels]))
    this.bias = nn.parameter(torch.zeros([channels]))
  }

  override forward(x: Tensor): Tensor {
    const { weight, bias } = this
    const last = x.permute([0, 2, 3, 1])
    const normalized = nn.functional.layerNorm(last, weight.shape, weight, bias, EPS)
    return normalized.permute([0, 3, 1, 2])
  }

  override extraRepr(): string {
    return `(${this.weight.shape[0]},), eps=${float(EPS)}, elementwise_affine=True, bias=True`
  }
}

/** A convolution 7×7 of each channel by itself, and two linear layers over the channels. */
class CNBlock extends nn.Module {
  readonly layer_scale: nn.Parameter
  readonly block: nn.Sequential
  readonly stochastic_depth: StochasticDepth

  constructor(channels: number, layerScale: number, dropProbability: number) {
    super()
    this.block = nn.sequential(
      nn.conv2d(channels, channels, 7, { padding: 3, groups: channels }),
      permute([0, 2, 3, 1]),
      nn.layerNorm(channels, { eps: EPS }),
      nn.linear(channels, 4 * channels),
      nn.gelu(),
      nn.linear(4 * channels, channels),
      permute([0, 3, 1, 2]),
    )
    this.layer_scale = nn.parameter(torch.ones([channels, 1, 1]).mul(layerScale))
    this.stochastic_depth = stochasticDepth(dropProbability, 'row')
  }

  override forward(input: Tensor): Tensor {
    const result = this.layer_scale.mul(this.block(input))
    return this.stochastic_depth(result).add_(input)
  }
}

/** Convolutions in the manner of transformers: [N, 3, H, W] → [N, numClasses]; H and W at least 32. */
export class ConvNeXt extends nn.Module {
  declare features: nn.Sequential
  declare avgpool: nn.AdaptiveAvgPool2d
  declare classifier: nn.Sequential

  constructor(options: OptionsOf<typeof fields>) {
    super()
    const settings = checked('ConvNeXt', fields, options)
    const { blockSetting, stochasticDepthProb, layerScale, numClasses } = settings
    const normLayer: NormLayer = settings.normLayer ?? ((channels) => new LayerNorm2d(channels))
    const [first] = blockSetting[0] as ConvNeXtStage
    const features: TensorModule[] = [
      conv2dNormActivation(3, first, {
        kernelSize: 4,
        stride: 4,
        padding: 0,
        normLayer,
        activationLayer: null,
        bias: true,
      }),
    ]
    const total = blockSetting.reduce((sum, [, , layers]) => sum + layers, 0)
    let index = 0
    for (const [channels, outChannels, layers] of blockSetting) {
      const blocks = Array.from({ length: layers }, () => {
        const dropProbability = (stochasticDepthProb * index++) / (total - 1)
        return new CNBlock(channels, layerScale, dropProbability)
      })
      features.push(nn.sequential(...blocks))
      if (outChannels === null) continue
      features.push(
        nn.sequential(normLayer(channels), nn.conv2d(channels, outChannels, 2, { stride: 2 })),
      )
    }
    this.features = nn.sequential(...features)
    this.avgpool = nn.adaptiveAvgPool2d(1)
    const [channels, outChannels] = blockSetting.at(-1) as ConvNeXtStage
    const last = outChannels ?? channels
    this.classifier = nn.sequential(normLayer(last), nn.flatten(1), nn.linear(last, numClasses))
    const truncated = (layer: nn.Conv2d | nn.Linear): void => {
      nn.init.truncNormal_(layer.weight, { std: 0.02 })
      zeroBias(layer)
    }
    initialize(this, { conv2d: truncated, linear: truncated })
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(x)))
  }
}

function convnext(
  name: string,
  width: number,
  deepest: number,
  stochasticDepthProb: number,
): ModelBuilder<ConvNeXt, ConvNeXtOptions> {
  const blockSetting: readonly ConvNeXtStage[] = [
    [width, 2 * width, 3],
    [2 * width, 4 * width, 3],
    [4 * width, 8 * width, deepest],
    [8 * width, null, 3],
  ]
  return modelBuilder({
    name,
    fields: options(stochasticDepthProb),
    head: 'classifier.2',
    build: (settings) => new ConvNeXt({ ...settings, blockSetting }),
  })
}

/** ConvNeXt tiny: 28.6 million parameters. torchvision's `convnext_tiny`. */
export const convnextTiny = convnext('convnext_tiny', 96, 9, 0.1)
/** ConvNeXt small: 50.2 million parameters. torchvision's `convnext_small`. */
export const convnextSmall = convnext('convnext_small', 96, 27, 0.4)
/** ConvNeXt base: 88.6 million parameters. torchvision's `convnext_base`. */
export const convnextBase = convnext('convnext_base', 128, 27, 0.5)
/** ConvNeXt large: 197.8 million parameters. torchvision's `convnext_large`. */
export const convnextLarge = convnext('convnext_large', 192, 27, 0.5)
