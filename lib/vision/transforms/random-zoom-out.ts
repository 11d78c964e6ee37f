import { checkOptions } from '../../check.js'
import { nextRandom, type Random } from '../../data/random.js'
import { checkFill, type Fill } from './fill.js'
import { padImage, type Sides } from './pad.js'
import { checkProbability } from './randomly.js'
import { atUnit, checkRange, type Range } from './range.js'
import { defineTransform, imageSize } from './transform.js'

/** Options of {@link randomZoomOut}. */
export interface RandomZoomOutOptions {
  /** The value of new pixels, or one per channel. Default 0. */
  fill?: Fill
  /** How many times as wide and high the result is; at least 1. Default [1, 4]. */
  sideRange?: Range
  /** The probability that anything is done. Default 0.5. */
  p?: number
}

/**
 * Puts an image at a random place on a larger canvas, with probability `p` (torchvision `RandomZoomOut`).
 * Liu et al., "SSD: Single Shot MultiBox Detector" (ECCV 2016).
 */
export const randomZoomOut = defineTransform(
  'randomZoomOut',
  (options?: RandomZoomOutOptions) => {
    const where = 'transforms.randomZoomOut'
    const given = checkOptions(where, options, ['fill', 'sideRange', 'p'])
    const { fill = 0, sideRange = [1, 4], p } = given
    return {
      fill: checkFill(where, fill) ?? [0],
      sideRange: checkRange(where, 'sideRange', sideRange, { min: 1 }),
      ...checkProbability('randomZoomOut', p),
    }
  },
  (image, { fill, sideRange, p }) => {
    const random = nextRandom()
    if (!random.chance(p)) return image
    const { height, width } = imageSize(image)
    const around = zoomOutPadding(height, width, sideRange, random)
    return padImage('transforms.randomZoomOut', image, around, { fill, paddingMode: 'constant' })
  },
)

/** Draws the padding of {@link randomZoomOut}, in float32 (torchvision `RandomZoomOut.make_params`). */
function zoomOutPadding(
  height: number,
  width: number,
  sideRange: Range,
  random: Pick<Random, 'uniform'>,
): Sides {
  const side = atUnit(sideRange, random.uniform(0, 1))
  const across = part(width, side) - width
  const down = part(height, side) - height
  const left = part(across, random.uniform(0, 1))
  const top = part(down, random.uniform(0, 1))
  return { left, top, right: across - left, bottom: down - top }
}

/** A factor of a length, computed in float32 and rounded down. */
const part = (length: number, factor: number): number =>
  Math.trunc(Math.fround(length * Math.fround(factor)))
