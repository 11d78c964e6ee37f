// Lists of hooks, in the order in which they run.

import { RemovableHandle } from '../autograd/removable-handle.js'
import type { CallHooks } from './hooks.js'

/** Hooks of one kind. May change while it is gone through: who has begun goes on with what there was. */
export class HookList<Hook> {
  #entries: readonly { readonly hook: Hook }[] = []

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  /** The hooks as they are now. */
  get all(): readonly { readonly hook: Hook }[] {
    return this.#entries
  }

  /**
   * Adds a hook as the last, or with `prepend` as the first.
   *
   * @param ended called when the handle has taken it out again
   */
  add(hook: Hook, prepend = false, ended?: () => void): RemovableHandle {
    const entry = { hook }
    this.#entries = prepend ? [entry, ...this.#entries] : [...this.#entries, entry]
    return new RemovableHandle(() => {
      const rest = this.#entries.filter((one) => one !== entry)
      if (rest.length === this.#entries.length) return
      this.#entries = rest
      ended?.()
    })
  }

  /** Takes over the hooks of another list. */
  copyFrom(other: HookList<Hook>): void {
    this.#entries = other.#entries
  }

  *[Symbol.iterator](): IterableIterator<Hook> {
    for (const { hook } of this.#entries) yield hook
  }
}

/** No hooks yet, of the kinds that run when a module is called. */
export const callHooks = (): CallHooks => ({
  forwardPre: new HookList(),
  forward: new HookList(),
  backwardPre: new HookList(),
  backward: new HookList(),
})
