// Arguments of hand-written functions, bound as Python binds them.

import { isPlainObject, show } from '../check.js'
import { isComplex } from './encode.js'

/** Whether a last argument holds keyword arguments: a plain object that is no complex number. */
export const isKeywords = (value: unknown): value is Record<string, unknown> =>
  isPlainObject(value) && !isComplex(value)

/**
 * The arguments of a call by name: given by position, in the order of `positional`, or in a last plain object, which
 * may also hold `keywords`. Undefined counts as not given.
 *
 * @throws TypeError for too many arguments, an unknown name, or an argument given twice
 */
export function bindArguments<Name extends string>(
  where: string,
  values: readonly unknown[],
  positional: readonly Name[],
  keywords: readonly Name[] = [],
): { readonly [N in Name]?: unknown } {
  // Options that are handed on without having been given are undefined.
  let count = values.length
  while (count > 0 && values[count - 1] === undefined) count--
  const last = count > 0 ? values[count - 1] : undefined
  const named = isKeywords(last) ? last : {}
  if (named === last) count--
  if (count > positional.length) {
    throw new TypeError(
      `${where}: expected at most ${positional.length} positional arguments, got ${count}`,
    )
  }
  const bound: { [N in Name]?: unknown } = {}
  for (let i = 0; i < count; i++) {
    if (values[i] !== undefined) bound[positional[i] as Name] = values[i]
  }
  for (const [name, value] of Object.entries(named)) {
    if (value === undefined) continue
    if (!positional.includes(name as Name) && !keywords.includes(name as Name)) {
      const known = [...positional, ...keywords].join(', ')
      throw new TypeError(`${where}: unknown option ${show(name)}; the options are ${known}`)
    }
    if (bound[name as Name] !== undefined) {
      throw new TypeError(`${where}: ${name} was given both by position and by name`)
    }
    bound[name as Name] = value
  }
  return bound
}
