// SqueezeNet: "AlexNet-level accuracy with 50x fewer parameters" (Iandola et al. 2016).

import { choice, type OptionsOf } from '../../nn/fields.js'
import * as nn from '../../nn/index.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { type ModelBuilder, modelBuilder } from './builder.js'
import { checked, classes, probability } from './fields.js'
import { initialize, zeroBias } from './initialize.js'

/** Few channels, then more by convolutions 1×1 and 3×3 side by side. */
class Fire extends nn.Module {
  declare squeeze: nn.Conv2d
  declare squeeze_activation: nn.ReLU
  declare expand1x1: nn.Conv2d
  declare expand1x1_activation: nn.ReLU
  declare expand3x3: nn.Conv2d
  declare expand3x3_activation: nn.ReLU

  constructor(channels: number, squeezed: number, expanded: number) {
    super()
    this.squeeze = nn.conv2d(channels, squeezed, 1)
    this.squeeze_activation = nn.relu({ inplace: true })
    this.expand1x1 = nn.conv2d(squeezed, expanded, 1)
    this.expand1x1_activation = nn.relu({ inplace: true })
    this.expand3x3 = nn.conv2d(squeezed, expanded, 3, { padding: 1 })
    this.expand3x3_activation = nn.relu({ inplace: true })
  }

  override forward(input: Tensor): Tensor {
    const x = this.squeeze_activation(this.squeeze(input))
    const small = this.expand1x1_activation(this.expand1x1(x))
    const large = this.expand3x3_activation(this.expand3x3(x))
    return torch.cat([small, large], 1)
  }
}

const own = {
  /** Outputs of the classifier. */
  numClasses: classes(),
  /** Probability with which the classifier zeroes its inputs while training. */
  dropout: probability(0.5),
}
const fields = {
  /** The paper's network, or the one that computes 2.4 times less. */
  version: choice(['1_0', '1_1'], '1_0'),
  ...own,
}

/** Options of {@link squeezenet1_0} and its kin. */
export type SqueezeNetOptions = OptionsOf<typeof own>

const pool = (): nn.MaxPool2d => nn.maxPool2d(3, 2, { ceilMode: true })

const FEATURES = {
  '1_0': () => [
    nn.conv2d(3, 96, 7, 2),
    nn.relu({ inplace: true }),
    pool(),
    new Fire(96, 16, 64),
    new Fire(128, 16, 64),
    new Fire(128, 32, 128),
    pool(),
    new Fire(256, 32, 128),
    new Fire(256, 48, 192),
    new Fire(384, 48, 192),
    new Fire(384, 64, 256),
    pool(),
    new Fire(512, 64, 256),
  ],
  '1_1': () => [
    nn.conv2d(3, 64, 3, 2),
    nn.relu({ inplace: true }),
    pool(),
    new Fire(64, 16, 64),
    new Fire(128, 16, 64),
    pool(),
    new Fire(128, 32, 128),
    new Fire(256, 32, 128),
    pool(),
    new Fire(256, 48, 192),
    new Fire(384, 48, 192),
    new Fire(384, 64, 256),
    new Fire(512, 64, 256),
  ],
} as const

/** Convolutions only: [N, 3, H, W] → [N, numClasses]; H and W at least 21, of version 1_1 17. */
export class SqueezeNet extends nn.Module {
  declare features: nn.Sequential
  declare classifier: nn.Sequential

  constructor(options?: OptionsOf<typeof fields>) {
    super()
    const { version, numClasses, dropout } = checked('SqueezeNet', fields, options)
    this.features = nn.sequential(...FEATURES[version]())
    const last = nn.conv2d(512, numClasses, 1)
    this.classifier = nn.sequential(
      nn.dropout(dropout),
      last,
      nn.relu({ inplace: true }),
      nn.adaptiveAvgPool2d([1, 1]),
    )
    initialize(this, {
      conv2d: (layer) => {
        if (layer === last) nn.init.normal_(layer.weight, 0, 0.01)
        else nn.init.kaimingUniform_(layer.weight)
        zeroBias(layer)
      },
    })
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.features(x)).flatten(1)
  }
}

const squeezenet = (version: '1_0' | '1_1'): ModelBuilder<SqueezeNet, SqueezeNetOptions> =>
  modelBuilder({
    name: `squeezenet${version}`,
    fields: own,
    head: 'classifier.1',
    build: (settings) => new SqueezeNet({ ...settings, version }),
  })

/** SqueezeNet 1.0: 1.25 million parameters. torchvision's `squeezenet1_0`. */
export const squeezenet1_0 = squeezenet('1_0')
/** SqueezeNet 1.1: 1.24 million parameters and 2.4 times less to compute. torchvision's `squeezenet1_1`. */
export const squeezenet1_1 = squeezenet('1_1')
