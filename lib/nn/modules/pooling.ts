// Pooling layers that average, or take p-norms.

import { count, flag, nullable, real, type Sizes, sizes } from '../fields.js'
import { type Maker, maker, nativeLayer } from '../layer.js'
import { type OutputSize, outputSizes, step } from './pooling-fields.js'

const average = (dims: number) => ({
  kernelSize: sizes(dims, 1),
  stride: step(dims),
  padding: sizes(dims, 0, 0),
  ceilMode: flag(),
  countIncludePad: flag(true),
})
const divided = (dims: number) => ({ ...average(dims), divisorOverride: nullable(count()) })
const power = (dims: number) => ({
  normType: real(),
  kernelSize: sizes(dims, 1),
  stride: step(dims),
  ceilMode: flag(),
})
const averageLayout = 'kernelSize~ stride~ padding~'
const powerLayout = 'normType kernelSize~ stride^ ceilMode'

type Positions = [
  kernelSize: Sizes,
  stride?: Sizes | null,
  padding?: Sizes,
  ceilMode?: boolean,
  countIncludePad?: boolean,
]
type DividedPositions = [...Positions, divisorOverride?: number | null]
type PowerPositions = [
  normType: number,
  kernelSize: Sizes,
  stride?: Sizes | null,
  ceilMode?: boolean,
]

/** Means over windows of sequences. Made by {@link avgPool1d}. */
export class AvgPool1d extends nativeLayer('AvgPool1d', average(1), 'kernelSize stride padding') {}
/** Means over windows of [N, C, L] or [C, L]. PyTorch's `nn.AvgPool1d`. */
export const avgPool1d: Maker<typeof AvgPool1d, Positions> = maker('avgPool1d', AvgPool1d)

/** Means over windows of images. Made by {@link avgPool2d}. */
export class AvgPool2d extends nativeLayer('AvgPool2d', divided(2), averageLayout) {}
/** Means over windows of [N, C, H, W] or [C, H, W]. PyTorch's `nn.AvgPool2d`. */
export const avgPool2d: Maker<typeof AvgPool2d, DividedPositions> = maker('avgPool2d', AvgPool2d)

/** Means over windows of volumes. Made by {@link avgPool3d}. */
export class AvgPool3d extends nativeLayer('AvgPool3d', divided(3), averageLayout) {}
/** Means over windows of [N, C, D, H, W] or [C, D, H, W]. PyTorch's `nn.AvgPool3d`. */
export const avgPool3d: Maker<typeof AvgPool3d, DividedPositions> = maker('avgPool3d', AvgPool3d)

/** p-norms over windows of sequences. Made by {@link lpPool1d}. */
export class LPPool1d extends nativeLayer('LPPool1d', power(1), powerLayout) {}
/** p-norms over windows of [N, C, L] or [C, L]. PyTorch's `nn.LPPool1d`. */
export const lpPool1d: Maker<typeof LPPool1d, PowerPositions> = maker('lpPool1d', LPPool1d)

/** p-norms over windows of images. Made by {@link lpPool2d}. */
export class LPPool2d extends nativeLayer('LPPool2d', power(2), powerLayout) {}
/** p-norms over windows of [N, C, H, W] or [C, H, W]. PyTorch's `nn.LPPool2d`. */
export const lpPool2d: Maker<typeof LPPool2d, PowerPositions> = maker('lpPool2d', LPPool2d)

/** p-norms over windows of volumes. Made by {@link lpPool3d}. */
export class LPPool3d extends nativeLayer('LPPool3d', power(3), powerLayout) {}
/** p-norms over windows of [N, C, D, H, W] or [C, D, H, W]. PyTorch's `nn.LPPool3d`. */
export const lpPool3d: Maker<typeof LPPool3d, PowerPositions> = maker('lpPool3d', LPPool3d)

/** Averages sequences to a given size. Made by {@link adaptiveAvgPool1d}. */
export class AdaptiveAvgPool1d extends nativeLayer(
  'AdaptiveAvgPool1d',
  { outputSize: outputSizes(1) },
  'outputSize~',
) {}
/** Averages [N, C, L] or [C, L] to `outputSize`, whatever its own size; null keeps a dimension. PyTorch's `nn.AdaptiveAvgPool1d`. */
export const adaptiveAvgPool1d: Maker<typeof AdaptiveAvgPool1d, [outputSize: OutputSize]> = maker(
  'adaptiveAvgPool1d',
  AdaptiveAvgPool1d,
)

/** Averages images to a given size. Made by {@link adaptiveAvgPool2d}. */
export class AdaptiveAvgPool2d extends nativeLayer(
  'AdaptiveAvgPool2d',
  { outputSize: outputSizes(2) },
  'outputSize~',
) {}
/** Averages [N, C, H, W] or [C, H, W] to `outputSize`, whatever its own size; null keeps a dimension. PyTorch's `nn.AdaptiveAvgPool2d`. */
export const adaptiveAvgPool2d: Maker<typeof AdaptiveAvgPool2d, [outputSize: OutputSize]> = maker(
  'adaptiveAvgPool2d',
  AdaptiveAvgPool2d,
)

/** Averages volumes to a given size. Made by {@link adaptiveAvgPool3d}. */
export class AdaptiveAvgPool3d extends nativeLayer(
  'AdaptiveAvgPool3d',
  { outputSize: outputSizes(3) },
  'outputSize~',
) {}
/** Averages [N, C, D, H, W] or [C, D, H, W] to `outputSize`, whatever its own size; null keeps a dimension. PyTorch's `nn.AdaptiveAvgPool3d`. */
export const adaptiveAvgPool3d: Maker<typeof AdaptiveAvgPool3d, [outputSize: OutputSize]> = maker(
  'adaptiveAvgPool3d',
  AdaptiveAvgPool3d,
)
