// EfficientNet: "Rethinking Model Scaling for Convolutional Neural Networks" (Tan and Le 2019), and "EfficientNetV2:
// Smaller Models and Faster Training" (Tan and Le 2021).

import { count, nullable, type OptionsOf } from '../../nn/fields.js'
import * as nn from '../../nn/index.js'
import type { TensorModule } from '../../nn/module.js'
import type { Tensor } from '../../torch/tensor.js'
import { conv2dNormActivation, type NormLayer } from '../ops/index.js'
import { type ModelBuilder, modelBuilder } from './builder.js'
import { BLOCKS, type EfficientNetStage } from './efficientnet-blocks.js'
import { checked, classes, list, norm, probability } from './fields.js'
import { fanOut, initialize, zeroBias } from './initialize.js'
import { makeDivisible } from './make-divisible.js'

const common = {
  /** Probability with which the last blocks' residual branches are dropped while training; less before. */
  stochasticDepthProb: probability(0.2),
  /** Outputs of the classifier. */
  numClasses: classes(),
  /** Makes the normalizations; null for batch normalization. */
  normLayer: norm(),
}
const fields = {
  /** The blocks in order. */
  invertedResidualSetting: list<EfficientNetStage>(),
  /** Probability with which the classifier zeroes its inputs while training. */
  dropout: probability(0.2),
  ...common,
  /** Channels of the last convolution; null for 4 times as many as before. */
  lastChannel: nullable(count()),
}

const options = (dropout: number) => ({ ...common, dropout: probability(dropout) })

/** Options of {@link efficientnetB0} and its kin. */
export type EfficientNetOptions = OptionsOf<ReturnType<typeof options>>

/** Inverted residual blocks, scaled in depth, width and resolution: [N, 3, H, W] → [N, numClasses]. */
export class EfficientNet extends nn.Module {
  declare features: nn.Sequential
  declare avgpool: nn.AdaptiveAvgPool2d
  declare classifier: nn.Sequential

  constructor(options: OptionsOf<typeof fields>) {
    super()
    const settings = checked('EfficientNet', fields, options)
    const { invertedResidualSetting: stages, dropout, stochasticDepthProb, numClasses } = settings
    const normLayer = settings.normLayer ?? nn.batchNorm2d
    const layer = { normLayer, activationLayer: nn.silu }
    const before = (stages.at(-1) as EfficientNetStage).outChannels
    const last = settings.lastChannel ?? 4 * before
    const total = stages.reduce((sum, { numLayers }) => sum + numLayers, 0)
    const first = (stages[0] as EfficientNetStage).inputChannels
    const features: TensorModule[] = [conv2dNormActivation(3, first, { stride: 2, ...layer })]
    let index = 0
    for (const stage of stages) {
      const blocks = Array.from({ length: stage.numLayers }, (_, i) => {
        const shape = i === 0 ? stage : { ...stage, inputChannels: stage.outChannels, stride: 1 }
        const dropProbability = (stochasticDepthProb * index++) / total
        return new BLOCKS[stage.block](shape, dropProbability, normLayer)
      })
      features.push(nn.sequential(...blocks))
    }
    features.push(conv2dNormActivation(before, last, { kernelSize: 1, ...layer }))
    this.features = nn.sequential(...features)
    this.avgpool = nn.adaptiveAvgPool2d(1)
    this.classifier = nn.sequential(
      nn.dropout({ p: dropout, inplace: true }),
      nn.linear(last, numClasses),
    )
    initialize(this, {
      conv2d: fanOut,
      linear: (linear) => {
        const bound = 1 / Math.sqrt(linear.outFeatures)
        nn.init.uniform_(linear.weight, -bound, bound)
        zeroBias(linear)
      },
    })
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(x)).flatten(1))
  }
}

/** Expansion, kernel, stride, channels in and out, blocks. */
type Row = readonly [number, number, number, number, number, number]

const stage = (
  block: EfficientNetStage['block'],
  [expandRatio, kernel, stride, inputChannels, outChannels, numLayers]: Row,
): EfficientNetStage => ({
  block,
  expandRatio,
  kernel,
  stride,
  inputChannels,
  outChannels,
  numLayers,
})

const B0: readonly Row[] = [
  [1, 3, 1, 32, 16, 1],
  [6, 3, 2, 16, 24, 2],
  [6, 5, 2, 24, 40, 2],
  [6, 3, 2, 40, 80, 3],
  [6, 5, 1, 80, 112, 3],
  [6, 5, 2, 112, 192, 4],
  [6, 3, 1, 192, 320, 1],
]

interface Scale {
  readonly width: number
  readonly depth: number
  readonly dropout: number
  readonly normLayer?: NormLayer
}

