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
      for (let i = 0; i < container.length; i++) container[i] = visit(container[i])
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

const isContainer = (value: unknown): value is object =>
  Array.isArray(value) ||
  value instanceof Map ||
  value instanceof Set ||
  value instanceof PickledObject
