// RegNet: "Designing Network Design Spaces" (Radosavovic et al. 2020).

import { callback, count, nullable, type OptionsOf, real } from '../../nn/fields.js'
import * as nn from '../../nn/index.js'
import type { TensorModule } from '../../nn/module.js'
import type { Tensor } from '../../torch/tensor.js'
import {
  type ActivationLayer,
  Conv2dNormActivation,
  type Conv2dNormActivationOptions,
  conv2dNormActivation,
  type NormLayer,
  squeezeExcitation,
} from '../ops/index.js'
import { type ModelBuilder, modelBuilder } from './builder.js'
import { checked, classes, norm } from './fields.js'
import { initialize, zeroBias } from './initialize.js'
import { makeDivisible } from './make-divisible.js'
import { NamedSequential } from './named-sequential.js'

const own = {
  /** Outputs of the classifier. */
  numClasses: classes(),
  /** Channels after the first convolution. */
  stemWidth: count(32),
  /** Makes the normalizations; null for batch normalization. */
  normLayer: norm(),
  /** Makes the activations; null for ReLU. */
  activation: callback<ActivationLayer>(),
}
const parameters = {
  /** Blocks in all. */
  depth: count(),
  /** Width of the first block before rounding, a multiple of 8. */
  w0: count(),
  /** By how much each block is wider than the one before, before rounding. */
  wa: real(undefined, { min: 0 }),
  /** Factor between the widths of stages. */
  wm: real(undefined, { above: 1 }),
  /** Channels of a group. */
  groupWidth: count(),
  /** Width within the blocks in multiples of theirs. */
  bottleneckMultiplier: real(1, { above: 0 }),
  /** Width of squeeze-and-excitation in multiples of the block's input; null for none. */
  seRatio: nullable(real(undefined, { above: 0 })),
}
const fields = { ...parameters, ...own }

/** Options of {@link regnetY400mf} and its kin. */
export type RegNetOptions = OptionsOf<typeof own>

/** Blocks of one width. */
interface Stage {
  readonly width: number
  readonly depth: number
  readonly groupWidth: number
}

interface Parameters {
  readonly depth: number
  readonly w0: number
  readonly wa: number
  readonly wm: number
  readonly groupWidth: number
  readonly bottleneckMultiplier: number
}

/** Rounds as Python does. */
function roundHalfToEven(value: number): number {
  const nearest = Math.round(value)
  return nearest - value === 0.5 && nearest % 2 === 1 ? nearest - 1 : nearest
}

/** The stages: widths that grow linearly, rounded to powers of `wm` and multiples of 8, equal ones together. */
function stagesOf(parameters: Parameters): Stage[] {
  const { depth, w0, wa, wm, groupWidth, bottleneckMultiplier } = parameters
  const depths = new Map<number, number>()
  for (let i = 0; i < depth; i++) {
    const power = roundHalfToEven(Math.log((i * wa + w0) / w0) / Math.log(wm))
    const width = roundHalfToEven((w0 * wm ** power) / 8) * 8
    depths.set(width, (depths.get(width) ?? 0) + 1)
  }
  return [...depths].map(([width, count]) => {
    const inner = Math.trunc(width * bottleneckMultiplier)
    const group = Math.min(groupWidth, inner)
    return {
      width: Math.trunc(makeDivisible(inner, group) / bottleneckMultiplier),
      depth: count,
      groupWidth: group,
    }
  })
}

/** What all blocks of a network share. */
interface Style {
  readonly normLayer: NormLayer
  readonly activationLayer: ActivationLayer
  readonly bottleneckMultiplier: number
  readonly seRatio: number | null
}

type Convolution = Pick<Conv2dNormActivationOptions, 'kernelSize' | 'stride' | 'groups'>

/** The first convolution, which halves height and width. */
class SimpleStemIN extends Conv2dNormActivation {}

