// Normalizations.

import type { Parameter, Tensor } from '../../torch/tensor.js'
import { count, dropBias, flag, nullable, real, type Sizes, shape } from '../fields.js'
import { type Maker, maker, nativeLayer } from '../layer.js'
import { NativeModule } from '../native-module.js'

const batch = {
  numFeatures: count(),
  eps: real(1e-5, { min: 0 }),
  momentum: nullable(real(), 0.1),
  affine: flag(true),
  trackRunningStats: flag(true),
  bias: dropBias(),
}
const instance = {
  ...batch,
  affine: flag(false),
  trackRunningStats: flag(false),
  momentum: real(0.1),
}
const layout = '!numFeatures eps momentum affine bias trackRunningStats'

type BatchPositions = [
  numFeatures: number,
  eps?: number,
  momentum?: number | null,
  affine?: boolean,
  trackRunningStats?: boolean,
]
type InstancePositions = [
  numFeatures: number,
  eps?: number,
  momentum?: number,
  affine?: boolean,
  trackRunningStats?: boolean,
]

/** Options of {@link batchNorm2d}. */
export interface BatchNormOptions {
  /** Added to the variance. */
  eps?: number
  /** Weight of the newest batch in the running statistics; null averages over all batches. */
  momentum?: number | null
  /** Whether to learn a scale and a shift per channel. */
  affine?: boolean
  /** Whether to keep running statistics for evaluation. */
  trackRunningStats?: boolean
  /** Whether to learn the shift, where `affine`. */
  bias?: boolean
}

/** Scale, shift and running statistics of a normalization of channels. */
export class ChannelNorm extends NativeModule {
  /** [numFeatures], or null */
  declare weight: Parameter | null
  /** [numFeatures], or null */
  declare bias: Parameter | null
  /** [numFeatures], or null; the name is that of every state dict */
  declare running_mean: Tensor | null
  /** [numFeatures], or null */
  declare running_var: Tensor | null
  /** int64 scalar, or null */
  declare num_batches_tracked: Tensor | null
}

/** Batch normalization of vectors and sequences. Made by {@link batchNorm1d}. */
export class BatchNorm1d extends nativeLayer('BatchNorm1d', batch, layout, ChannelNorm) {}
/** {@link batchNorm2d} for [N, C] or [N, C, L]. PyTorch's `nn.BatchNorm1d`. */
export const batchNorm1d: Maker<typeof BatchNorm1d, BatchPositions> = maker(
  'batchNorm1d',
  BatchNorm1d,
)

/** Batch normalization of images. Made by {@link batchNorm2d}. */
export class BatchNorm2d extends nativeLayer('BatchNorm2d', batch, layout, ChannelNorm) {}
/**
 * Normalizes each channel of [N, C, H, W] to mean 0 and variance 1, over the batch while training, by running
 * statistics in evaluation (Ioffe and Szegedy 2015). PyTorch's `nn.BatchNorm2d`.
 */
export const batchNorm2d: Maker<typeof BatchNorm2d, BatchPositions> = maker(
  'batchNorm2d',
  BatchNorm2d,
)

/** Batch normalization of volumes. Made by {@link batchNorm3d}. */
export class BatchNorm3d extends nativeLayer('BatchNorm3d', batch, layout, ChannelNorm) {}
/** {@link batchNorm2d} for [N, C, D, H, W]. PyTorch's `nn.BatchNorm3d`. */
export const batchNorm3d: Maker<typeof BatchNorm3d, BatchPositions> = maker(
  'batchNorm3d',
  BatchNorm3d,
)

/** Normalization of each channel of each sequence. Made by {@link instanceNorm1d}. */
export class InstanceNorm1d extends nativeLayer('InstanceNorm1d', instance, layout, ChannelNorm) {}
/** {@link instanceNorm2d} for [N, C, L] or [C, L]. PyTorch's `nn.InstanceNorm1d`. */
export const instanceNorm1d: Maker<typeof InstanceNorm1d, InstancePositions> = maker(
  'instanceNorm1d',
  InstanceNorm1d,
)

