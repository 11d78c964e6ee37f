// Settings that pooling layers share.

import { checkInteger, fail } from '../../check.js'
import { type Field, type Sizes, sizes } from '../fields.js'
import { tuple } from '../print.js'

/** The step of a window: the window's own size unless given, or where null is. */
export function step(dims: number): Field<Sizes | null, readonly number[]> {
  const { check, text } = sizes(dims, 1)
  return {
    check: (where, name, value, before) =>
      value === null ? (before?.kernelSize as readonly number[]) : check(where, name, value),
    text,
    fallback: ({ kernelSize }) => kernelSize as readonly number[],
  }
}

/** A size for every dimension, or one for each; null keeps the input's. */
export type OutputSize = number | null | readonly (number | null)[]

/** The output's size in `dims` dimensions. */
export function outputSizes(dims: number): Field<OutputSize, readonly (number | null)[]> {
  return {
    check: (where, name, value) => {
      const list: unknown[] = Array.isArray(value) ? value : new Array(dims).fill(value)
      if (list.length !== dims) fail(where, name, `an integer or ${dims}`, value)
      return list.map((size) =>
        size === null ? null : checkInteger(where, name, size, { min: 0 }),
      )
    },
    text: (value) => tuple(value as (number | null)[]),
  }
}
