// Pooling layers that take maxima, and their reverse. With `returnIndices` a layer is one of TypeScript, whose output
// is a pair.

import type { Tensor } from '../../torch/tensor.js'
import { buffer, flag, type Hidden, hide, nullable, reals, type Sizes, sizes } from '../fields.js'
import { functional } from '../functional/index.js'
import { type IndexedMaker, indexed, type Maker, maker, nativeLayer, PairModule } from '../layer.js'
import type { Module } from '../module.js'
import { type OutputSize, outputSizes, step } from './pooling-fields.js'

const window = (dims: number) => ({
  kernelSize: sizes(dims, 1),
  stride: step(dims),
  padding: sizes(dims, 0, 0),
  dilation: sizes(dims, 1, 1),
  returnIndices: hide(flag()),
  ceilMode: flag(),
})
const adaptive = (dims: number) => ({
  outputSize: outputSizes(dims),
  returnIndices: hide(flag()),
})
/** Where the windows are, [N, C, dims] from 0 to 1, instead of random places; the buffer has PyTorch's name. */
const randomSamples: Hidden<Tensor | null> = {
  ...buffer(),
  member: '_random_samples',
  finish: (layer, _, value) => {
    const name = '_random_samples'
    if (name in layer) Reflect.set(layer, name, value)
    else (layer as Module).registerBuffer(name, value as Tensor | null)
  },
}
const fractional = (dims: number) => ({
  kernelSize: sizes(dims, 1),
  outputSize: nullable(sizes(dims, 1)),
  outputRatio: nullable(reals(dims, { above: 0, max: 1 })),
  returnIndices: hide(flag()),
  randomSamples,
})
const unpooled = (dims: number) => ({
  kernelSize: sizes(dims, 1),
  stride: step(dims),
  padding: sizes(dims, 0, 0),
})
const layout = 'kernelSize~ stride~ padding~ dilation~ ceilMode'

type Positions = [
  kernelSize: Sizes,
  stride?: Sizes | null,
  padding?: Sizes,
  dilation?: Sizes,
  returnIndices?: false,
  ceilMode?: boolean,
]
type UnpoolPositions = [kernelSize: Sizes, stride?: Sizes | null, padding?: Sizes]
type FractionalPositions = [
  kernelSize: Sizes,
  outputSize?: Sizes | null,
  outputRatio?: Sizes | null,
]

/** Options of {@link maxPool2d}. */
export interface MaxPool2dOptions {
  /** The window's own size unless given. */
  stride?: Sizes | null
  padding?: Sizes
  dilation?: Sizes
  /** Whether the output is a pair: the maxima, and where in the input they are. */
  returnIndices?: boolean
  /** Round the output size up, not down. */
  ceilMode?: boolean
}

/** Maxima over windows of sequences. Made by {@link maxPool1d}. */
export class MaxPool1d extends nativeLayer('MaxPool1d', window(1), layout) {}
/** Maxima over windows of [N, C, L] or [C, L]; with `returnIndices` their indices too. PyTorch's `nn.MaxPool1d`. */
export const maxPool1d: IndexedMaker<typeof MaxPool1d, Positions> = indexed(
  'maxPool1d',
  MaxPool1d,
  functional.maxPool1dWithIndices,
)

/** Maxima over windows of images. Made by {@link maxPool2d}. */
export class MaxPool2d extends nativeLayer('MaxPool2d', window(2), layout) {}
/** Maxima over windows of [N, C, H, W] or [C, H, W]; with `returnIndices` their indices too. PyTorch's `nn.MaxPool2d`. */
export const maxPool2d: IndexedMaker<typeof MaxPool2d, Positions> = indexed(
  'maxPool2d',
  MaxPool2d,
  functional.maxPool2dWithIndices,
)

/** Maxima over windows of volumes. Made by {@link maxPool3d}. */
export class MaxPool3d extends nativeLayer('MaxPool3d', window(3), layout) {}
/** Maxima over windows of [N, C, D, H, W] or [C, D, H, W]; with `returnIndices` their indices too. PyTorch's `nn.MaxPool3d`. */
export const maxPool3d: IndexedMaker<typeof MaxPool3d, Positions> = indexed(
  'maxPool3d',
  MaxPool3d,
  functional.maxPool3dWithIndices,
)

/** Maxima of sequences to a given size. Made by {@link adaptiveMaxPool1d}. */
export class AdaptiveMaxPool1d extends nativeLayer(
  'AdaptiveMaxPool1d',
  adaptive(1),
  'outputSize~',
) {}
/** Maxima of [N, C, L] or [C, L] over as many windows as `outputSize` says. PyTorch's `nn.AdaptiveMaxPool1d`. */
export const adaptiveMaxPool1d: IndexedMaker<typeof AdaptiveMaxPool1d, [outputSize: OutputSize]> =
  indexed('adaptiveMaxPool1d', AdaptiveMaxPool1d, functional.adaptiveMaxPool1dWithIndices)

