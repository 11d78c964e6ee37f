/**
 * Python's `collections.OrderedDict`: a Map that also keeps the `_metadata` attribute which
 * `Module.state_dict()` hangs on it (the version of each module's format).
 */
export class OrderedDict<K = string, V = unknown> extends Map<K, V> {
  metadata: unknown = undefined
}

/** An object of a Python class that the reader was told to let pass: its data, nothing of its code. */
export class PickledObject {
  /** What Python would hand to `__setstate__` or put into `__dict__`. */
  state: unknown = undefined

  constructor(
    /** Full name of the class or function, as in `'argparse.Namespace'`. */
    readonly global: string,
    /** Arguments Python would call it with. */
    public args: readonly unknown[],
  ) {}
}

/**
 * Replaces, in place, what `replace` says in a graph of arrays, Maps, Sets and PickledObjects, and
 * freezes the arrays that are `tuples`. Depth and cycles do not matter: the graph comes from a file.
 */
export function replaceValues(
  root: unknown,
  tuples: ReadonlySet<object>,
  replace: (value: unknown) => unknown,
): unknown {
  const seen = new Set<object>()
  const pending: object[] = []
  const visit = (value: unknown): unknown => {
    const result = replace(value)
    if (result === value && isContainer(value) && !seen.has(value)) {
      seen.add(value)
      pending.push(value)
    }
    return result
  }
  const result = visit(root)
  for (let container = pending.pop(); container !== undefined; container = pending.pop()) {
    if (Array.isArray(container)) {
      for (let i = 0; i < container.length; i++) {
        const result = visit(container[i])
        // A tuple of a value that has been through here is frozen.
        if (!Object.is(result, container[i])) container[i] = result
      }
      if (tuples.has(container)) Object.freeze(container)
    } else if (container instanceof Map) {
      for (const [key, value] of container) {
        visit(key)
        container.set(key, visit(value))
      }
      if (container instanceof OrderedDict) container.metadata = visit(container.metadata)
    } else if (container instanceof Set) {
      for (const value of container) visit(value)
    } else if (container instanceof PickledObject) {
      container.args = visit(container.args) as readonly unknown[]
      container.state = visit(container.state)
    }
  }
  return result
}

/**
 * The same value with plain objects for the dicts whose keys are all texts; what occurs twice still is one. For what
 * this library has written itself: it descends by recursion.
 */
export function plainDicts(root: unknown): unknown {
  const seen = new Map<object, object>()
  const convert = (value: unknown): unknown => {
    if (!Array.isArray(value) && !(value instanceof Map)) return value
    const known = seen.get(value)
    if (known !== undefined) return known
    if (Array.isArray(value)) {
      const items: unknown[] = []
      seen.set(value, items)
      for (const item of value) items.push(convert(item))
      return Object.isFrozen(value) ? Object.freeze(items) : items
    }
    const isPlain = [...value.keys()].every((key) => typeof key === 'string')
    const dict = isPlain ? {} : new Map<unknown, unknown>()
    seen.set(value, dict)
    for (const [key, item] of value) {
      if (dict instanceof Map) dict.set(key, convert(item))
      // Not by assignment: the key may be '__proto__'.
      else Object.defineProperty(dict, key, { ...PLAIN, value: convert(item) })
    }
    return dict
  }
  return convert(root)
}

const PLAIN = { writable: true, enumerable: true, configurable: true }

const isContainer = (value: unknown): value is object =>
  Array.isArray(value) ||
  value instanceof Map ||
  value instanceof Set ||
  value instanceof PickledObject
