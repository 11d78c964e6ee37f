// Resizing to a random size: ScaleJitter, RandomShortestSize and RandomResize.

import { checkInteger, checkOptions, fail, failRange } from '../../check.js'
import { nextRandom } from '../../data/random.js'
import { checkInterpolation, type InterpolationOptions, interpolate } from './interpolate.js'
import { atUnit, checkRange, type Range } from './range.js'
import { resizedSize } from './resize.js'
import { defineTransform, imageSize } from './transform.js'

/** Options of {@link scaleJitter}. */
export interface ScaleJitterOptions extends InterpolationOptions {
  /** The range of factors. Default [0.1, 2]. */
  scaleRange?: Range
}

/**
 * Scales an image to a random multiple of the largest size that fits into a target, its aspect ratio kept
 * (torchvision `ScaleJitter`). Ghiasi et al., "Simple Copy-Paste" (CVPR 2021).
 *
 * @param targetSize - [width, height], in torchvision's order
 */
export const scaleJitter = defineTransform(
  'scaleJitter',
  (targetSize: readonly [width: number, height: number], options?: ScaleJitterOptions) => {
    const where = 'transforms.scaleJitter'
    const { scaleRange = [0.1, 2], ...interpolation } = checkOptions(where, options, [
      'scaleRange',
      'interpolation',
      'antialias',
    ])
    if (!Array.isArray(targetSize) || targetSize.length !== 2) {
      fail(where, 'targetSize', '[width, height]', targetSize)
    }
    const [width, height] = targetSize.map((edge) =>
      checkInteger(where, 'targetSize', edge, { min: 1 }),
    )
    return {
      targetSize: [width as number, height as number] as const,
      scaleRange: checkRange(where, 'scaleRange', scaleRange, { above: 0 }),
      ...checkInterpolation(where, interpolation),
    }
  },
  (image, { targetSize, scaleRange, ...interpolation }) => {
    const { height, width } = imageSize(image)
    const scale = atUnit(scaleRange, nextRandom().uniform(0, 1))
    const fit = Math.min(targetSize[1] / height, targetSize[0] / width)
    // In float32, as torchvision.
    const factor = Math.fround(Math.fround(fit) * scale)
    const scaled = (edge: number): number => Math.trunc(Math.fround(edge * factor))
    return interpolate(
      'transforms.scaleJitter',
      image,
      [scaled(height), scaled(width)],
      interpolation,
    )
  },
)

/** Options of {@link randomShortestSize}. */
export interface RandomShortestSizeOptions extends InterpolationOptions {
  /** The most pixels of the longer edge. Default without limit. */
  maxSize?: number
}

/**
 * Resizes the shorter edge of an image to one of several sizes, its aspect ratio kept (torchvision
 * `RandomShortestSize`).
 *
 * @param minSize - one or more sizes of the shorter edge
 */
export const randomShortestSize = defineTransform(
  'randomShortestSize',
  (minSize: number | readonly number[], options?: RandomShortestSizeOptions) => {
    const where = 'transforms.randomShortestSize'
    const { maxSize, ...interpolation } = checkOptions(where, options, [
      'maxSize',
      'interpolation',
      'antialias',
    ])
    const sizes: readonly unknown[] = Array.isArray(minSize) ? minSize : [minSize]
    if (sizes.length === 0) fail(where, 'minSize', 'one or more integers', minSize)
    return {
      minSize: sizes.map((size) => checkInteger(where, 'minSize', size, { min: 1 })),
      maxSize:
        maxSize === undefined ? undefined : checkInteger(where, 'maxSize', maxSize, { min: 1 }),
      ...checkInterpolation(where, interpolation),
    }
  },
  (image, { minSize, maxSize, ...interpolation }) => {
    const { height, width } = imageSize(image)
    const shortest = minSize[nextRandom().integer(minSize.length)] as number
    const wanted = shortest / Math.min(height, width)
    const factor =
      maxSize === undefined ? wanted : Math.min(wanted, maxSize / Math.max(height, width))
    const size = [Math.trunc(height * factor), Math.trunc(width * factor)] as const
    return interpolate('transforms.randomShortestSize', image, size, interpolation)
  },
)

/**
 * Resizes the shorter edge of an image to a random size, its aspect ratio kept (torchvision `RandomResize`).
 *
 * @param minSize - the least size
 * @param maxSize - one more than the largest, as in torchvision
 */
export const randomResize = defineTransform(
  'randomResize',
  (minSize: number, maxSize: number, options?: InterpolationOptions) => {
    const where = 'transforms.randomResize'
    checkInteger(where, 'minSize', minSize, { min: 1 })
    if (checkInteger(where, 'maxSize', maxSize) <= minSize) {
      failRange(where, 'maxSize', `more than the least size, ${minSize},`, maxSize)
    }
    const given = checkOptions(where, options, ['interpolation', 'antialias'])
    return { minSize, maxSize, ...checkInterpolation(where, given) }
  },
  (image, { minSize, maxSize, ...interpolation }) => {
    const { height, width } = imageSize(image)
    const shortest = minSize + nextRandom().integer(maxSize - minSize)
    const size = resizedSize(height, width, [shortest])
    return interpolate('transforms.randomResize', image, size, interpolation)
  },
)
