// Settings of layers: how each is checked, what it is unless given, and how PyTorch prints it.

import {
  type Bounds,
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOneOf,
  fail,
} from '../check.js'
import type { FloatNumber } from '../float-number.js'
import { Tensor } from '../torch/tensor.js'
import { checkFloat } from './functional/call.js'
import { bool, float, tuple } from './print.js'

/** The settings before one. */
export type Before = Readonly<Record<string, unknown>>

/** One setting: `Given` is what the user may write, `Kept` what the layer shows. */
export interface Field<Given, Kept> {
  /** The value to keep, or an error that names it. */
  check(where: string, name: string, value: unknown, before?: Before): Kept
  /** What it is unless given, from the settings before it; a setting without must be given. */
  fallback?: (before: Before) => Kept
  /** The value as Python prints it. */
  text(value: unknown): string
  /** Only there to carry the type. */
  readonly given?: Given
  /** Set on the finished layer instead of being among its settings. */
  finish?(layer: object, name: string, value: unknown): void
  /** Whether the layer does not show it as a setting. */
  readonly hidden?: boolean
  /** The property that `finish` sets, where it has another name. */
  readonly member?: string
}

/** A setting that the layer does not show: whether it has a bias is told by the bias. */
export type Hidden<Given> = Field<Given, unknown> & { readonly hidden: true }

/** Settings in the order in which they may be given by position. */
export type Fields = Readonly<Record<string, Field<unknown, unknown>>>

/** What a layer with these settings shows of them. */
export type Settings<F extends Fields> = {
  readonly [K in keyof F as F[K] extends { readonly hidden: true } ? never : K]: F[K] extends Field<
    unknown,
    infer Kept
  >
    ? Kept
    : never
}

/** These settings by name. */
export type OptionsOf<F extends Fields> = {
  [K in keyof F]?: F[K] extends Field<infer Given, unknown> ? Given : never
}

/** The settings that `given` makes, in order, checked and complete. */
export function settingsOf(where: string, fields: Fields, given: Before): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, { check, fallback }] of Object.entries(fields)) {
    const value = given[name]
    values[name] =
      value === undefined && fallback !== undefined
        ? fallback(values)
        : check(where, name, value, values)
  }
  return values
}

const always = <T>(value: T | undefined): { fallback?: () => T } =>
  value === undefined ? {} : { fallback: () => value }

/** Python's `repr` of a setting of any kind. */
export const plain = (value: unknown): string => {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return bool(value)
  return Array.isArray(value) ? tuple(value) : String(value)
}

const realText = (value: unknown): string => {
  if (value === null) return 'None'
  if (value === Infinity) return 'inf'
  return value === -Infinity ? '-inf' : float(value as number)
}

/** An integer. */
export const integer = (fallback?: number, bounds: Bounds = {}): Field<number, number> => ({
  check: (where, name, value) => checkInteger(where, name, value, bounds),
  text: plain,
  ...always(fallback),
})

/** An integer of at least 1. */
export const count = (fallback?: number): Field<number, number> => integer(fallback, { min: 1 })

/** A number, infinite ones included where there are no bounds; `float(2)` is printed as 2.0. */
export const real = (fallback?: number, bounds?: Bounds): Field<number | FloatNumber, number> => ({
  check: (where, name, value) =>
    bounds === undefined ? checkFloat(where, name, value) : checkNumber(where, name, value, bounds),
  text: realText,
  ...always(fallback),
})

/** A boolean, false unless said otherwise. */
export const flag = (fallback = false): Field<boolean, boolean> => ({
  check: (where, name, value) => checkBoolean(where, name, value),
  text: plain,
  ...always(fallback),
})

/** One of a few names. `quoted`: whether Python prints it as a string. */
export const choice = <T extends string>(
  choices: readonly T[],
  fallback: T,
  quoted = false,
): Field<T, T> => ({
  check: (where, name, value) => checkOneOf(where, name, value, choices),
  text: (value) => (quoted ? `'${value}'` : String(value)),
  ...always(fallback),
})

/** Any setting, or null, which it is unless given. */
export const nullable = <Given, Kept>(
  field: Field<Given, Kept>,
  fallback: Kept | null = null,
): Field<Given | null, Kept | null> => ({
  check: (where, name, value) => (value === null ? null : field.check(where, name, value)),
  text: (value) => (value === null ? 'None' : field.text(value)),
  fallback: () => fallback,
})

/** One number for every dimension, or one for each. */
export type Sizes = number | readonly number[]

function each(
  where: string,
  name: string,
  value: unknown,
  dims: number,
  check: (value: unknown) => number,
): number[] {
  if (!Array.isArray(value)) return new Array<number>(dims).fill(check(value))
  if (value.length !== dims) {
    fail(
      where,
      name,
      dims === 1 ? 'an integer, alone or in an array' : `a number or ${dims}`,
      value,
    )
  }
  return value.map((entry) => check(entry))
}

/** An integer for each of `dims` dimensions. */
export const sizes = (
  dims: number,
  min?: number,
  fallback?: number,
): Field<Sizes, readonly number[]> => ({
  check: (where, name, value) =>
    each(where, name, value, dims, (entry) =>
      checkInteger(where, name, entry, min === undefined ? {} : { min }),
    ),
  text: plain,
  ...always(fallback === undefined ? undefined : new Array<number>(dims).fill(fallback)),
})

/** A number for each of `dims` dimensions. */
export const reals = (dims: number, bounds: Bounds): Field<Sizes, readonly number[]> => ({
  check: (where, name, value) =>
    each(where, name, value, dims, (entry) => checkNumber(where, name, entry, bounds)),
  text: (value) => `(${(value as number[]).map(float).join(', ')})`,
})

/** Integers of at least `min`: one or more, or none where none is the fallback. */
export const shape = (min = 0, fallback?: readonly []): Field<Sizes, readonly number[]> => ({
  check: (where, name, value) => {
    const list: unknown[] = Array.isArray(value) ? value : [value]
    if (list.length === 0 && fallback === undefined) {
      fail(where, name, 'at least one integer', value)
    }
    return list.map((size) => checkInteger(where, name, size, { min }))
  },
  text: plain,
  ...always(fallback),
})

/** A field by another's rules, that the layer does not show. */
export const hide = <Given>(field: Field<Given, unknown>): Hidden<Given> => ({
  ...field,
  hidden: true,
})

/** Whether there is a bias, for layers whose native side leaves it out. */
export const withBias = (): Hidden<boolean> => hide(flag(true))

/** Whether there is a bias, for layers whose native side always makes one. */
export const dropBias = (): Hidden<boolean> => ({
  ...withBias(),
  finish: (layer, name, value) => {
    if (value === false) Reflect.set(layer, name, null)
  },
})

/** A tensor that becomes a buffer of the layer's. */
export const buffer = (): Hidden<Tensor | null> => ({
  check: (where, name, value) =>
    value === null || value instanceof Tensor
      ? value
      : fail(where, name, 'a Tensor or null', value),
  fallback: () => null,
  text: () => '',
  hidden: true,
  finish: (layer, name, value) => {
    if (value !== null) Reflect.set(layer, name, value)
  },
})

/** A function, or null, which it is unless given. */
export const callback = <F extends (...values: never[]) => unknown>(): Field<
  F | null,
  F | null
> => ({
  check: (where, name, value) => {
    if (value !== null) checkFunction(where, name, value)
    return value as F | null
  },
  fallback: () => null,
  text: plain,
})
