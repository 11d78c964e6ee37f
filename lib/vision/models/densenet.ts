// DenseNet: "Densely Connected Convolutional Networks" (Huang et al. 2016).

import { count, type OptionsOf } from '../../nn/fields.js'
import * as nn from '../../nn/index.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { type ModelBuilder, modelBuilder } from './builder.js'
import { checked, classes, list, probability } from './fields.js'
import { initialize, zeroBias } from './initialize.js'
import { NamedSequential } from './named-sequential.js'

const own = {
  /** Channels of the bottlenecks in multiples of the growth rate. */
  bnSize: count(4),
  /** Probability with which a layer zeroes its outputs while training. */
  dropRate: probability(0),
  /** Outputs of the classifier. */
  numClasses: classes(),
}
const fields = {
  /** Channels that each layer adds. */
  growthRate: count(32),
  /** Layers of each block. */
  blockConfig: list<number>([6, 12, 24, 16]),
  /** Channels after the first convolution. */
  numInitFeatures: count(64),
  ...own,
}

/** Options of {@link densenet121} and its kin. */
export type DenseNetOptions = OptionsOf<typeof own>

/** Adds `growthRate` channels, computed from all before. */
class DenseLayer extends nn.Module {
  static {
    Object.defineProperty(DenseLayer, 'name', { value: '_DenseLayer' })
  }

  declare norm1: nn.BatchNorm2d
  declare relu1: nn.ReLU
  declare conv1: nn.Conv2d
  declare norm2: nn.BatchNorm2d
  declare relu2: nn.ReLU
  declare conv2: nn.Conv2d
  readonly dropRate: number

  constructor(channels: number, growthRate: number, bnSize: number, dropRate: number) {
    super()
    const width = bnSize * growthRate
    this.norm1 = nn.batchNorm2d(channels)
    this.relu1 = nn.relu({ inplace: true })
    this.conv1 = nn.conv2d(channels, width, 1, { bias: false })
    this.norm2 = nn.batchNorm2d(width)
    this.relu2 = nn.relu({ inplace: true })
    this.conv2 = nn.conv2d(width, growthRate, 3, { padding: 1, bias: false })
    this.dropRate = dropRate
  }

  /** @param features of the layers before, each [N, C, H, W] */
  override forward(features: readonly Tensor[]): Tensor {
    const all = torch.cat(features, 1)
    const narrow = this.conv1(this.relu1(this.norm1(all)))
    const added = this.conv2(this.relu2(this.norm2(narrow)))
    if (this.dropRate === 0) return added
    return nn.functional.dropout(added, { p: this.dropRate, training: this.training })
  }
}

/** Layers of which each sees all before it. */
class DenseBlock extends nn.Module {
  static {
    Object.defineProperty(DenseBlock, 'name', { value: '_DenseBlock' })
  }

  constructor(layers: readonly DenseLayer[]) {
    super()
    layers.forEach((layer, i) => {
      Reflect.set(this, `denselayer${i + 1}`, layer)
    })
  }

  override forward(input: Tensor): Tensor {
    const features = [input]
    for (const layer of this.children()) features.push((layer as DenseLayer)(features))
    return torch.cat(features, 1)
  }
}

/** Halves channels, height and width. */
class Transition extends NamedSequential {
  static {
    Object.defineProperty(Transition, 'name', { value: '_Transition' })
  }

  constructor(channels: number, outChannels: number) {
    super({
      norm: nn.batchNorm2d(channels),
      relu: nn.relu({ inplace: true }),
      conv: nn.conv2d(channels, outChannels, 1, { bias: false }),
      pool: nn.avgPool2d(2, 2),
    })
  }
}

/** Blocks of densely connected layers: [N, 3, H, W] → [N, numClasses]; H and W at least 29. */
export class DenseNet extends nn.Module {
  declare features: NamedSequential
  declare classifier: nn.Linear

  constructor(options?: OptionsOf<typeof fields>) {
    super()
    const settings = checked('DenseNet', fields, options)
    const { growthRate, blockConfig, numInitFeatures, bnSize, dropRate, numClasses } = settings
    this.features = new NamedSequential({
      conv0: nn.conv2d(3, numInitFeatures, 7, { stride: 2, padding: 3, bias: false }),
      norm0: nn.batchNorm2d(numInitFeatures),
      relu0: nn.relu({ inplace: true }),
      pool0: nn.maxPool2d(3, 2, 1),
    })
    let channels = numInitFeatures
    blockConfig.forEach((depth, i) => {
      const layers = Array.from({ length: depth }, () => {
        const layer = new DenseLayer(channels, growthRate, bnSize, dropRate)
        channels += growthRate
        return layer
      })
      this.features.add(`denseblock${i + 1}`, new DenseBlock(layers))
      if (i === blockConfig.length - 1) return
      const half = Math.floor(channels / 2)
      this.features.add(`transition${i + 1}`, new Transition(channels, half))
      channels = half
    })
    this.features.add('norm5', nn.batchNorm2d(channels))
    this.classifier = nn.linear(channels, numClasses)
    initialize(this, {
      conv2d: (layer) => {
        nn.init.kaimingNormal_(layer.weight)
      },
      linear: zeroBias,
    })
  }

  override forward(x: Tensor): Tensor {
    const features = this.features(x).relu_()
    return this.classifier(nn.functional.adaptiveAvgPool2d(features, [1, 1]).flatten(1))
  }
}

/** Today's name of an entry of published weights, which are older: norm1, not norm.1. */
export const currentDenseNetKey = (key: string): string =>
  key.replace(
    /^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\.(?:weight|bias|running_mean|running_var))$/,
    '$1$2',
  )

const densenet = (
  name: string,
  growthRate: number,
  blockConfig: readonly number[],
  numInitFeatures: number,
): ModelBuilder<DenseNet, DenseNetOptions> =>
  modelBuilder({
    name,
    fields: own,
    head: 'classifier',
    build: (settings) => new DenseNet({ ...settings, growthRate, blockConfig, numInitFeatures }),
    rename: currentDenseNetKey,
  })

/** DenseNet-121: 8.0 million parameters. torchvision's `densenet121`. */
export const densenet121 = densenet('densenet121', 32, [6, 12, 24, 16], 64)
/** DenseNet-161: 28.7 million parameters. torchvision's `densenet161`. */
export const densenet161 = densenet('densenet161', 48, [6, 12, 36, 24], 96)
/** DenseNet-169: 14.1 million parameters. torchvision's `densenet169`. */
export const densenet169 = densenet('densenet169', 32, [6, 12, 32, 32], 64)
/** DenseNet-201: 20.0 million parameters. torchvision's `densenet201`. */
export const densenet201 = densenet('densenet201', 32, [6, 12, 48, 32], 64)
