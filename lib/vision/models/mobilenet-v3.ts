// MobileNetV3: "Searching for MobileNetV3" (Howard et al. 2019).

import { count, flag, type OptionsOf, real } from '../../nn/fields.js'
import * as nn from '../../nn/index.js'
import type { TensorModule } from '../../nn/module.js'
import type { Tensor } from '../../torch/tensor.js'
import { conv2dNormActivation, type NormLayer, squeezeExcitation } from '../ops/index.js'
import { type ModelBuilder, modelBuilder } from './builder.js'
import { checked, classes, list, norm, probability } from './fields.js'
import { fanOut, initialize, zeroBias } from './initialize.js'
import { makeDivisible } from './make-divisible.js'

/** One block of {@link MobileNetV3}. */
export interface MobileNetV3Block {
  readonly inputChannels: number
  readonly kernel: number
  readonly expandedChannels: number
  readonly outChannels: number
  /** Whether channels are multiplied by factors computed from their means. */
  readonly useSe: boolean
  /** Hardswish ('HS') or ReLU ('RE'). */
  readonly activation: 'HS' | 'RE'
  readonly stride: number
  readonly dilation: number
}

const common = {
  /** Outputs of the classifier. */
  numClasses: classes(),
  /** Makes the normalizations; null for batch normalization with the paper's eps and momentum. */
  normLayer: norm(),
  /** Probability with which the classifier zeroes its inputs while training. */
  dropout: probability(0.2),
}
const fields = {
  /** The blocks in order. */
  invertedResidualSetting: list<MobileNetV3Block>(),
  /** Width of the classifier's hidden layer. */
  lastChannel: count(),
  ...common,
}
const own = {
  ...common,
  /** Factor of all numbers of channels. */
  widthMult: real(1, { above: 0 }),
  /** Whether the last blocks have half the channels, as for detection. */
  reducedTail: flag(),
  /** Whether the last blocks are dilated and keep the size, as for segmentation. */
  dilated: flag(),
}

/** Options of {@link mobilenetV3Large} and {@link mobilenetV3Small}. */
export type MobileNetV3Options = OptionsOf<typeof own>

/** Batch normalization with the paper's eps and momentum. */
const slowNorm: NormLayer = (channels) => nn.batchNorm2d(channels, { eps: 0.001, momentum: 0.01 })

const scale = (channels: number): TensorModule =>
  squeezeExcitation(channels, makeDivisible(Math.floor(channels / 4), 8), {
    scaleActivation: nn.hardsigmoid,
  })

/** Expands the channels, filters each by itself, and narrows them; around it the shortcut, where shapes agree. */
class InvertedResidual extends nn.Module {
  declare block: nn.Sequential
  readonly useResConnect: boolean

  constructor(block: MobileNetV3Block, normLayer: NormLayer) {
    super()
    const { inputChannels, kernel, expandedChannels, outChannels, useSe, dilation } = block
    this.useResConnect = block.stride === 1 && inputChannels === outChannels
    const activationLayer = block.activation === 'HS' ? nn.hardswish : nn.relu
    const layers: TensorModule[] = []
    if (expandedChannels !== inputChannels) {
      const expand = { kernelSize: 1, normLayer, activationLayer }
      layers.push(conv2dNormActivation(inputChannels, expandedChannels, expand))
    }
    layers.push(
      conv2dNormActivation(expandedChannels, expandedChannels, {
        kernelSize: kernel,
        stride: dilation > 1 ? 1 : block.stride,
        dilation,
        groups: expandedChannels,
        normLayer,
        activationLayer,
      }),
    )
    if (useSe) layers.push(scale(expandedChannels))
    const narrow = { kernelSize: 1, normLayer, activationLayer: null }
    layers.push(conv2dNormActivation(expandedChannels, outChannels, narrow))
    this.block = nn.sequential(...layers)
  }

  override forward(input: Tensor): Tensor {
    const result = this.block(input)
    return this.useResConnect ? result.add_(input) : result
  }
}

/** Inverted residual blocks with Hardswish and squeeze-and-excitation: [N, 3, H, W] → [N, numClasses]. */
export class MobileNetV3 extends nn.Module {
  declare features: nn.Sequential
  declare avgpool: nn.AdaptiveAvgPool2d
  declare classifier: nn.Sequential

