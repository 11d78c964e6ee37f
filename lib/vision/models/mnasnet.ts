// MNASNet: "Platform-Aware Neural Architecture Search for Mobile" (Tan et al. 2018).

import { type OptionsOf, real } from '../../nn/fields.js'
import * as nn from '../../nn/index.js'
import type { TensorModule } from '../../nn/module.js'
import type { Tensor } from '../../torch/tensor.js'
import { type ModelBuilder, modelBuilder } from './builder.js'
import { checked, classes, probability } from './fields.js'
import { fanOut, initialize, zeroBias } from './initialize.js'
import { makeDivisible } from './make-divisible.js'

const own = {
  /** Outputs of the classifier. */
  numClasses: classes(),
  /** Probability with which the classifier zeroes its inputs while training. */
  dropout: probability(0.2),
}
const fields = {
  /** Factor of all numbers of channels. */
  alpha: real(undefined, { above: 0 }),
  ...own,
}

/** Options of {@link mnasnet1_0} and its kin. */
export type MNASNetOptions = OptionsOf<typeof own>

// Published weights come from TensorFlow, where it is the share of the old value that is given.
const MOMENTUM = 1 - 0.9997

interface Convolution {
  readonly kernel: number
  readonly stride?: number
  readonly groups?: number
}

/** A convolution that keeps the size, were its stride 1, and its normalization. */
const normed = (
  channels: number,
  outChannels: number,
  { kernel, stride = 1, groups = 1 }: Convolution,
): TensorModule[] => [
  nn.conv2d(channels, outChannels, kernel, {
    stride,
    padding: Math.floor(kernel / 2),
    groups,
    bias: false,
  }),
  nn.batchNorm2d(outChannels, { momentum: MOMENTUM }),
]

/** Expands the channels, filters each by itself, and narrows them; around it the shortcut, where shapes agree. */
class InvertedResidual extends nn.Module {
  static {
    Object.defineProperty(InvertedResidual, 'name', { value: '_InvertedResidual' })
  }

  declare layers: nn.Sequential
  readonly applyResidual: boolean

  constructor(
    channels: number,
    outChannels: number,
    kernel: number,
    stride: number,
    expansion: number,
  ) {
    super()
    const width = channels * expansion
    this.applyResidual = stride === 1 && channels === outChannels
    this.layers = nn.sequential(
      ...normed(channels, width, { kernel: 1 }),
      nn.relu({ inplace: true }),
      ...normed(width, width, { kernel, stride, groups: width }),
      nn.relu({ inplace: true }),
      ...normed(width, outChannels, { kernel: 1 }),
    )
  }

  override forward(input: Tensor): Tensor {
    const output = this.layers(input)
    return this.applyResidual ? output.add(input) : output
  }
}

/** Output channels for a factor of 1, kernel, stride of the first, expansion, and blocks of each stack. */
const STACKS = [
  [24, 3, 2, 3, 3],
  [40, 5, 2, 3, 3],
  [80, 5, 2, 6, 3],
  [96, 3, 1, 6, 2],
  [192, 5, 2, 6, 4],
  [320, 3, 1, 6, 1],
] as const

/** Inverted residual blocks found by search: [N, 3, H, W] → [N, numClasses]. */
export class MNASNet extends nn.Module {
  declare layers: nn.Sequential
  declare classifier: nn.Sequential

  constructor(options: OptionsOf<typeof fields>) {
    super()
    const { alpha, numClasses, dropout } = checked('MNASNet', fields, options)
    const first = makeDivisible(32 * alpha, 8)
    let channels = makeDivisible(16 * alpha, 8)
    const layers = [
      ...normed(3, first, { kernel: 3, stride: 2 }),
      nn.relu({ inplace: true }),
      ...normed(first, first, { kernel: 3, groups: first }),
      nn.relu({ inplace: true }),
      ...normed(first, channels, { kernel: 1 }),
    ]
    for (const [depth, kernel, stride, expansion, repeats] of STACKS) {
      const width = makeDivisible(depth * alpha, 8)
      const blocks = Array.from({ length: repeats }, (_, i) =>
        i === 0
          ? new InvertedResidual(channels, width, kernel, stride, expansion)
          : new InvertedResidual(width, width, kernel, 1, expansion),
      )
      layers.push(nn.sequential(...blocks))
      channels = width
    }
    layers.push(...normed(channels, 1280, { kernel: 1 }), nn.relu({ inplace: true }))
    this.layers = nn.sequential(...layers)
    this.classifier = nn.sequential(
      nn.dropout({ p: dropout, inplace: true }),
      nn.linear(1280, numClasses),
    )
    initialize(this, {
      conv2d: fanOut,
      linear: (linear) => {
        const { weight } = linear
        nn.init.kaimingUniform_(weight, { mode: 'fanOut', nonlinearity: 'sigmoid' })
        zeroBias(linear)
      },
    })
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.layers(x).mean([2, 3]))
  }
}

const mnasnet = (size: string, alpha: number): ModelBuilder<MNASNet, MNASNetOptions> =>
  modelBuilder({
    name: `mnasnet${size}`,
    fields: own,
    head: 'classifier.1',
    build: (settings) => new MNASNet({ ...settings, alpha }),
  })

/** MNASNet with half the channels: 2.2 million parameters. torchvision's `mnasnet0_5`. */
export const mnasnet0_5 = mnasnet('0_5', 0.5)
/** MNASNet with three quarters of the channels: 3.2 million parameters. torchvision's `mnasnet0_75`. */
export const mnasnet0_75 = mnasnet('0_75', 0.75)
/** MNASNet: 4.4 million parameters. torchvision's `mnasnet1_0`. */
export const mnasnet1_0 = mnasnet('1_0', 1)
/** MNASNet with 1.3 times the channels: 6.3 million parameters. torchvision's `mnasnet1_3`. */
export const mnasnet1_3 = mnasnet('1_3', 1.3)
