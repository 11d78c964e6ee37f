import { checkInteger, fail, failRange } from '../../check.js'
import { COLOR_NAMES } from './color-names.js'

/** Red, green and blue, 0 ... 255. */
export type Rgb = readonly [red: number, green: number, blue: number]

/** A colour: a name of CSS such as `'red'`, `'#f0f'`, `'#ff00ff'`, or red, green and blue. */
export type Color = string | Rgb

/** One colour for all, or one for each. */
export type Colors = Color | readonly Color[]

/** @throws TypeError or RangeError for what is no colour */
export function parseColor(where: string, param: string, color: unknown): Rgb {
  if (typeof color === 'string') {
    const name = color.toLowerCase()
    const digits = /^#[0-9a-f]+$/.test(name) ? name.slice(1) : COLOR_NAMES.get(name)
    const six = digits?.length === 3 ? digits.replace(/./g, '$&$&') : digits
    if (six?.length === 6) {
      const value = Number.parseInt(six, 16)
      return [value >> 16, (value >> 8) & 255, value & 255]
    }
  } else if (isNumbers(color)) {
    for (const part of color) checkInteger(where, param, part, { min: 0, max: 255 })
    return color as unknown as Rgb
  }
  return fail(where, param, "a colour such as 'red', '#ff0000' or [255, 0, 0]", color)
}

/** A colour for each of `count` things; without `colors` torchvision's palette. */
export function parseColors(
  where: string,
  param: string,
  colors: Colors | undefined,
  count: number,
): Rgb[] {
  if (colors === undefined) return Array.from({ length: count }, (_, index) => paletteColor(index))
  if (!Array.isArray(colors) || isNumbers(colors)) {
    return Array(count).fill(parseColor(where, param, colors))
  }
  const list: readonly unknown[] = colors
  if (list.length < count) {
    failRange(where, param, `one colour, or at least ${count} of them,`, list.length)
  }
  return list.slice(0, count).map((color) => parseColor(where, param, color))
}

const paletteColor = (index: number): Rgb => [
  (index * (2 ** 25 - 1)) % 255,
  (index * (2 ** 15 - 1)) % 255,
  (index * (2 ** 21 - 1)) % 255,
]

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length === 3 && value.every((part) => typeof part === 'number')
