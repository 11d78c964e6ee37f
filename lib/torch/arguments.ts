// Arguments of hand-written functions, bound as Python binds them.

import { isPlainObject } from '../check.js'
import { isComplex } from './encode.js'

const isKeywords = (value: unknown): value is Record<string, unknown> =>
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
  const last = values.at(-1)
  const named = isKeywords(last) ? last : {}
  const count = named === last ? values.length - 1 : values.length
  if (count > positional.length) {
    throw new TypeError(
      `${where}: expected at most ${positional.length} positional arguments, got ${count}`,
    )
  }
  const bound: { [N in Name]?: unknown } = {}
  for (let i = 0; i < count; i++) bound[positional[i] as Name] = values[i]
  for (const [name, value] of Object.entries(named)) {
    if (value === undefined) continue
    if (!positional.includes(name as Name) && !keywords.includes(name as Name)) {
      throw new TypeError(`${where}: unknown option ${JSON.stringify(name)}`)
    }
    if (bound[name as Name] !== undefined) {
      throw new TypeError(`${where}: ${name} was given both by position and by name`)
    }
    bound[name as Name] = value
  }
  return bound
}
