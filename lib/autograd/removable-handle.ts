/** A hook that has been registered; `remove` ends it. PyTorch's `RemovableHandle`. */
export class RemovableHandle implements Disposable {
  #end: (() => void) | undefined

  /** @internal Made by `registerHook` and its kin; `end` takes the hook out. */
  constructor(end: () => void) {
    this.#end = end
  }

  /** The hook runs no more. Twice is harmless. */
  remove(): void {
    const end = this.#end
    this.#end = undefined
    end?.()
  }

  [Symbol.dispose](): void {
    this.remove()
  }
}