/** Convolutions 1×1, 3×3 in groups, and 1×1, with squeeze-and-excitation before the last. */
class BottleneckTransform extends NamedSequential {
  constructor(widthIn: number, { width, groupWidth }: Stage, stride: number, style: Style) {
    super()
    const { normLayer, activationLayer, seRatio } = style
    const inner = roundHalfToEven(width * style.bottleneckMultiplier)
    const convolution = (from: number, options: Convolution): TensorModule =>
      conv2dNormActivation(from, inner, { normLayer, activationLayer, ...options })
    this.add('a', convolution(widthIn, { kernelSize: 1 }))
    this.add('b', convolution(inner, { stride, groups: Math.floor(inner / groupWidth) }))
    if (seRatio !== null) {
      const squeezed = roundHalfToEven(seRatio * widthIn)
      const activation = (): TensorModule => activationLayer({})
      this.add('se', squeezeExcitation(inner, squeezed, { activation }))
    }
    const last = { kernelSize: 1, normLayer, activationLayer: null }
    this.add('c', conv2dNormActivation(inner, width, last))
  }
}

/** A bottleneck and the shortcut around it. */
class ResBottleneckBlock extends nn.Module {
  /** Present where the shapes of input and output differ. */
  declare proj?: Conv2dNormActivation
  declare f: BottleneckTransform
  declare activation: TensorModule

  constructor(widthIn: number, stage: Stage, stride: number, style: Style) {
    super()
    const { normLayer, activationLayer } = style
    if (widthIn !== stage.width || stride !== 1) {
      const shortcut = { kernelSize: 1, stride, normLayer, activationLayer: null }
      this.proj = conv2dNormActivation(widthIn, stage.width, shortcut)
    }
    this.f = new BottleneckTransform(widthIn, stage, stride, style)
    this.activation = activationLayer({ inplace: true })
  }

  override forward(x: Tensor): Tensor {
    const shortcut = this.proj === undefined ? x : this.proj(x)
    return this.activation(shortcut.add(this.f(x)))
  }
}

/** Blocks of one width, of which the first halves height and width. */
class AnyStage extends NamedSequential {
  constructor(widthIn: number, stage: Stage, number: number, style: Style) {
    super()
    for (let i = 0; i < stage.depth; i++) {
      const block = new ResBottleneckBlock(
        i === 0 ? widthIn : stage.width,
        stage,
        i === 0 ? 2 : 1,
        style,
      )
      this.add(`block${number}-${i}`, block)
    }
  }
}

/** Residual bottlenecks with widths by rule: [N, 3, H, W] → [N, numClasses]. */
export class RegNet extends nn.Module {
  declare stem: Conv2dNormActivation
  declare trunk_output: NamedSequential
  declare avgpool: nn.AdaptiveAvgPool2d
  declare fc: nn.Linear

  constructor(options: OptionsOf<typeof fields>) {
    super()
    const settings = checked('RegNet', fields, options)
    const { stemWidth, numClasses, bottleneckMultiplier, seRatio } = settings
    const normLayer = settings.normLayer ?? nn.batchNorm2d
    const activationLayer = settings.activation ?? nn.relu
    const style = { normLayer, activationLayer, bottleneckMultiplier, seRatio }
    this.stem = new SimpleStemIN(3, stemWidth, { stride: 2, normLayer, activationLayer })
    this.trunk_output = new NamedSequential()
    let width = stemWidth
    stagesOf(settings).forEach((stage, i) => {
      this.trunk_output.add(`block${i + 1}`, new AnyStage(width, stage, i + 1, style))
      width = stage.width
    })
    this.avgpool = nn.adaptiveAvgPool2d([1, 1])
    this.fc = nn.linear(width, numClasses)
    initialize(this, {
      // Without the groups, by which fan-out would be divided.
      conv2d: ({ weight, kernelSize, outChannels }) => {
        const fanOut = (kernelSize[0] as number) * (kernelSize[1] as number) * outChannels
        nn.init.normal_(weight, 0, Math.sqrt(2 / fanOut))
      },
      linear: (layer) => {
        nn.init.normal_(layer.weight, 0, 0.01)
        zeroBias(layer)
      },
    })
  }

