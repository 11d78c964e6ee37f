// AlexNet: "One weird trick for parallelizing convolutional neural networks" (Krizhevsky 2014).

import type { OptionsOf } from '../../nn/fields.js'
import * as nn from '../../nn/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { type ModelBuilder, modelBuilder } from './builder.js'
import { checked, classes, probability } from './fields.js'

const fields = {
  /** Outputs of the classifier. */
  numClasses: classes(),
  /** Probability with which the classifier zeroes its inputs while training. */
  dropout: probability(0.5),
}

/** Options of {@link alexnet}. */
export type AlexNetOptions = OptionsOf<typeof fields>

/** Five convolutions and three linear layers: [N, 3, H, W] → [N, numClasses]; H and W at least 63. */
export class AlexNet extends nn.Module {
  declare features: nn.Sequential
  declare avgpool: nn.AdaptiveAvgPool2d
  declare classifier: nn.Sequential

  constructor(options?: AlexNetOptions) {
    super()
    const { numClasses, dropout } = checked('AlexNet', fields, options)
    const inplace = true
    this.features = nn.sequential(
      nn.conv2d(3, 64, 11, { stride: 4, padding: 2 }),
      nn.relu({ inplace }),
      nn.maxPool2d(3, 2),
      nn.conv2d(64, 192, 5, { padding: 2 }),
      nn.relu({ inplace }),
      nn.maxPool2d(3, 2),
      nn.conv2d(192, 384, 3, { padding: 1 }),
      nn.relu({ inplace }),
      nn.conv2d(384, 256, 3, { padding: 1 }),
      nn.relu({ inplace }),
      nn.conv2d(256, 256, 3, { padding: 1 }),
      nn.relu({ inplace }),
      nn.maxPool2d(3, 2),
    )
    this.avgpool = nn.adaptiveAvgPool2d([6, 6])
    this.classifier = nn.sequential(
      nn.dropout(dropout),
      nn.linear(256 * 6 * 6, 4096),
      nn.relu({ inplace }),
      nn.dropout(dropout),
      nn.linear(4096, 4096),
      nn.relu({ inplace }),
      nn.linear(4096, numClasses),
    )
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(x)).flatten(1))
  }
}

/** AlexNet: 61.1 million parameters. torchvision's `alexnet`, R's `model_alexnet`. */
export const alexnet: ModelBuilder<AlexNet, AlexNetOptions> = modelBuilder({
  name: 'alexnet',
  fields,
  head: 'classifier.6',
  build: (settings) => new AlexNet(settings),
})
