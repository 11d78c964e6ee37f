import { type Bounds, checkOptions } from '../../check.js'
import { nextRandom, type Random } from '../../data/random.js'
import { inOrder } from './channels.js'
import { adjustBrightness, adjustContrast, adjustSaturation } from './color.js'
import { adjustHue } from './hue.js'
import { checkProbability } from './randomly.js'
import { checkRange, type Range } from './range.js'
import { defineTransform } from './transform.js'

/** Options of {@link randomPhotometricDistort}. */
export interface RandomPhotometricDistortOptions {
  /** Range of the factor, at least 0. Default [0.875, 1.125]. */
  brightness?: Range
  /** Likewise. Default [0.5, 1.5]. */
  contrast?: Range
  /** Likewise. Default [0.5, 1.5]. */
  saturation?: Range
  /** Within -0.5 ... 0.5. Default [-0.05, 0.05]. */
  hue?: Range
  /** The probability of each of the changes. Default 0.5. */
  p?: number
}

const DEFAULTS = {
  brightness: [0.875, 1.125],
  contrast: [0.5, 1.5],
  saturation: [0.5, 1.5],
  hue: [-0.05, 0.05],
} as const satisfies Record<string, Range>

type Adjustment = keyof typeof DEFAULTS

const WHERE = 'transforms.randomPhotometricDistort'

const BOUNDS: Readonly<Record<Adjustment, Bounds>> = {
  brightness: { min: 0 },
  contrast: { min: 0 },
  saturation: { min: 0 },
  hue: { min: -0.5, max: 0.5 },
}

/**
 * Changes brightness, contrast, saturation, hue and the order of the channels, each with probability `p`
 * (torchvision `RandomPhotometricDistort`, the distortion of the detector SSD).
 */
export const randomPhotometricDistort = defineTransform(
  'randomPhotometricDistort',
  (options?: RandomPhotometricDistortOptions) => {
    const given = checkOptions(WHERE, options, ['brightness', 'contrast', 'saturation', 'hue', 'p'])
    const range = (name: Adjustment): Range =>
      checkRange(WHERE, name, given[name] ?? DEFAULTS[name], BOUNDS[name])
    return {
      brightness: range('brightness'),
      contrast: range('contrast'),
      saturation: range('saturation'),
      hue: range('hue'),
      ...checkProbability('randomPhotometricDistort', given.p),
    }
  },
  (image, { p, ...ranges }) => {
    const random = nextRandom()
    const factors = drawFactors(ranges, p, random)
    const contrastFirst = random.uniform(0, 1) < 0.5
    const order = random.chance(p) ? random.permutation(image.size(-3)) : undefined
    const { brightness, contrast, saturation, hue } = factors
    let output = image
    if (brightness !== undefined) output = adjustBrightness(output, brightness)
    if (contrast !== undefined && contrastFirst) output = adjustContrast(output, contrast)
    if (saturation !== undefined) output = adjustSaturation(output, saturation)
    if (hue !== undefined) output = adjustHue(output, hue)
    if (contrast !== undefined && !contrastFirst) output = adjustContrast(output, contrast)
    return order === undefined ? output : inOrder(output, order)
  },
)

function drawFactors(
  ranges: Readonly<Record<Adjustment, Range>>,
  p: number,
  random: Random,
): { [A in Adjustment]?: number } {
  const factors: { [A in Adjustment]?: number } = {}
  for (const name of Object.keys(DEFAULTS) as Adjustment[]) {
    if (random.chance(p)) factors[name] = random.uniform(...ranges[name])
  }
  return factors
}