/** Normalization of each channel of each image. Made by {@link instanceNorm2d}. */
export class InstanceNorm2d extends nativeLayer('InstanceNorm2d', instance, layout, ChannelNorm) {}
/**
 * Normalizes each channel of each image of [N, C, H, W] or [C, H, W] by itself (Ulyanov et al. 2016), without scale,
 * shift and running statistics unless asked for. PyTorch's `nn.InstanceNorm2d`.
 */
export const instanceNorm2d: Maker<typeof InstanceNorm2d, InstancePositions> = maker(
  'instanceNorm2d',
  InstanceNorm2d,
)

/** Normalization of each channel of each volume. Made by {@link instanceNorm3d}. */
export class InstanceNorm3d extends nativeLayer('InstanceNorm3d', instance, layout, ChannelNorm) {}
/** {@link instanceNorm2d} for [N, C, D, H, W] or [C, D, H, W]. PyTorch's `nn.InstanceNorm3d`. */
export const instanceNorm3d: Maker<typeof InstanceNorm3d, InstancePositions> = maker(
  'instanceNorm3d',
  InstanceNorm3d,
)

/** Normalization over the last dimensions. Made by {@link layerNorm}. */
export class LayerNorm extends nativeLayer(
  'LayerNorm',
  {
    normalizedShape: shape(),
    eps: real(1e-5, { min: 0 }),
    elementwiseAffine: flag(true),
    bias: dropBias(),
  },
  '!normalizedShape eps elementwiseAffine bias',
) {
  /** [...normalizedShape], or null */
  declare weight: Parameter | null
  /** [...normalizedShape], or null */
  declare bias: Parameter | null
}
/** Normalizes over the last dimensions, whose sizes are given (Ba et al. 2016). PyTorch's `nn.LayerNorm`. */
export const layerNorm: Maker<
  typeof LayerNorm,
  [normalizedShape: Sizes, eps?: number, elementwiseAffine?: boolean, bias?: boolean]
> = maker('layerNorm', LayerNorm)

/** Division by the root mean square. Made by {@link rmsNorm}. */
export class RMSNorm extends nativeLayer(
  'RMSNorm',
  {
    normalizedShape: shape(),
    eps: nullable(real(undefined, { min: 0 })),
    elementwiseAffine: flag(true),
  },
  '!normalizedShape eps elementwiseAffine',
) {
  /** [...normalizedShape], or null */
  declare weight: Parameter | null
}
/**
 * Divides by the root mean square over the last dimensions, whose sizes are given (Zhang and Sennrich 2019); an
 * `eps` of null is the dtype's own. PyTorch's `nn.RMSNorm`.
 */
export const rmsNorm: Maker<
  typeof RMSNorm,
  [normalizedShape: Sizes, eps?: number | null, elementwiseAffine?: boolean]
> = maker('rmsNorm', RMSNorm)

/** Normalization of groups of channels. Made by {@link groupNorm}. */
export class GroupNorm extends nativeLayer(
  'GroupNorm',
  {
    numGroups: count(),
    numChannels: count(),
    eps: real(1e-5, { min: 0 }),
    affine: flag(true),
    bias: dropBias(),
  },
  '!numGroups !numChannels eps affine bias',
) {
  /** [numChannels], or null */
  declare weight: Parameter | null
  /** [numChannels], or null */
  declare bias: Parameter | null
}
/** Normalizes groups of channels of [N, C, …] (Wu and He 2018). PyTorch's `nn.GroupNorm`. */
export const groupNorm: Maker<
  typeof GroupNorm,
  [numGroups: number, numChannels: number, eps?: number, affine?: boolean]
> = maker('groupNorm', GroupNorm)

const window = { size: count(), alpha: real(1e-4), beta: real(0.75), k: real(1) }

/** Normalization by neighbouring channels. Made by {@link localResponseNorm}. */
export class LocalResponseNorm extends nativeLayer(
  'LocalResponseNorm',
  window,
  '!size alpha beta k',
) {}
/** x / (k + α · mean of x² over `size` neighbouring channels)^β. PyTorch's `nn.LocalResponseNorm`. */
export const localResponseNorm: Maker<
  typeof LocalResponseNorm,
  [size: number, alpha?: number, beta?: number, k?: number]
> = maker('localResponseNorm', LocalResponseNorm)
