// Settings that networks have in common.

import { checkOptions, fail } from '../../check.js'
import {
  callback,
  count,
  type Field,
  type Fields,
  type OptionsOf,
  plain,
  real,
  type Settings,
  settingsOf,
} from '../../nn/fields.js'
import type { NormLayer } from '../ops/index.js'

/** Number of ImageNet's classes. */
const IMAGENET_CLASSES = 1000

/** Outputs of the classifier. */
export const classes = (): Field<number, number> => count(IMAGENET_CLASSES)

/** A probability. */
export const probability = (fallback: number): ReturnType<typeof real> =>
  real(fallback, { min: 0, max: 1 })

/** What makes the normalizations; null for the network's own. */
export const norm = (): Field<NormLayer | null, NormLayer | null> => callback<NormLayer>()

/** A list of at least one entry; without a fallback it must be given. */
export const list = <T>(fallback?: readonly T[]): Field<readonly T[], readonly T[]> => ({
  check: (where, name, value) =>
    Array.isArray(value) && value.length > 0
      ? (value as readonly T[])
      : fail(where, name, 'an array of at least one entry', value),
  text: plain,
  ...(fallback === undefined ? {} : { fallback: () => fallback }),
})

/** The settings of a network whose class is made by itself. */
export const checked = <F extends Fields>(
  where: string,
  fields: F,
  options: OptionsOf<F> | undefined,
): Settings<F> =>
  settingsOf(
    where,
    fields,
    checkOptions(where, options, Object.keys(fields) as never[]) as Record<string, unknown>,
  ) as Settings<F>
