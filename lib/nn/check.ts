// Checks of layer settings.

import { checkInteger, fail } from '../check.js'

/** One integer for both dimensions of an image, or one each: height, width. */
export type Size2 = number | readonly [height: number, width: number]

/** `value` as [height, width]. */
export function pair(where: string, param: string, value: unknown, min: number): [number, number] {
  if (Array.isArray(value)) {
    if (value.length !== 2) fail(where, param, 'an integer or two', value)
    return [
      checkInteger(where, param, value[0], { min }),
      checkInteger(where, param, value[1], { min }),
    ]
  }
  const both = checkInteger(where, param, value, { min })
  return [both, both]
}
