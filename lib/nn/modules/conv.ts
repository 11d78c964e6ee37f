// Convolutions, and transposed ones.

import { checkOneOf } from '../../check.js'
import type { Parameter } from '../../torch/tensor.js'
import { choice, count, type Field, type Sizes, sizes, withBias } from '../fields.js'
import { type Maker, maker, nativeLayer } from '../layer.js'
import { NativeModule } from '../native-module.js'

const PADDING_MODES = ['zeros', 'reflect', 'replicate', 'circular'] as const

/** How a convolution fills its padding. */
export type PaddingMode = (typeof PADDING_MODES)[number]

type NamedPadding = 'same' | 'valid'

/** Sizes, or a name: 'same' keeps the size (stride 1 only), 'valid' is 0. */
function padding(dims: number): Field<Sizes | NamedPadding, readonly number[] | NamedPadding> {
  const { check, text, fallback } = sizes(dims, 0, 0)
  return {
    check: (where, name, value) =>
      typeof value === 'string'
        ? checkOneOf(where, name, value, ['same', 'valid'] as const)
        : check(where, name, value),
    text: (value) => (typeof value === 'string' ? value : text(value)),
    ...(fallback === undefined ? {} : { fallback }),
  }
}

const fields = (dims: number) => ({
  inChannels: count(),
  outChannels: count(),
  kernelSize: sizes(dims, 1),
  stride: sizes(dims, 1, 1),
  padding: padding(dims),
  dilation: sizes(dims, 1, 1),
  groups: count(1),
  bias: withBias(),
  paddingMode: choice(PADDING_MODES, 'zeros'),
})
const layout =
  '!inChannels !outChannels kernelSize stride padding? dilation? groups? bias? paddingMode?'

const transposed = (dims: number) => ({
  inChannels: count(),
  outChannels: count(),
  kernelSize: sizes(dims, 1),
  stride: sizes(dims, 1, 1),
  padding: sizes(dims, 0, 0),
  outputPadding: sizes(dims, 0, 0),
  groups: count(1),
  bias: withBias(),
  dilation: sizes(dims, 1, 1),
  paddingMode: choice(['zeros'], 'zeros'),
})
const transposedLayout =
  '!inChannels !outChannels kernelSize stride padding? dilation? outputPadding? groups? bias?'

type Positions = [
  inChannels: number,
  outChannels: number,
  kernelSize: Sizes,
  stride?: Sizes,
  padding?: Sizes | NamedPadding,
  dilation?: Sizes,
  groups?: number,
  bias?: boolean,
]
type TransposedPositions = [
  inChannels: number,
  outChannels: number,
  kernelSize: Sizes,
  stride?: Sizes,
  padding?: Sizes,
  outputPadding?: Sizes,
  groups?: number,
  bias?: boolean,
]

/** Options of {@link conv2d}. */
export interface Conv2dOptions {
  stride?: Sizes
  /** Pixels on each side; `'same'` keeps the size (stride 1 only), `'valid'` is 0. */
  padding?: Sizes | NamedPadding
  dilation?: Sizes
  groups?: number
  bias?: boolean
  paddingMode?: PaddingMode
}

/** Weight and bias of a convolution. */
export class Convolution extends NativeModule {
  /** [outChannels, inChannels / groups, ...kernelSize]; of a transposed one [inChannels, outChannels / groups, …] */
  declare weight: Parameter
  /** [outChannels], or null */
  declare bias: Parameter | null
}

/** Convolution over sequences. Made by {@link conv1d}. */
export class Conv1d extends nativeLayer('Conv1d', fields(1), layout, Convolution) {}
/** {@link conv2d} for [N, C, L] or [C, L]. PyTorch's `nn.Conv1d`. */
export const conv1d: Maker<typeof Conv1d, Positions> = maker('conv1d', Conv1d)

/** Convolution over images. Made by {@link conv2d}. */
export class Conv2d extends nativeLayer('Conv2d', fields(2), layout, Convolution) {}
/**
 * A convolution over images: [N, inChannels, H, W] → [N, outChannels, H', W'] with
 * H' = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. PyTorch's `nn.Conv2d`.
 */
export const conv2d: Maker<typeof Conv2d, Positions> = maker('conv2d', Conv2d)

/** Convolution over volumes. Made by {@link conv3d}. */
export class Conv3d extends nativeLayer('Conv3d', fields(3), layout, Convolution) {}
/** {@link conv2d} for [N, C, D, H, W] or [C, D, H, W]. PyTorch's `nn.Conv3d`. */
export const conv3d: Maker<typeof Conv3d, Positions> = maker('conv3d', Conv3d)

/** Transposed convolution over sequences. Made by {@link convTranspose1d}. */
export class ConvTranspose1d extends nativeLayer(
  'ConvTranspose1d',
  transposed(1),
  transposedLayout,
  Convolution,
) {}
/** {@link convTranspose2d} for [N, C, L] or [C, L]. PyTorch's `nn.ConvTranspose1d`. */
export const convTranspose1d: Maker<typeof ConvTranspose1d, TransposedPositions> = maker(
  'convTranspose1d',
  ConvTranspose1d,
)

/** Transposed convolution over images. Made by {@link convTranspose2d}. */
export class ConvTranspose2d extends nativeLayer(
  'ConvTranspose2d',
  transposed(2),
  transposedLayout,
  Convolution,
) {}
/**
 * The gradient of a convolution as a layer of its own: [N, inChannels, H, W] → [N, outChannels, H', W'] with
 * H' = (H − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1. PyTorch's `nn.ConvTranspose2d`.
 */
export const convTranspose2d: Maker<typeof ConvTranspose2d, TransposedPositions> = maker(
  'convTranspose2d',
  ConvTranspose2d,
)

/** Transposed convolution over volumes. Made by {@link convTranspose3d}. */
export class ConvTranspose3d extends nativeLayer(
  'ConvTranspose3d',
  transposed(3),
  transposedLayout,
  Convolution,
) {}
/** {@link convTranspose2d} for [N, C, D, H, W] or [C, D, H, W]. PyTorch's `nn.ConvTranspose3d`. */
export const convTranspose3d: Maker<typeof ConvTranspose3d, TransposedPositions> = maker(
  'convTranspose3d',
  ConvTranspose3d,
)