/** EfficientNet-B0 with other numbers of channels and layers. */
function scaled(
  name: string,
  { width, depth, dropout, normLayer }: Scale,
): ModelBuilder<EfficientNet, EfficientNetOptions> {
  const channels = (count: number): number => makeDivisible(count * width, 8)
  const stages = B0.map(([expansion, kernel, stride, input, out, layers]) =>
    stage('MBConv', [
      expansion,
      kernel,
      stride,
      channels(input),
      channels(out),
      Math.ceil(layers * depth),
    ]),
  )
  return modelBuilder({
    name,
    fields: options(dropout),
    head: 'classifier.1',
    build: (settings) =>
      new EfficientNet({
        ...settings,
        normLayer: settings.normLayer ?? normLayer ?? null,
        invertedResidualSetting: stages,
      }),
  })
}

const version2 = (
  name: string,
  fused: readonly Row[],
  separate: readonly Row[],
  dropout: number,
): ModelBuilder<EfficientNet, EfficientNetOptions> =>
  modelBuilder({
    name,
    fields: options(dropout),
    head: 'classifier.1',
    build: (settings) =>
      new EfficientNet({
        ...settings,
        normLayer: settings.normLayer ?? ((channels) => nn.batchNorm2d(channels, { eps: 0.001 })),
        invertedResidualSetting: [
          ...fused.map((row) => stage('FusedMBConv', row)),
          ...separate.map((row) => stage('MBConv', row)),
        ],
        lastChannel: 1280,
      }),
  })

/** Batch normalization as the larger networks were trained with. */
const slowNorm: NormLayer = (channels) => nn.batchNorm2d(channels, { eps: 0.001, momentum: 0.01 })

/** EfficientNet-B0: 5.3 million parameters, for pictures of 224. torchvision's `efficientnet_b0`. */
export const efficientnetB0 = scaled('efficientnet_b0', { width: 1, depth: 1, dropout: 0.2 })
/** EfficientNet-B1: 7.8 million parameters, for 240. torchvision's `efficientnet_b1`. */
export const efficientnetB1 = scaled('efficientnet_b1', { width: 1, depth: 1.1, dropout: 0.2 })
/** EfficientNet-B2: 9.1 million parameters, for 288. torchvision's `efficientnet_b2`. */
export const efficientnetB2 = scaled('efficientnet_b2', { width: 1.1, depth: 1.2, dropout: 0.3 })
/** EfficientNet-B3: 12.2 million parameters, for 300. torchvision's `efficientnet_b3`. */
export const efficientnetB3 = scaled('efficientnet_b3', { width: 1.2, depth: 1.4, dropout: 0.3 })
/** EfficientNet-B4: 19.3 million parameters, for 380. torchvision's `efficientnet_b4`. */
export const efficientnetB4 = scaled('efficientnet_b4', { width: 1.4, depth: 1.8, dropout: 0.4 })
/** EfficientNet-B5: 30.4 million parameters, for 456. torchvision's `efficientnet_b5`. */
export const efficientnetB5 = scaled('efficientnet_b5', {
  width: 1.6,
  depth: 2.2,
  dropout: 0.4,
  normLayer: slowNorm,
})
/** EfficientNet-B6: 43.0 million parameters, for 528. torchvision's `efficientnet_b6`. */
export const efficientnetB6 = scaled('efficientnet_b6', {
  width: 1.8,
  depth: 2.6,
  dropout: 0.5,
  normLayer: slowNorm,
})
/** EfficientNet-B7: 66.3 million parameters, for 600. torchvision's `efficientnet_b7`. */
export const efficientnetB7 = scaled('efficientnet_b7', {
  width: 2,
  depth: 3.1,
  dropout: 0.5,
  normLayer: slowNorm,
})

/** EfficientNetV2 small: 21.5 million parameters, for 384. torchvision's `efficientnet_v2_s`. */
export const efficientnetV2S = version2(
  'efficientnet_v2_s',
  [
    [1, 3, 1, 24, 24, 2],
    [4, 3, 2, 24, 48, 4],
    [4, 3, 2, 48, 64, 4],
  ],
  [
    [4, 3, 2, 64, 128, 6],
    [6, 3, 1, 128, 160, 9],
    [6, 3, 2, 160, 256, 15],
  ],
  0.2,
)
/** EfficientNetV2 medium: 54.1 million parameters, for 480. torchvision's `efficientnet_v2_m`. */
export const efficientnetV2M = version2(
  'efficientnet_v2_m',
  [
    [1, 3, 1, 24, 24, 3],
    [4, 3, 2, 24, 48, 5],
    [4, 3, 2, 48, 80, 5],
  ],
  [
    [4, 3, 2, 80, 160, 7],
    [6, 3, 1, 160, 176, 14],
    [6, 3, 2, 176, 304, 18],
    [6, 3, 1, 304, 512, 5],
  ],
  0.3,
)
/** EfficientNetV2 large: 118.5 million parameters, for 480. torchvision's `efficientnet_v2_l`. */
export const efficientnetV2L = version2(
  'efficientnet_v2_l',
  [
    [1, 3, 1, 32, 32, 4],
    [4, 3, 2, 32, 64, 7],
    [4, 3, 2, 64, 96, 7],
  ],
  [
    [4, 3, 2, 96, 192, 10],
    [6, 3, 1, 192, 224, 19],
    [6, 3, 2, 224, 384, 25],
    [6, 3, 1, 384, 640, 7],
  ],
  0.4,
)
