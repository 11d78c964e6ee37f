// Tuples whose elements also have names.

import type { Named } from './types.js'

/** The values of an object as a tuple that also has its names. */
export function namedTuple<Fields extends object, Elements extends readonly unknown[]>(
  fields: Fields,
): Named<Fields, Elements> {
  const tuple = Object.values(fields)
  for (const [name, value] of Object.entries(fields)) Object.defineProperty(tuple, name, { value })
  return tuple as unknown as Named<Fields, Elements>
}
