// Linear maps, distances and reshaping.

import type { Parameter } from '../../torch/tensor.js'
import { count, flag, integer, real, type Sizes, shape, withBias } from '../fields.js'
import { type Maker, maker, nativeLayer, PairModule } from '../layer.js'

/** y = x Wᵀ + b. Made by {@link linear}. */
export class Linear extends nativeLayer(
  'Linear',
  {
    inFeatures: integer(undefined, { min: 0 }),
    outFeatures: integer(undefined, { min: 0 }),
    bias: withBias(),
  },
  'inFeatures outFeatures bias',
) {
  /** [outFeatures, inFeatures] */
  declare weight: Parameter
  /** [outFeatures], or null */
  declare bias: Parameter | null
}
/**
 * A fully connected layer: [..., inFeatures] → [..., outFeatures]. Weight and bias are drawn from
 * U(-1/√inFeatures, 1/√inFeatures). PyTorch's `nn.Linear`.
 */
export const linear: Maker<
  typeof Linear,
  [inFeatures: number, outFeatures: number, bias?: boolean]
> = maker('linear', Linear)

/** y = x₁ᵀ A x₂ + b. Made by {@link bilinear}. */
export class Bilinear extends nativeLayer(
  'Bilinear',
  { in1Features: count(), in2Features: count(), outFeatures: count(), bias: withBias() },
  'in1Features in2Features outFeatures bias',
  PairModule,
) {
  /** [outFeatures, in1Features, in2Features] */
  declare weight: Parameter
  /** [outFeatures], or null */
  declare bias: Parameter | null
}
/** x₁ᵀ A x₂ + b of two inputs, [..., in1Features] and [..., in2Features]. PyTorch's `nn.Bilinear`. */
export const bilinear: Maker<
  typeof Bilinear,
  [in1Features: number, in2Features: number, outFeatures: number, bias?: boolean]
> = maker('bilinear', Bilinear)

/** Returns its input. Made by {@link identity}. */
export class Identity extends nativeLayer('Identity', {}) {}
/** A layer that returns its input: takes the place of one that is not wanted. PyTorch's `nn.Identity`. */
export const identity: Maker<typeof Identity> = maker('identity', Identity)

/** Merges a range of dimensions into one. Made by {@link flatten}. */
export class Flatten extends nativeLayer(
  'Flatten',
  { startDim: integer(1), endDim: integer(-1) },
  'startDim endDim',
) {}
/** A layer that merges the dimensions from `startDim` to `endDim` into one. PyTorch's `nn.Flatten`. */
export const flatten: Maker<typeof Flatten, [startDim?: number, endDim?: number]> = maker(
  'flatten',
  Flatten,
)

/** Splits a dimension. Made by {@link unflatten}. */
export class Unflatten extends nativeLayer(
  'Unflatten',
  { dim: integer(), unflattenedSize: shape(-1) },
  'dim unflattenedSize',
) {}
/** A layer that splits dimension `dim` into the given sizes, of which one may be −1. PyTorch's `nn.Unflatten`. */
export const unflatten: Maker<typeof Unflatten, [dim: number, unflattenedSize: Sizes]> = maker(
  'unflatten',
  Unflatten,
)

/** The cosine of the angle between vectors. Made by {@link cosineSimilarity}. */
export class CosineSimilarity extends nativeLayer(
  'CosineSimilarity',
  { dim: integer(1), eps: real(1e-8) },
  '',
  PairModule,
) {}
/** x · y / (|x| |y|) along `dim`, the divisor at least `eps`. PyTorch's `nn.CosineSimilarity`. */
export const cosineSimilarity: Maker<typeof CosineSimilarity, [dim?: number, eps?: number]> = maker(
  'cosineSimilarity',
  CosineSimilarity,
)

/** The distance between vectors. Made by {@link pairwiseDistance}. */
export class PairwiseDistance extends nativeLayer(
  'PairwiseDistance',
  { p: real(2), eps: real(1e-6), keepdim: flag() },
  '',
  PairModule,
) {}
/** The p-norm of x − y + `eps` along the last dimension. PyTorch's `nn.PairwiseDistance`. */
export const pairwiseDistance: Maker<
  typeof PairwiseDistance,
  [p?: number, eps?: number, keepdim?: boolean]
> = maker('pairwiseDistance', PairwiseDistance)
