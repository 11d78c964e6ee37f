// Layers that rearrange or resize images.

import { checkInteger, checkNumber, fail } from '../../check.js'
import { choice, count, type Field, flag, nullable, plain, type Sizes, sizes } from '../fields.js'
import { type Maker, maker, nativeLayer } from '../layer.js'
import { float } from '../print.js'

/** Moves channels into the plane. Made by {@link pixelShuffle}. */
export class PixelShuffle extends nativeLayer(
  'PixelShuffle',
  { upscaleFactor: count() },
  'upscaleFactor',
) {}
/** [..., C·r², H, W] → [..., C, H·r, W·r] (Shi et al. 2016). PyTorch's `nn.PixelShuffle`. */
export const pixelShuffle: Maker<typeof PixelShuffle, [upscaleFactor: number]> = maker(
  'pixelShuffle',
  PixelShuffle,
)

/** Moves the plane into channels. Made by {@link pixelUnshuffle}. */
export class PixelUnshuffle extends nativeLayer(
  'PixelUnshuffle',
  { downscaleFactor: count() },
  'downscaleFactor',
) {}
/** [..., C, H·r, W·r] → [..., C·r², H, W], the reverse of {@link pixelShuffle}. PyTorch's `nn.PixelUnshuffle`. */
export const pixelUnshuffle: Maker<typeof PixelUnshuffle, [downscaleFactor: number]> = maker(
  'pixelUnshuffle',
  PixelUnshuffle,
)

/** Mixes groups of channels. Made by {@link channelShuffle}. */
export class ChannelShuffle extends nativeLayer('ChannelShuffle', { groups: count() }, 'groups') {}
/** Takes the channels of `groups` groups in turn (Zhang et al. 2017). PyTorch's `nn.ChannelShuffle`. */
export const channelShuffle: Maker<typeof ChannelShuffle, [groups: number]> = maker(
  'channelShuffle',
  ChannelShuffle,
)

const window = {
  kernelSize: sizes(2, 1),
  dilation: sizes(2, 1, 1),
  padding: sizes(2, 0, 0),
  stride: sizes(2, 1, 1),
}
const windowLayout = 'kernelSize~ dilation~ padding~ stride~'

/** The windows of images as columns. Made by {@link unfold}. */
export class Unfold extends nativeLayer('Unfold', window, windowLayout) {}
/** The windows of [N, C, H, W] as columns: [N, C·kernel, windows]. PyTorch's `nn.Unfold`. */
export const unfold: Maker<
  typeof Unfold,
  [kernelSize: Sizes, dilation?: Sizes, padding?: Sizes, stride?: Sizes]
> = maker('unfold', Unfold)

/** Columns added up to images. Made by {@link fold}. */
export class Fold extends nativeLayer(
  'Fold',
  { outputSize: sizes(2, 1), ...window },
  `outputSize~ ${windowLayout}`,
) {}
/** Adds the columns [N, C·kernel, windows] up to [N, C, ...outputSize]. PyTorch's `nn.Fold`. */
export const fold: Maker<
  typeof Fold,
  [outputSize: Sizes, kernelSize: Sizes, dilation?: Sizes, padding?: Sizes, stride?: Sizes]
> = maker('fold', Fold)

const MODES = [
  'nearest',
  'linear',
  'bilinear',
  'bicubic',
  'trilinear',
  'nearest-exact',
  'area',
] as const

/** How {@link upsample} computes what lies between. */
export type UpsampleMode = (typeof MODES)[number]

/** One number for all dimensions, or one for each of however many there are. */
function list(
  check: (where: string, name: string, value: unknown) => number,
): Field<Sizes | null, readonly number[] | null> {
  const checkList = (where: string, name: string, value: unknown): number[] | null => {
    if (value === null) return null
    const values: unknown[] = Array.isArray(value) ? value : [value]
    if (values.length === 0 || values.length > 3) {
      fail(where, name, 'a number or up to 3', value)
    }
    return values.map((entry) => check(where, name, entry))
  }
  return {
    check: checkList,
    fallback: () => null,
    text: plain,
  }
}
const targets = {
  size: list((where, name, value) => checkInteger(where, name, value, { min: 1 })),
  scaleFactor: list((where, name, value) => checkNumber(where, name, value, { above: 0 })),
}

/** Resizes. Made by {@link upsample}. */
export class Upsample extends nativeLayer('Upsample', {
  ...targets,
  mode: choice(MODES, 'nearest', true),
  alignCorners: nullable(flag()),
  recomputeScaleFactor: nullable(flag()),
}) {
  override extraRepr(): string {
    return resizing(this, this.mode)
  }
}
/**
 * Resizes the dimensions after the second to `size`, or by `scaleFactor`. `alignCorners` (not for 'nearest' and
 * 'area') puts the outermost samples on each other. PyTorch's `nn.Upsample`.
 */
export const upsample: Maker<
  typeof Upsample,
  [size?: Sizes | null, scaleFactor?: Sizes | null, mode?: UpsampleMode]
> = maker('upsample', Upsample)

/** Resizes images to the nearest pixels. Made by {@link upsamplingNearest2d}. */
export class UpsamplingNearest2d extends nativeLayer('UpsamplingNearest2d', targets) {
  override extraRepr(): string {
    return resizing(this, 'nearest')
  }
}
/** {@link upsample} of images by 'nearest'. PyTorch's `nn.UpsamplingNearest2d`. */
export const upsamplingNearest2d: Maker<
  typeof UpsamplingNearest2d,
  [size?: Sizes | null, scaleFactor?: Sizes | null]
> = maker('upsamplingNearest2d', UpsamplingNearest2d)

/** Resizes images linearly. Made by {@link upsamplingBilinear2d}. */
export class UpsamplingBilinear2d extends nativeLayer('UpsamplingBilinear2d', targets) {
  override extraRepr(): string {
    return resizing(this, 'bilinear')
  }
}
/** {@link upsample} of images by 'bilinear' with aligned corners. PyTorch's `nn.UpsamplingBilinear2d`. */
export const upsamplingBilinear2d: Maker<
  typeof UpsamplingBilinear2d,
  [size?: Sizes | null, scaleFactor?: Sizes | null]
> = maker('upsamplingBilinear2d', UpsamplingBilinear2d)

function resizing(
  { size, scaleFactor }: { size: readonly number[] | null; scaleFactor: readonly number[] | null },
  mode: string,
): string {
  const words = (values: readonly number[], word: (value: number) => string): string =>
    values.length === 1 ? word(values[0] as number) : `(${values.map(word).join(', ')})`
  const target =
    scaleFactor === null
      ? `size=${size === null ? 'None' : words(size, String)}`
      : `scale_factor=${words(scaleFactor, float)}`
  return `${target}, mode='${mode}'`
}
