import { checkNumber, checkOptions, fail } from '../../check.js'
import { nextRandom, type Random } from '../../data/random.js'
import { type AffineMap, type AffineOptions, affineImage, checkAffineOptions } from './affine.js'
import { checkRange, checkSpread, type Range } from './range.js'
import { roundHalfEven } from './size.js'
import { defineTransform, imageSize } from './transform.js'

/** Options of {@link randomAffine}; `interpolation` is `'nearest'` and `fill` 0 by default. */
export interface RandomAffineOptions extends AffineOptions {
  /** The largest shift, as shares of width and height from 0 to 1. Default none. */
  translate?: readonly [horizontal: number, vertical: number]
  /** Of the factor. Default none. */
  scale?: Range
  /** Degrees along x, one number v for -v ... v; or along x and y, as four numbers. Default none. */
  shear?: number | Range | readonly [minX: number, maxX: number, minY: number, maxY: number]
}

/** From what {@link randomAffineMap} draws. */
interface Ranges {
  readonly degrees: Range
  readonly translate: readonly [horizontal: number, vertical: number] | null
  readonly scale: Range | null
  readonly shear: { readonly x: Range; readonly y: Range | null } | null
}

/**
 * Turns, shifts, scales and shears an image at random about its middle (torchvision `RandomAffine`,
 * R `transform_random_affine`).
 *
 * @param degrees - [min, max], clockwise, or one number v for -v ... v
 */
export const randomAffine = defineTransform(
  'randomAffine',
  (degrees: number | Range, options?: RandomAffineOptions) => {
    const where = 'transforms.randomAffine'
    const { translate, scale, shear, ...others } = checkOptions(where, options, [
      'translate',
      'scale',
      'shear',
      'interpolation',
      'fill',
      'center',
    ])
    return {
      degrees: checkSpread(where, 'degrees', degrees),
      translate: translate === undefined ? null : checkShares(where, translate),
      scale: scale === undefined ? null : checkRange(where, 'scale', scale, { above: 0 }),
      shear: shear === undefined ? null : checkShears(where, shear),
      ...checkAffineOptions(where, others, 0),
    }
  },
  (image, { degrees, translate, scale, shear, ...settings }) => {
    const { height, width } = imageSize(image)
    const map = randomAffineMap(height, width, { degrees, translate, scale, shear }, nextRandom())
    return affineImage('transforms.randomAffine', image, { ...map, ...settings })
  },
)

function checkShares(where: string, shares: readonly [number, number]): readonly [number, number] {
  if (!Array.isArray(shares) || shares.length !== 2) {
    fail(where, 'translate', '[horizontal, vertical]', shares)
  }
  const [horizontal, vertical] = shares.map((share) =>
    checkNumber(where, 'translate', share, { min: 0, max: 1 }),
  )
  return [horizontal as number, vertical as number]
}

function checkShears(
  where: string,
  shear: NonNullable<RandomAffineOptions['shear']>,
): { x: Range; y: Range | null } {
  if (!Array.isArray(shear) || shear.length !== 4) {
    return { x: checkSpread(where, 'shear', shear as number | Range), y: null }
  }
  const [minX, maxX, minY, maxY] = shear as [number, number, number, number]
  return {
    x: checkRange(where, 'shear', [minX, maxX]),
    y: checkRange(where, 'shear', [minY, maxY]),
  }
}

/** Draws the map of {@link randomAffine} (torchvision `RandomAffine.make_params`). */
export function randomAffineMap(
  height: number,
  width: number,
  { degrees, translate, scale, shear }: Ranges,
  random: Pick<Random, 'uniform'>,
): Omit<AffineMap, 'center'> {
  const shift = (most: number): number => roundHalfEven(random.uniform(-most, most))
  // In this order: every number comes out of the one stream.
  const angle = random.uniform(...degrees)
  const x = translate === null ? 0 : shift(translate[0] * width)
  const y = translate === null ? 0 : shift(translate[1] * height)
  const factor = scale === null ? 1 : random.uniform(...scale)
  const shearX = shear === null ? 0 : random.uniform(...shear.x)
  const shearY = shear === null || shear.y === null ? 0 : random.uniform(...shear.y)
  return { angle, translate: [x, y], scale: factor, shear: [shearX, shearY] }
}
