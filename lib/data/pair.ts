import { inspect } from 'node:util'

/**
 * An input and its target, or a batch of them: a tuple that also answers to `.x` and `.y`.
 * R torch's `list(x = , y = )`.
 */
export type Pair<X, Y> = [x: X, y: Y] & { readonly x: X; readonly y: Y }

class PairArray<T> extends Array<T> {
  // map, filter and the like make plain arrays: what they return is no longer an (x, y).
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  get x(): T {
    return this[0] as T
  }

  get y(): T {
    return this[1] as T
  }

  [inspect.custom](_depth: number, options: object): string {
    return inspect({ x: this.x, y: this.y }, options)
  }
}

/** Makes a {@link Pair}: `const { x, y } = pair(1, 2)` and `const [x, y] = pair(1, 2)` both work. */
export function pair<X, Y>(x: X, y: Y): Pair<X, Y> {
  return PairArray.of<X | Y>(x, y) as unknown as Pair<X, Y>
}
