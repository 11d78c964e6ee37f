// Memory: what lives, and freeing it in step with the code.

import { fail } from '../check.js'
import { native, type TensorHandle } from '../native.js'
import { access } from './tensor-access.js'

/** What the process holds, all threads together. */
export interface MemoryReport {
  /** Live tensor, module and optimizer handles: made, and neither disposed nor collected yet. */
  live: number
  /** Bytes of CPU memory that libtorch has allocated and not freed: tensors, gradients, graphs. */
  bytes: number
}

/** Live handles and allocated bytes of the process. */
export const memory = (): MemoryReport => native.memory()

/** Handles of the tensors in a value: itself, or in its arrays, plain objects, Maps and Sets. */
function tensorsIn(value: unknown, found: TensorHandle[], seen: Set<object>): TensorHandle[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return found
  seen.add(value)
  const handle = access.handleOf(value)
  if (handle !== undefined) {
    found.push(handle)
  } else if (value instanceof Map) {
    for (const element of value.values()) tensorsIn(element, found, seen)
  } else if (Array.isArray(value) || value instanceof Set) {
    for (const element of value) tensorsIn(element, found, seen)
  } else {
    for (const element of Object.values(value)) tensorsIn(element, found, seen)
  }
  return found
}

/**
 * Runs `fn` and then frees every tensor made in it, except those in its result (itself, or in arrays, objects, Maps
 * and Sets). Parameters of modules, gradients and optimizer state are never freed by a scope. Scopes nest.
 *
 * @returns what `fn` returns
 * @throws TypeError if `fn` is asynchronous: other tasks would run, and allocate, inside the scope
 * @example const mean = torch.scope(() => x.sub(m).pow(2).mean())
 */
export function scope<T>(fn: () => T): T {
  if (typeof fn !== 'function') fail('scope', 'fn', 'a function', fn)
  native.beginScope()
  let kept: TensorHandle[] = []
  try {
    const result = fn()
    if (typeof result === 'object' && result !== null && 'then' in result) {
      throw new TypeError('scope: the function must not be async; use a scope around each part')
    }
    kept = tensorsIn(result, [], new Set())
    return result
  } finally {
    native.endScope(...kept)
  }
}
