// State dicts of schedulers: the very names and values that Python's have.

import { fail, isPlainObject } from '../check.js'

/** Names of entries that are a number or null. */
const NULLABLE = ['default_min_lr']

/** A value in a scheduler's state dict. */
export type StateValue =
  | number
  | boolean
  | string
  | null
  | ReadonlyMap<number, number>
  | readonly StateValue[]
  | { readonly [name: string]: StateValue }

/** State of a scheduler with PyTorch's names, ready for a `.pth` file. */
export interface SchedulerStateDict {
  /** Learning rate of each group as the scheduler last set it. */
  _last_lr: number[]
  [name: string]: StateValue
}

/** The entries of an object or a Map: files give Maps. */
export function entriesOf(
  where: string,
  param: string,
  value: unknown,
): ReadonlyMap<unknown, unknown> {
  if (value instanceof Map) return value
  return isPlainObject(value)
    ? new Map(Object.entries(value))
    : fail(where, param, 'an object or a Map', value)
}

/**
 * `current` with the values of `given` for the names that both have, each of the kind it had. Older versions of
 * PyTorch wrote names that are gone and lacked some that have come.
 */
export function mergeState<State extends object>(
  where: string,
  current: State,
  given: unknown,
): State {
  const entries = entriesOf(where, 'stateDict', given)
  const merged = { ...current } as Record<string, unknown>
  for (const [name, value] of Object.entries(current)) {
    if (entries.has(name)) merged[name] = likewise(where, name, value, entries.get(name))
  }
  return merged as State
}

/** `given`, if it is of the kind of `current`. */
function likewise(where: string, name: string, current: unknown, given: unknown): unknown {
  if (NULLABLE.includes(name) && (given === null || typeof given === 'number')) return given
  // A function: Python may have written the fields of a callable object, which are nothing to a closure.
  if (current === null) return null
  if (current instanceof Map) return counter(where, name, given)
  if (Array.isArray(current)) {
    if (!Array.isArray(given)) fail(where, name, 'an array', given)
    // An empty array says nothing of its elements, and all that can be empty hold numbers.
    const example = current.length === 0 ? 0 : current[0]
    return given.map((value, i) => likewise(where, `${name}[${i}]`, example, value))
  }
  if (typeof current === 'object') return mergeState(where, current, given)
  if (typeof given !== typeof current) fail(where, name, `a ${typeof current}`, given)
  return given
}

/** Python's Counter: how often each number occurs. */
function counter(where: string, name: string, given: unknown): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const [key, count] of entriesOf(where, name, given)) {
    if (typeof count !== 'number') fail(where, `${name}[${String(key)}]`, 'a number', count)
    counts.set(Number(key), count)
  }
  return counts
}