  constructor(options: OptionsOf<typeof fields>) {
    super()
    const settings = checked('MobileNetV3', fields, options)
    const { invertedResidualSetting: blocks, lastChannel, numClasses, dropout } = settings
    const normLayer = settings.normLayer ?? slowNorm
    const layer = { normLayer, activationLayer: nn.hardswish }
    const first = (blocks[0] as MobileNetV3Block).inputChannels
    const last = (blocks.at(-1) as MobileNetV3Block).outChannels
    this.features = nn.sequential(
      conv2dNormActivation(3, first, { stride: 2, ...layer }),
      ...blocks.map((block) => new InvertedResidual(block, normLayer)),
      conv2dNormActivation(last, 6 * last, { kernelSize: 1, ...layer }),
    )
    this.avgpool = nn.adaptiveAvgPool2d(1)
    this.classifier = nn.sequential(
      nn.linear(6 * last, lastChannel),
      nn.hardswish({ inplace: true }),
      nn.dropout({ p: dropout, inplace: true }),
      nn.linear(lastChannel, numClasses),
    )
    initialize(this, {
      conv2d: fanOut,
      linear: (linear) => {
        nn.init.normal_(linear.weight, 0, 0.01)
        zeroBias(linear)
      },
    })
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(x)).flatten(1))
  }
}

/** A block: channels in, kernel, expanded, out, squeeze-and-excitation, activation, stride; true for one of the tail. */
type Row = readonly [number, number, number, number, boolean, 'HS' | 'RE', number, tail?: true]

interface Architecture {
  readonly rows: readonly Row[]
  readonly lastChannel: number
}

const LARGE: Architecture = {
  rows: [
    [16, 3, 16, 16, false, 'RE', 1],
    [16, 3, 64, 24, false, 'RE', 2],
    [24, 3, 72, 24, false, 'RE', 1],
    [24, 5, 72, 40, true, 'RE', 2],
    [40, 5, 120, 40, true, 'RE', 1],
    [40, 5, 120, 40, true, 'RE', 1],
    [40, 3, 240, 80, false, 'HS', 2],
    [80, 3, 200, 80, false, 'HS', 1],
    [80, 3, 184, 80, false, 'HS', 1],
    [80, 3, 184, 80, false, 'HS', 1],
    [80, 3, 480, 112, true, 'HS', 1],
    [112, 3, 672, 112, true, 'HS', 1],
    [112, 5, 672, 160, true, 'HS', 2, true],
    [160, 5, 960, 160, true, 'HS', 1, true],
    [160, 5, 960, 160, true, 'HS', 1, true],
  ],
  lastChannel: 1280,
}

const SMALL: Architecture = {
  rows: [
    [16, 3, 16, 16, true, 'RE', 2],
    [16, 3, 72, 24, false, 'RE', 2],
    [24, 3, 88, 24, false, 'RE', 1],
    [24, 5, 96, 40, true, 'HS', 2],
    [40, 5, 240, 40, true, 'HS', 1],
    [40, 5, 240, 40, true, 'HS', 1],
    [40, 5, 120, 48, true, 'HS', 1],
    [48, 5, 144, 48, true, 'HS', 1],
    [48, 5, 288, 96, true, 'HS', 2, true],
    [96, 5, 576, 96, true, 'HS', 1, true],
    [96, 5, 576, 96, true, 'HS', 1, true],
  ],
  lastChannel: 1024,
}

interface Tail {
  readonly widthMult: number
  readonly reducedTail: boolean
  readonly dilated: boolean
}

function settingOf(rows: readonly Row[], { widthMult, reducedTail, dilated }: Tail) {
  const half = reducedTail ? 2 : 1
  const adjusted = (channels: number): number => makeDivisible(channels * widthMult, 8)
  return rows.map(
    ([input, kernel, expanded, out, useSe, activation, stride, isTail = false], i) => {
      // The first block of the tail takes what comes before it, and only its output is halved.
      const isInner = isTail && rows[i - 1]?.[7] === true
      return {
        inputChannels: adjusted(isInner ? input / half : input),
        kernel,
        expandedChannels: adjusted(isInner ? expanded / half : expanded),
        outChannels: adjusted(isTail ? out / half : out),
        useSe,
        activation,
        stride,
        dilation: isTail && dilated ? 2 : 1,
      }
    },
  )
}

const mobilenetV3 = (
  name: string,
  { rows, lastChannel }: Architecture,
): ModelBuilder<MobileNetV3, MobileNetV3Options> =>
  modelBuilder({
    name,
    fields: own,
    head: 'classifier.3',
    build: ({ widthMult, reducedTail, dilated, ...settings }) =>
      new MobileNetV3({
        ...settings,
        invertedResidualSetting: settingOf(rows, { widthMult, reducedTail, dilated }),
        lastChannel: makeDivisible((lastChannel / (reducedTail ? 2 : 1)) * widthMult, 8),
      }),
  })

/** MobileNetV3 large: 5.5 million parameters. torchvision's `mobilenet_v3_large`. */
export const mobilenetV3Large = mobilenetV3('mobilenet_v3_large', LARGE)
/** MobileNetV3 small: 2.5 million parameters. torchvision's `mobilenet_v3_small`. */
export const mobilenetV3Small = mobilenetV3('mobilenet_v3_small', SMALL)
