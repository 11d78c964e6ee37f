import { checkNumber, checkOptions, fail, failRange } from '../../check.js'
import { nextRandom, type Random } from '../../data/random.js'
import type { Tensor } from '../../torch/tensor.js'
import { adjustBrightness, adjustContrast, adjustSaturation } from './color.js'
import { adjustHue } from './hue.js'
import { defineTransform } from './transform.js'

type Range = readonly [min: number, max: number]

/** Options of {@link colorJitter}: each a range of factors, or one number v for 1 - v ... 1 + v (hue: -v ... v). */
export interface ColorJitterOptions {
  brightness?: number | Range
  contrast?: number | Range
  saturation?: number | Range
  /** Within -0.5 ... 0.5. */
  hue?: number | Range
}

const ADJUSTMENTS = {
  brightness: adjustBrightness,
  contrast: adjustContrast,
  saturation: adjustSaturation,
  hue: adjustHue,
} as const satisfies Record<string, (image: Tensor, factor: number) => Tensor>

type Adjustment = keyof typeof ADJUSTMENTS

const NAMES = Object.keys(ADJUSTMENTS) as Adjustment[]

/**
 * Changes brightness, contrast, saturation and hue at random, in random order (torchvision
 * `ColorJitter`, R `transform_color_jitter`). Without options it does nothing, as there.
 */
export const colorJitter = defineTransform(
  'colorJitter',
  (options?: ColorJitterOptions) => {
    const given = checkOptions('transforms.colorJitter', options, NAMES)
    const ranges: { [A in Adjustment]?: Range } = {}
    for (const name of NAMES) {
      const range = factorRange(name, given[name] ?? 0)
      if (range !== undefined) ranges[name] = range
    }
    return ranges
  },
  (image, ranges) =>
    colorJitterSteps(ranges, nextRandom()).reduce(
      (current, [name, factor]) => ADJUSTMENTS[name](current, factor),
      image,
    ),
)

/** The range of factors; undefined when it holds only the factor that changes nothing. */
function factorRange(name: Adjustment, value: number | Range): Range | undefined {
  const where = 'transforms.colorJitter'
  const neutral = name === 'hue' ? 0 : 1
  const [least, most] = name === 'hue' ? [-0.5, 0.5] : [0, Number.MAX_VALUE]
  let range: Range
  if (typeof value === 'number') {
    const spread = checkNumber(where, name, value, { min: 0 })
    range = [neutral - spread, neutral + spread]
    if (name !== 'hue') range = [Math.max(range[0], 0), range[1]]
  } else {
    if (!Array.isArray(value) || value.length !== 2)
      fail(where, name, 'a number or [min, max]', value)
    range = [checkNumber(where, name, value[0]), checkNumber(where, name, value[1])]
  }
  if (range[0] < least || range[0] > range[1] || range[1] > most) {
    const bounds = name === 'hue' ? 'within -0.5 ... 0.5' : 'of at least 0'
    failRange(where, name, `[min, max] in order and ${bounds}`, value)
  }
  return range[0] === neutral && range[1] === neutral ? undefined : range
}

/**
 * Draws the adjustments of {@link colorJitter} and their order (torchvision `ColorJitter.get_params`):
 * an order of all four, then the factors of those that have a range.
 */
export function colorJitterSteps(
  ranges: { readonly [A in Adjustment]?: Range },
  random: Random,
): [name: Adjustment, factor: number][] {
  const order = random.permutation(NAMES.length)
  const factors = NAMES.map((name) => {
    const range = ranges[name]
    return range === undefined ? undefined : random.uniform(...range)
  })
  const steps: [Adjustment, number][] = []
  for (const position of order) {
    const factor = factors[position]
    if (factor !== undefined) steps.push([NAMES[position] as Adjustment, factor])
  }
  return steps
}