  override forward(x: Tensor): Tensor {
    return this.fc(this.avgpool(this.trunk_output(this.stem(x))).flatten(1))
  }
}

/** Depth, w0, wa, wm and the width of a group. */
type Row = readonly [number, number, number, number, number]

const regnet = (
  name: string,
  [depth, w0, wa, wm, groupWidth]: Row,
  seRatio: number | null,
): ModelBuilder<RegNet, RegNetOptions> =>
  modelBuilder({
    name,
    fields: own,
    head: 'fc',
    build: (settings) => new RegNet({ ...settings, depth, w0, wa, wm, groupWidth, seRatio }),
  })

/** RegNetX: without squeeze-and-excitation. */
const x = (size: string, row: Row): ModelBuilder<RegNet, RegNetOptions> =>
  regnet(`regnet_x_${size}`, row, null)
/** RegNetY: with squeeze-and-excitation. */
const y = (size: string, row: Row): ModelBuilder<RegNet, RegNetOptions> =>
  regnet(`regnet_y_${size}`, row, 0.25)

/** RegNetY-400MF: 4.3 million parameters. torchvision's `regnet_y_400mf`. */
export const regnetY400mf = y('400mf', [16, 48, 27.89, 2.09, 8])
/** RegNetY-800MF: 6.4 million parameters. torchvision's `regnet_y_800mf`. */
export const regnetY800mf = y('800mf', [14, 56, 38.84, 2.4, 16])
/** RegNetY-1.6GF: 11.2 million parameters. torchvision's `regnet_y_1_6gf`. */
export const regnetY1_6gf = y('1_6gf', [27, 48, 20.71, 2.65, 24])
/** RegNetY-3.2GF: 19.4 million parameters. torchvision's `regnet_y_3_2gf`. */
export const regnetY3_2gf = y('3_2gf', [21, 80, 42.63, 2.66, 24])
/** RegNetY-8GF: 39.4 million parameters. torchvision's `regnet_y_8gf`. */
export const regnetY8gf = y('8gf', [17, 192, 76.82, 2.19, 56])
/** RegNetY-16GF: 83.6 million parameters. torchvision's `regnet_y_16gf`. */
export const regnetY16gf = y('16gf', [18, 200, 106.23, 2.48, 112])
/** RegNetY-32GF: 145.0 million parameters. torchvision's `regnet_y_32gf`. */
export const regnetY32gf = y('32gf', [20, 232, 115.89, 2.53, 232])
/** RegNetY-128GF: 644.8 million parameters. torchvision's `regnet_y_128gf`. */
export const regnetY128gf = y('128gf', [27, 456, 160.83, 2.52, 264])
/** RegNetX-400MF: 5.5 million parameters. torchvision's `regnet_x_400mf`. */
export const regnetX400mf = x('400mf', [22, 24, 24.48, 2.54, 16])
/** RegNetX-800MF: 7.3 million parameters. torchvision's `regnet_x_800mf`. */
export const regnetX800mf = x('800mf', [16, 56, 35.73, 2.28, 16])
/** RegNetX-1.6GF: 9.2 million parameters. torchvision's `regnet_x_1_6gf`. */
export const regnetX1_6gf = x('1_6gf', [18, 80, 34.01, 2.25, 24])
/** RegNetX-3.2GF: 15.3 million parameters. torchvision's `regnet_x_3_2gf`. */
export const regnetX3_2gf = x('3_2gf', [25, 88, 26.31, 2.25, 48])
/** RegNetX-8GF: 39.6 million parameters. torchvision's `regnet_x_8gf`. */
export const regnetX8gf = x('8gf', [23, 80, 49.56, 2.88, 120])
/** RegNetX-16GF: 54.3 million parameters. torchvision's `regnet_x_16gf`. */
export const regnetX16gf = x('16gf', [22, 216, 55.59, 2.1, 128])
/** RegNetX-32GF: 107.8 million parameters. torchvision's `regnet_x_32gf`. */
export const regnetX32gf = x('32gf', [23, 320, 69.86, 2, 168])
