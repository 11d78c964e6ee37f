// Argument checks shared by every layer: one sentence form for all refusals.

import { FloatNumber } from './float-number.js'

/** A short, safe rendering of any value for an error message: never runs user code, never long. */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string': {
      const text = JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
      return text
    }
    case 'bigint':
      return `${value}n`
    case 'symbol':
      return value.toString()
    case 'function':
      return 'a function'
    case 'object': {
      if (value === null) return 'null'
      if (Array.isArray(value)) return `an array of length ${value.length}`
      if (ArrayBuffer.isView(value)) return `a ${value.constructor?.name ?? 'view'}`
      const name = constructorName(value)
      return name === 'Object' || name === undefined ? 'an object' : `${article(name)} ${name}`
    }
    default:
      return String(value)
  }
}

function constructorName(value: object): string | undefined {
  try {
    const maker: unknown = Object.getPrototypeOf(value)?.constructor
    if (typeof maker !== 'function') return undefined
    return typeof maker.name === 'string' ? maker.name : undefined
  } catch {
    return undefined // a revoked Proxy has no prototype to ask
  }
}

const article = (name: string): string => (/^[AEIOU]/.test(name) ? 'an' : 'a')

/** Throws a TypeError: "`where`: expected `expected` for `param`, got `value`". */
export function fail(where: string, param: string, expected: string, got: unknown): never {
  throw new TypeError(`${where}: expected ${expected} for ${param}, got ${show(got)}`)
}

/** As {@link fail}, for a value of the right type that lies outside its range: a RangeError. */
export function failRange(where: string, param: string, expected: string, got: unknown): never {
  throw new RangeError(`${where}: expected ${expected} for ${param}, got ${show(got)}`)
}

/** True for `{}`-like objects: literals and objects without a prototype, not class instances, arrays or functions. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  try {
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return true
    // A `node:vm` context has an Object.prototype of its own.
    return Object.getPrototypeOf(prototype) === null
  } catch {
    return false
  }
}

/** Refuses anything but a plain object (or nothing), and names a misspelled key with the keys there are. */
export function checkOptions<T extends object>(
  where: string,
  options: T | undefined,
  allowed: readonly (keyof T & string)[],
): T {
  if (options === undefined) return {} as T
  if (!isPlainObject(options)) fail(where, 'options', 'a plain object', options)
  for (const key of Object.keys(options)) {
    if (!(allowed as readonly string[]).includes(key)) {
      throw new TypeError(
        `${where}: unknown option ${show(key)}; the options are ${allowed.join(', ')}`,
      )
    }
  }
  return options
}

/** Bounds of a checked number, both inclusive unless a name says otherwise. */
export interface Bounds {
  min?: number
  max?: number
  /** Exclusive lower bound. */
  above?: number
}

function boundsText(kind: string, { min, max, above }: Bounds): string {
  if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`
  if (min !== undefined) return `${kind} of at least ${min}`
  if (above !== undefined)
    return `${kind} above ${above}${max === undefined ? '' : ` and at most ${max}`}`
  if (max !== undefined) return `${kind} of at most ${max}`
  return kind
}

const outside = (value: number, { min, max, above }: Bounds): boolean =>
  (min !== undefined && value < min) ||
  (max !== undefined && value > max) ||
  (above !== undefined && value <= above)

/** A safe integer within `bounds`, else TypeError or RangeError. */
export function checkInteger(
  where: string,
  param: string,
  value: unknown,
  bounds: Bounds = {},
): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    fail(where, param, boundsText('an integer', bounds), value)
  }
  if (outside(value, bounds)) failRange(where, param, boundsText('an integer', bounds), value)
  return value
}

/** A finite number within `bounds`, else TypeError or RangeError. A `float(2)` is the number 2. */
export function checkNumber(
  where: string,
  param: string,
  given: unknown,
  bounds: Bounds = {},
): number {
  const value = given instanceof FloatNumber ? given.value : given
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    fail(where, param, boundsText('a finite number', bounds), value)
  }
  if (outside(value, bounds)) failRange(where, param, boundsText('a number', bounds), value)
  return value
}

/** A boolean, else TypeError. */
export function checkBoolean(where: string, param: string, value: unknown): boolean {
  if (typeof value !== 'boolean') fail(where, param, 'a boolean', value)
  return value
}

/** A string, else TypeError. */
export function checkString(where: string, param: string, value: unknown): string {
  if (typeof value !== 'string') fail(where, param, 'a string', value)
  return value
}

/** One of a few strings, else TypeError that lists them. */
export function checkOneOf<T extends string>(
  where: string,
  param: string,
  value: unknown,
  choices: readonly T[],
): T {
  if (typeof value !== 'string' || !(choices as readonly string[]).includes(value)) {
    fail(where, param, `one of ${choices.map((c) => `'${c}'`).join(', ')}`, value)
  }
  return value as T
}

/** Whether a value is a promise, or anything else that can be awaited. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

/** A function, else TypeError. */
export function checkFunction(where: string, param: string, value: unknown): void {
  if (typeof value !== 'function') fail(where, param, 'a function', value)
}
