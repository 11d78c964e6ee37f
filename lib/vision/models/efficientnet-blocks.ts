// The blocks of EfficientNet.

import * as nn from '../../nn/index.js'
import type { TensorModule } from '../../nn/module.js'
import type { Tensor } from '../../torch/tensor.js'
import {
  conv2dNormActivation,
  type NormLayer,
  type StochasticDepth,
  squeezeExcitation,
  stochasticDepth,
} from '../ops/index.js'
import { makeDivisible } from './make-divisible.js'

/** Blocks of one width. */
export interface EfficientNetStage {
  /** Filters each channel by itself ('MBConv'), or all together ('FusedMBConv'). */
  readonly block: 'MBConv' | 'FusedMBConv'
  readonly expandRatio: number
  readonly kernel: number
  /** Of the first block. */
  readonly stride: number
  readonly inputChannels: number
  readonly outChannels: number
  readonly numLayers: number
}

type Shape = Omit<EfficientNetStage, 'numLayers'>

function mbConv(shape: Shape, normLayer: NormLayer): TensorModule[] {
  const { inputChannels, outChannels, expandRatio, kernel, stride } = shape
  const activationLayer = nn.silu
  const expanded = makeDivisible(inputChannels * expandRatio, 8)
  const layers: TensorModule[] = []
  if (expanded !== inputChannels) {
    const expand = { kernelSize: 1, normLayer, activationLayer }
    layers.push(conv2dNormActivation(inputChannels, expanded, expand))
  }
  const filter = { kernelSize: kernel, stride, groups: expanded, normLayer, activationLayer }
  const narrow = { kernelSize: 1, normLayer, activationLayer: null }
  layers.push(
    conv2dNormActivation(expanded, expanded, filter),
    squeezeExcitation(expanded, Math.max(1, Math.floor(inputChannels / 4)), {
      activation: () => nn.silu({ inplace: true }),
    }),
    conv2dNormActivation(expanded, outChannels, narrow),
  )
  return layers
}

function fusedMBConv(shape: Shape, normLayer: NormLayer): TensorModule[] {
  const { inputChannels, outChannels, expandRatio, kernel, stride } = shape
  const expanded = makeDivisible(inputChannels * expandRatio, 8)
  const filter = { kernelSize: kernel, stride, normLayer, activationLayer: nn.silu }
  if (expanded === inputChannels) return [conv2dNormActivation(inputChannels, outChannels, filter)]
  const narrow = { kernelSize: 1, normLayer, activationLayer: null }
  return [
    conv2dNormActivation(inputChannels, expanded, filter),
    conv2dNormActivation(expanded, outChannels, narrow),
  ]
}

/** A residual branch, and the shortcut around it, where shapes agree. */
abstract class ResidualBlock extends nn.Module {
  declare block: nn.Sequential
  declare stochastic_depth: StochasticDepth
  readonly useResConnect: boolean

  constructor(layers: readonly TensorModule[], shape: Shape, dropProbability: number) {
    super()
    this.useResConnect = shape.stride === 1 && shape.inputChannels === shape.outChannels
    this.block = nn.sequential(...layers)
    this.stochastic_depth = stochasticDepth(dropProbability, 'row')
  }

  override forward(input: Tensor): Tensor {
    const result = this.block(input)
    return this.useResConnect ? this.stochastic_depth(result).add_(input) : result
  }
}

/** Expands the channels, filters each by itself, scales and narrows them. */
class MBConv extends ResidualBlock {
  constructor(shape: Shape, dropProbability: number, normLayer: NormLayer) {
    super(mbConv(shape, normLayer), shape, dropProbability)
  }
}

/** Expands and filters the channels in one convolution, and narrows them. */
class FusedMBConv extends ResidualBlock {
  constructor(shape: Shape, dropProbability: number, normLayer: NormLayer) {
    super(fusedMBConv(shape, normLayer), shape, dropProbability)
  }
}

/** The blocks by the names that a stage gives them. */
export const BLOCKS = { MBConv, FusedMBConv } as const
