// MobileNetV2: "Inverted Residuals and Linear Bottlenecks" (Sandler et al. 2018).

import { count, type OptionsOf, real } from '../../nn/fields.js'
import * as nn from '../../nn/index.js'
import type { TensorModule } from '../../nn/module.js'
import type { Tensor } from '../../torch/tensor.js'
import { conv2dNormActivation, type NormLayer } from '../ops/index.js'
import { type ModelBuilder, modelBuilder } from './builder.js'
import { checked, classes, list, norm, probability } from './fields.js'
import { fanOut, initialize, zeroBias } from './initialize.js'
import { makeDivisible } from './make-divisible.js'

/** Blocks of one width: expansion, output channels, blocks, and the stride of the first. */
export type MobileNetV2Stage = readonly [
  expansion: number,
  channels: number,
  blocks: number,
  stride: number,
]

const STAGES: readonly MobileNetV2Stage[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
]

const fields = {
  /** Outputs of the classifier. */
  numClasses: classes(),
  /** Factor of all numbers of channels. */
  widthMult: real(1, { above: 0 }),
  /** The blocks, where not the paper's. */
  invertedResidualSetting: list<MobileNetV2Stage>(STAGES),
  /** Numbers of channels are multiples of this. */
  roundNearest: count(8),
  /** Makes the normalizations; null for batch normalization. */
  normLayer: norm(),
  /** Probability with which the classifier zeroes its inputs while training. */
  dropout: probability(0.2),
}

/** Options of {@link mobilenetV2}. */
export type MobileNetV2Options = OptionsOf<typeof fields>

/** Expands the channels, filters each by itself, and narrows them; around it the shortcut, where shapes agree. */
class InvertedResidual extends nn.Module {
  declare conv: nn.Sequential
  readonly useResConnect: boolean

  constructor(
    channels: number,
    outChannels: number,
    stride: number,
    expansion: number,
    normLayer: NormLayer,
  ) {
    super()
    this.useResConnect = stride === 1 && channels === outChannels
    const hidden = Math.round(channels * expansion)
    const layer = { normLayer, activationLayer: nn.relu6 }
    const layers: TensorModule[] = []
    if (expansion !== 1) {
      layers.push(conv2dNormActivation(channels, hidden, { kernelSize: 1, ...layer }))
    }
    layers.push(
      conv2dNormActivation(hidden, hidden, { stride, groups: hidden, ...layer }),
      nn.conv2d(hidden, outChannels, 1, { bias: false }),
      normLayer(outChannels),
    )
    this.conv = nn.sequential(...layers)
  }

  override forward(x: Tensor): Tensor {
    return this.useResConnect ? x.add(this.conv(x)) : this.conv(x)
  }
}

/** Inverted residual blocks: [N, 3, H, W] → [N, numClasses]. */
export class MobileNetV2 extends nn.Module {
  declare features: nn.Sequential
  declare classifier: nn.Sequential

  constructor(options?: MobileNetV2Options) {
    super()
    const settings = checked('MobileNetV2', fields, options)
    const { numClasses, widthMult, invertedResidualSetting, roundNearest, dropout } = settings
    const normLayer = settings.normLayer ?? nn.batchNorm2d
    const layer = { normLayer, activationLayer: nn.relu6 }
    let channels = makeDivisible(32 * widthMult, roundNearest)
    const features: TensorModule[] = [conv2dNormActivation(3, channels, { stride: 2, ...layer })]
    for (const [expansion, width, blocks, stride] of invertedResidualSetting) {
      const outChannels = makeDivisible(width * widthMult, roundNearest)
      for (let i = 0; i < blocks; i++) {
        features.push(
          new InvertedResidual(channels, outChannels, i === 0 ? stride : 1, expansion, normLayer),
        )
        channels = outChannels
      }
    }
    const last = makeDivisible(1280 * Math.max(1, widthMult), roundNearest)
    features.push(conv2dNormActivation(channels, last, { kernelSize: 1, ...layer }))
    this.features = nn.sequential(...features)
    this.classifier = nn.sequential(nn.dropout(dropout), nn.linear(last, numClasses))
    initialize(this, {
      conv2d: fanOut,
      linear: (linear) => {
        nn.init.normal_(linear.weight, 0, 0.01)
        zeroBias(linear)
      },
    })
  }

  override forward(x: Tensor): Tensor {
    const pooled = nn.functional.adaptiveAvgPool2d(this.features(x), [1, 1])
    return this.classifier(pooled.flatten(1))
  }
}

/** MobileNetV2: 3.5 million parameters. torchvision's `mobilenet_v2`, R's `model_mobilenet_v2`. */
export const mobilenetV2: ModelBuilder<MobileNetV2, MobileNetV2Options> = modelBuilder({
  name: 'mobilenet_v2',
  fields,
  head: 'classifier.1',
  build: (settings) => new MobileNetV2(settings),
})
