// Objects that can be called: a function whose prototype is the class, behind a Proxy that sees assignments.

/** Told of each property that is about to be set on or removed from a callable object, or was just removed. */
export interface Watcher {
  set(self: object, name: string, value: unknown): void
  remove(self: object, name: string): void
  removed?(self: object, name: string): void
}

/**
 * Base of classes whose instances are functions: `new` returns a function that passes its arguments to `run`. It is
 * a Proxy because class fields define properties rather than assign them, so that setters would not notice.
 */
export abstract class Callable {
  constructor(run: (self: object, inputs: unknown[]) => unknown, watcher: Watcher) {
    const target = (...inputs: unknown[]): unknown => run(self, inputs)
    // A function's own name and length would shadow a child of that name.
    Reflect.deleteProperty(target, 'name')
    Reflect.deleteProperty(target, 'length')
    Object.setPrototypeOf(target, new.target.prototype)
    const self: object = new Proxy(target, {
      defineProperty(object, name, descriptor) {
        if (typeof name === 'string' && 'value' in descriptor) {
          watcher.set(self, name, descriptor.value)
        }
        return Reflect.defineProperty(object, name, descriptor)
      },
      deleteProperty(object, name) {
        if (typeof name !== 'string') return Reflect.deleteProperty(object, name)
        watcher.remove(self, name)
        const done = Reflect.deleteProperty(object, name)
        watcher.removed?.(self, name)
        return done
      },
    })
    // biome-ignore lint/correctness/noConstructorReturn: the instance is a function
    return self as Callable
  }
}
