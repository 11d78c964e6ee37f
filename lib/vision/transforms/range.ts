import { type Bounds, checkNumber, fail } from '../../check.js'

/** The least and the most of what a random transform draws. */
export type Range = readonly [min: number, max: number]

/** @throws TypeError or RangeError unless `value` is two numbers in order, both within `bounds` */
export function checkRange(where: string, param: string, value: Range, bounds: Bounds = {}): Range {
  if (!Array.isArray(value) || value.length !== 2) fail(where, param, '[min, max]', value)
  const min = checkNumber(where, param, value[0], bounds)
  const { max } = bounds
  return [min, checkNumber(where, param, value[1], max === undefined ? { min } : { min, max })]
}

/** As {@link checkRange}; one number v, not negative, is the range from -v to v. */
export function checkSpread(where: string, param: string, value: number | Range): Range {
  if (Array.isArray(value)) return checkRange(where, param, value as Range)
  if (typeof value !== 'number') fail(where, param, 'a number or [min, max]', value)
  const spread = checkNumber(where, param, value, { min: 0 })
  // Not -0, which torch's generator would refuse to have a sign.
  return [0 - spread, spread]
}

/** The number that lies at `unit`, 0 ... 1, of a range, computed in float32 as torchvision does. */
export function atUnit([min, max]: Range, unit: number): number {
  return Math.fround(min + Math.fround(Math.fround(unit) * Math.fround(max - min)))
}
