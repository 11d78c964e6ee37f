// Numbers as PyTorch prints them, which is as C does.

import { printing } from './print-options.js'

/** Digits enough to see a tie, whatever the precision. */
const EXACT = 100

/**
 * Whether the digits that a rounding cuts off are exactly a half. Of two neighbours equally near JavaScript takes the
 * larger one, C the even one: JavaScript's choice is one unit too high if its last digit is odd.
 */
const isTie = (digits: string): boolean => /^50*$/.test(digits)

const lastDigitIsOdd = (text: string): boolean => /[13579]$/.test(text)

/** C's `%.*f`. */
function fixed(value: number, precision: number): string {
  if (Object.is(value, -0)) return `-${fixed(0, precision)}`
  // JavaScript writes these in scientific notation.
  if (Math.abs(value) >= 1e21) {
    return `${BigInt(value)}${precision > 0 ? `.${'0'.repeat(precision)}` : ''}`
  }
  const text = value.toFixed(precision)
  // Only a value with few bits can lie exactly in the middle.
  if (!Number.isInteger(value * 2 ** (precision + 1)) || Number.isInteger(value)) return text
  const exact = Math.abs(value).toFixed(precision + 40)
  const cut = exact.length - 40
  if (!isTie(exact.slice(cut)) || !lastDigitIsOdd(text)) return text
  return (value < 0 ? '-' : '') + exact.slice(0, cut).replace(/\.$/, '')
}

/** C's `%.*e`: an exponent of at least two digits. */
function scientific(value: number, precision: number): string {
  if (Object.is(value, -0)) return `-${scientific(0, precision)}`
  let [mantissa, exponent] = value.toExponential(precision).split('e') as [string, string]
  const [exact, exactExponent] = value.toExponential(EXACT).split('e') as [string, string]
  const cut = exact.length - (EXACT - precision)
  if (exponent === exactExponent && isTie(exact.slice(cut)) && lastDigitIsOdd(mantissa)) {
    mantissa = exact.slice(0, cut).replace(/\.$/, '')
  }
  exponent = exponent.replace(/^([+-])(\d)$/, '$10$2')
  return `${mantissa}e${exponent}`
}

function nonFinite(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  return value > 0 ? 'inf' : '-inf'
}

type Format = (value: number | bigint) => string

/** Writes the elements of one tensor, each as wide as the widest. */
export interface Formatter {
  width: number
  format: Format
}

/** A formatter that writes by `format`. */
export const padded = (width: number, format: Format): Formatter => ({
  width,
  format: (value) => format(value).padStart(width),
})

/** Length of the longest text. */
export const widest = (values: Iterable<number | bigint>, format: Format): number => {
  let width = 1
  for (const value of values) width = Math.max(width, format(value).length)
  return width
}

/** Chooses plain, integral or scientific notation for all values together. */
export function floatFormatter(values: readonly number[]): Formatter {
  const shown = values.filter((value) => Number.isFinite(value) && value !== 0)
  const withNonFinite =
    (format: (value: number) => string): Format =>
    (value) =>
      Number.isFinite(value) ? format(value as number) : nonFinite(value as number)
  const dotted = withNonFinite((value) => `${fixed(value, 0)}.`)
  if (shown.length === 0) return padded(1, dotted)

  let min = Number.POSITIVE_INFINITY
  let max = 0
  for (const value of shown) {
    const magnitude = Math.abs(value)
    min = Math.min(min, magnitude)
    max = Math.max(max, magnitude)
  }
  const integral = shown.every((value) => Number.isInteger(value))
  const { precision, sciMode } = printing
  if (sciMode ?? (max / min > 1000 || max > 1e8 || min < 1e-4)) {
    const format = withNonFinite((value) => scientific(value, precision))
    return padded(widest(shown, format), format)
  }
  if (integral) return padded(widest(shown, dotted), dotted)
  const format = withNonFinite((value) => fixed(value, precision))
  return padded(widest(shown, format), format)
}