/** Maxima of images to a given size. Made by {@link adaptiveMaxPool2d}. */
export class AdaptiveMaxPool2d extends nativeLayer(
  'AdaptiveMaxPool2d',
  adaptive(2),
  'outputSize~',
) {}
/** Maxima of [N, C, H, W] or [C, H, W] over as many windows as `outputSize` says. PyTorch's `nn.AdaptiveMaxPool2d`. */
export const adaptiveMaxPool2d: IndexedMaker<typeof AdaptiveMaxPool2d, [outputSize: OutputSize]> =
  indexed('adaptiveMaxPool2d', AdaptiveMaxPool2d, functional.adaptiveMaxPool2dWithIndices)

/** Maxima of volumes to a given size. Made by {@link adaptiveMaxPool3d}. */
export class AdaptiveMaxPool3d extends nativeLayer(
  'AdaptiveMaxPool3d',
  adaptive(3),
  'outputSize~',
) {}
/** Maxima of [N, C, D, H, W] or [C, D, H, W] over as many windows as `outputSize` says. PyTorch's `nn.AdaptiveMaxPool3d`. */
export const adaptiveMaxPool3d: IndexedMaker<typeof AdaptiveMaxPool3d, [outputSize: OutputSize]> =
  indexed('adaptiveMaxPool3d', AdaptiveMaxPool3d, functional.adaptiveMaxPool3dWithIndices)

/** Maxima over windows of images at random places. Made by {@link fractionalMaxPool2d}. */
export class FractionalMaxPool2d extends nativeLayer('FractionalMaxPool2d', fractional(2), '') {}
/** Maxima over windows of [N, C, H, W] or [C, H, W] at random places (Graham 2014); give `outputSize` or `outputRatio`. PyTorch's `nn.FractionalMaxPool2d`. */
export const fractionalMaxPool2d: IndexedMaker<typeof FractionalMaxPool2d, FractionalPositions> =
  indexed('fractionalMaxPool2d', FractionalMaxPool2d, functional.fractionalMaxPool2dWithIndices)

/** Maxima over windows of volumes at random places. Made by {@link fractionalMaxPool3d}. */
export class FractionalMaxPool3d extends nativeLayer('FractionalMaxPool3d', fractional(3), '') {}
/** Maxima over windows of [N, C, D, H, W] or [C, D, H, W] at random places (Graham 2014); give `outputSize` or `outputRatio`. PyTorch's `nn.FractionalMaxPool3d`. */
export const fractionalMaxPool3d: IndexedMaker<typeof FractionalMaxPool3d, FractionalPositions> =
  indexed('fractionalMaxPool3d', FractionalMaxPool3d, functional.fractionalMaxPool3dWithIndices)

/** The reverse of {@link maxPool1d}. Made by {@link maxUnpool1d}. */
export class MaxUnpool1d extends nativeLayer(
  'MaxUnpool1d',
  unpooled(1),
  'kernelSize stride padding',
  PairModule,
) {
  /** @param outputSize where more than one size gives the same pooled size */
  override forward(input: Tensor, indices?: Tensor, outputSize?: readonly number[]): Tensor {
    if (outputSize === undefined || indices === undefined) return super.forward(input, indices)
    const { kernelSize, stride, padding } = this
    return functional.maxUnpool1d(input, indices, { kernelSize, stride, padding, outputSize })
  }
}
/** Puts pooled maxima back where the indices say, zeros elsewhere. PyTorch's `nn.MaxUnpool1d`. */
export const maxUnpool1d: Maker<typeof MaxUnpool1d, UnpoolPositions> = maker(
  'maxUnpool1d',
  MaxUnpool1d,
)

/** The reverse of {@link maxPool2d}. Made by {@link maxUnpool2d}. */
export class MaxUnpool2d extends nativeLayer(
  'MaxUnpool2d',
  unpooled(2),
  'kernelSize stride padding',
  PairModule,
) {
  /** @param outputSize where more than one size gives the same pooled size */
  override forward(input: Tensor, indices?: Tensor, outputSize?: readonly number[]): Tensor {
    if (outputSize === undefined || indices === undefined) return super.forward(input, indices)
    const { kernelSize, stride, padding } = this
    return functional.maxUnpool2d(input, indices, { kernelSize, stride, padding, outputSize })
  }
}
/** Puts pooled maxima back where the indices say, zeros elsewhere. PyTorch's `nn.MaxUnpool2d`. */
export const maxUnpool2d: Maker<typeof MaxUnpool2d, UnpoolPositions> = maker(
  'maxUnpool2d',
  MaxUnpool2d,
)

/** The reverse of {@link maxPool3d}. Made by {@link maxUnpool3d}. */
export class MaxUnpool3d extends nativeLayer(
  'MaxUnpool3d',
  unpooled(3),
  'kernelSize stride padding',
  PairModule,
) {
  /** @param outputSize where more than one size gives the same pooled size */
  override forward(input: Tensor, indices?: Tensor, outputSize?: readonly number[]): Tensor {
    if (outputSize === undefined || indices === undefined) return super.forward(input, indices)
    const { kernelSize, stride, padding } = this
    return functional.maxUnpool3d(input, indices, { kernelSize, stride, padding, outputSize })
  }
}
/** Puts pooled maxima back where the indices say, zeros elsewhere. PyTorch's `nn.MaxUnpool3d`. */
export const maxUnpool3d: Maker<typeof MaxUnpool3d, UnpoolPositions> = maker(
  'maxUnpool3d',
  MaxUnpool3d,
)
