import { checkOptions } from '../../check.js'
import type { Sizes } from '../../nn/fields.js'
import type { TensorModule } from '../../nn/module.js'
import { relu } from '../../nn/modules/activation.js'
import { conv2d } from '../../nn/modules/conv.js'
import { batchNorm2d } from '../../nn/modules/normalization.js'
import { Sequential } from '../../nn/modules/sequential.js'
import { createModule } from '../../nn/native-module.js'

/** Makes the normalization of so many channels, as `nn.batchNorm2d` does. */
export type NormLayer = (channels: number) => TensorModule

/** Makes an activation, as `nn.relu` does. */
export type ActivationLayer = (options: { inplace?: boolean }) => TensorModule

/** Options of {@link conv2dNormActivation}. */
export interface Conv2dNormActivationOptions {
  /** 3 by default. */
  kernelSize?: Sizes
  stride?: Sizes
  /** Pixels on each side; by default as many as keep the size, were the stride 1. */
  padding?: Sizes | 'same' | 'valid'
  groups?: number
  dilation?: Sizes
  /** Makes what comes after the convolution; null for nothing. `nn.batchNorm2d` by default. */
  normLayer?: NormLayer | null
  /** Makes what comes last; null for nothing. `nn.relu` by default. */
  activationLayer?: ActivationLayer | null
  /** Whether the activation overwrites its input, true by default; null says nothing to it. */
  inplace?: boolean | null
  /** Whether the convolution has a bias; by default only without normalization. */
  bias?: boolean
}

const KEYS = [
  'kernelSize',
  'stride',
  'padding',
  'groups',
  'dilation',
  'normLayer',
  'activationLayer',
  'inplace',
  'bias',
] as const

const both = (size: Sizes): [number, number] =>
  typeof size === 'number' ? [size, size] : [size[0] as number, size[1] as number]

/** The padding that keeps the size, were the stride 1. */
function keepingSize(kernelSize: Sizes, dilation: Sizes): Sizes {
  const kernel = both(kernelSize)
  const spacing = both(dilation)
  const [height, width] = [0, 1].map(
    (i) => Math.floor(((kernel[i] as number) - 1) / 2) * (spacing[i] as number),
  ) as [number, number]
  return typeof kernelSize === 'number' && typeof dilation === 'number' ? height : [height, width]
}

/** A convolution, its normalization and an activation. Made by {@link conv2dNormActivation}. */
export class Conv2dNormActivation extends Sequential {
  readonly outChannels: number

  constructor(inChannels: number, outChannels: number, options?: Conv2dNormActivationOptions) {
    super(createModule('Sequential', {}))
    const {
      kernelSize = 3,
      stride = 1,
      dilation = 1,
      padding = keepingSize(kernelSize, dilation),
      groups = 1,
      normLayer = batchNorm2d,
      activationLayer = relu,
      inplace = true,
      bias = normLayer === null,
    } = checkOptions('conv2dNormActivation', options, KEYS)
    const settings = { stride, padding, dilation, groups, bias }
    this.append(conv2d(inChannels, outChannels, kernelSize, settings))
    if (normLayer !== null) this.append(normLayer(outChannels))
    if (activationLayer !== null) this.append(activationLayer(inplace === null ? {} : { inplace }))
    this.outChannels = outChannels
  }
}

/**
 * A convolution of [N, inChannels, H, W] with its normalization and an activation, in one sequence.
 * torchvision's `ops.Conv2dNormActivation`.
 */
export const conv2dNormActivation = (
  inChannels: number,
  outChannels: number,
  options?: Conv2dNormActivationOptions,
): Conv2dNormActivation => new Conv2dNormActivation(inChannels, outChannels, options)
