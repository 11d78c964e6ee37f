// VGG: "Very Deep Convolutional Networks for Large-Scale Image Recognition" (Simonyan and Zisserman 2014).

import { flag, type OptionsOf, type Settings } from '../../nn/fields.js'
import * as nn from '../../nn/index.js'
import type { TensorModule } from '../../nn/module.js'
import type { Tensor } from '../../torch/tensor.js'
import { type ModelBuilder, modelBuilder } from './builder.js'
import { checked, classes, probability } from './fields.js'
import { fanOut, initialize, zeroBias } from './initialize.js'

const fields = {
  /** Outputs of the classifier. */
  numClasses: classes(),
  /** Whether to draw the weights as the paper does; else layers keep their own first weights. */
  initWeights: flag(true),
  /** Probability with which the classifier zeroes its inputs while training. */
  dropout: probability(0.5),
}

/** Options of {@link vgg11} and its kin. */
export type VGGOptions = OptionsOf<typeof fields>

/** Convolutions 3×3, given as `features`, and three linear layers: [N, 3, H, W] → [N, numClasses]. */
export class VGG extends nn.Module {
  declare features: nn.Sequential
  declare avgpool: nn.AdaptiveAvgPool2d
  declare classifier: nn.Sequential

  /** @param features from [N, 3, H, W] to [N, 512, h, w] */
  constructor(features: nn.Sequential, options?: VGGOptions) {
    super()
    const { numClasses, initWeights, dropout } = checked('VGG', fields, options)
    this.features = features
    this.avgpool = nn.adaptiveAvgPool2d([7, 7])
    this.classifier = nn.sequential(
      nn.linear(512 * 7 * 7, 4096),
      nn.relu({ inplace: true }),
      nn.dropout(dropout),
      nn.linear(4096, 4096),
      nn.relu({ inplace: true }),
      nn.dropout(dropout),
      nn.linear(4096, numClasses),
    )
    if (!initWeights) return
    initialize(this, {
      conv2d: fanOut,
      linear: (layer) => {
        nn.init.normal_(layer.weight, 0, 0.01)
        zeroBias(layer)
      },
    })
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(x)).flatten(1))
  }
}

/** Convolutions before each of the five poolings, by the paper's letter. */
const DEPTHS = {
  A: [1, 1, 2, 2, 2],
  B: [2, 2, 2, 2, 2],
  D: [2, 2, 3, 3, 3],
  E: [2, 2, 4, 4, 4],
} as const
const WIDTHS = [64, 128, 256, 512, 512] as const

function convolutions(depths: readonly number[], batchNorm: boolean): nn.Sequential {
  const layers: TensorModule[] = []
  let channels = 3
  WIDTHS.forEach((width, stage) => {
    for (let i = 0; i < (depths[stage] ?? 0); i++) {
      layers.push(nn.conv2d(channels, width, 3, { padding: 1 }))
      if (batchNorm) layers.push(nn.batchNorm2d(width))
      layers.push(nn.relu({ inplace: true }))
      channels = width
    }
    layers.push(nn.maxPool2d(2, 2))
  })
  return nn.sequential(...layers)
}

const vgg = (
  name: string,
  configuration: keyof typeof DEPTHS,
  batchNorm: boolean,
): ModelBuilder<VGG, VGGOptions> =>
  modelBuilder({
    name,
    fields,
    head: 'classifier.6',
    build: (settings: Settings<typeof fields>, isLoaded) =>
      new VGG(convolutions(DEPTHS[configuration], batchNorm), {
        ...settings,
        initWeights: settings.initWeights && !isLoaded,
      }),
  })

/** VGG-11: 132.9 million parameters. torchvision's `vgg11`, R's `model_vgg11`. */
export const vgg11 = vgg('vgg11', 'A', false)
/** {@link vgg11} with batch normalization. torchvision's `vgg11_bn`. */
export const vgg11Bn = vgg('vgg11_bn', 'A', true)
/** VGG-13: 133.0 million parameters. torchvision's `vgg13`. */
export const vgg13 = vgg('vgg13', 'B', false)
/** {@link vgg13} with batch normalization. torchvision's `vgg13_bn`. */
export const vgg13Bn = vgg('vgg13_bn', 'B', true)
/** VGG-16: 138.4 million parameters. torchvision's `vgg16`. */
export const vgg16 = vgg('vgg16', 'D', false)
/** {@link vgg16} with batch normalization. torchvision's `vgg16_bn`. */
export const vgg16Bn = vgg('vgg16_bn', 'D', true)
/** VGG-19: 143.7 million parameters. torchvision's `vgg19`. */
export const vgg19 = vgg('vgg19', 'E', false)
/** {@link vgg19} with batch normalization. torchvision's `vgg19_bn`. */
export const vgg19Bn = vgg('vgg19_bn', 'E', true)
