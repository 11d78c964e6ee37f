import { checkOptions } from '../../check.js'
import { nextRandom, type Random } from '../../data/random.js'
import { type Box, cropBox } from './crop.js'
import { checkInterpolation, type InterpolationOptions, interpolate } from './interpolate.js'
import { checkRange, type Range } from './range.js'
import { type CropSize, checkCropSize, roundHalfEven } from './size.js'
import { defineTransform, imageSize } from './transform.js'

/** Options of {@link randomResizedCrop}. */
export interface RandomResizedCropOptions extends InterpolationOptions {
  /** The share of the image's area. Default [0.08, 1]. */
  scale?: Range
  /** Width over height. Default [3/4, 4/3]. */
  ratio?: Range
}

/**
 * Cuts a random box out of an image and resizes it (torchvision `RandomResizedCrop`,
 * R `transform_random_resized_crop`).
 */
export const randomResizedCrop = defineTransform(
  'randomResizedCrop',
  (size: CropSize, options?: RandomResizedCropOptions) => {
    const where = 'transforms.randomResizedCrop'
    const { scale, ratio, ...interpolation } = checkOptions(where, options, [
      'scale',
      'ratio',
      'interpolation',
      'antialias',
    ])
    return {
      size: checkCropSize(where, size),
      scale: checkRange(where, 'scale', scale ?? [0.08, 1], { above: 0 }),
      ratio: checkRange(where, 'ratio', ratio ?? [3 / 4, 4 / 3], { above: 0 }),
      ...checkInterpolation(where, interpolation),
    }
  },
  (image, { size, scale, ratio, ...interpolation }) => {
    const { height, width } = imageSize(image)
    const box = randomResizedCropBox(height, width, { scale, ratio }, nextRandom())
    return interpolate('transforms.randomResizedCrop', cropBox(image, box), size, interpolation)
  },
)

/**
 * Draws the box of {@link randomResizedCrop} (torchvision `RandomResizedCrop.get_params`): ten times an
 * area and a ratio, until the box fits; else the largest box in the middle within the ratio limits.
 */
export function randomResizedCropBox(
  height: number,
  width: number,
  { scale, ratio }: { scale: Range; ratio: Range },
  random: Pick<Random, 'uniform' | 'logUniform' | 'integer'>,
): Box {
  const [minRatio, maxRatio] = ratio
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * random.uniform(...scale)
    const aspect = random.logUniform(minRatio, maxRatio)
    const w = roundHalfEven(Math.sqrt(area * aspect))
    const h = roundHalfEven(Math.sqrt(area / aspect))
    if (w > 0 && w <= width && h > 0 && h <= height) {
      const top = random.integer(height - h + 1)
      return { top, left: random.integer(width - w + 1), height: h, width: w }
    }
  }
  const aspect = width / height
  const h = aspect < minRatio ? roundHalfEven(width / minRatio) : height
  const w = aspect > maxRatio ? roundHalfEven(height * maxRatio) : width
  return {
    top: Math.floor((height - h) / 2),
    left: Math.floor((width - w) / 2),
    height: h,
    width: w,
  }
}
