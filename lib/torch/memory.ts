// Memory: what lives, and freeing it in step with the code.

import { isAsyncFunction } from 'node:util/types'
import { fail, isThenable } from '../check.js'
import { native, type TensorHandle } from '../native.js'
import { debugMode, noteDisposing } from './debug.js'
import { access } from './tensor-access.js'

/** What the process holds, all threads together. */
export interface MemoryReport {
  /** Live handles of tensors, modules, optimizers …: made, and neither disposed nor collected yet. */
  live: number
  /** Those of them that are tensors. */
  tensors: number
  /** Bytes of CPU memory that libtorch has allocated and not freed: tensors, gradients, graphs. */
  bytes: number
  /** The same for each device: `{ cpu: 4096, 'cuda:0': 1048576 }`. */
  devices: Record<string, number>
  /** Garbage collections that this thread has run for a budget ({@link setMemoryBudget}) or for want of memory. */
  collections: { minor: number; full: number }
}

/**
 * Live handles and allocated bytes of the process. Garbage that has not been collected yet counts as live.
 *
 * @see liveTensors for where the tensors were made
 */
export function memory(): MemoryReport {
  const { minor, full, ...report } = native.memory()
  return { ...report, collections: { minor, full } }
}

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

/** Frees what the innermost scope holds, but for `kept`. */
function endScope(kept: TensorHandle[]): void {
  if (debugMode.on) noteDisposing(() => native.endScope(...kept))
  else native.endScope(...kept)
}

function refuseAsync(): never {
  throw new TypeError(
    'scope: the function must not be async: other tasks would make their tensors inside its scope; ' +
      'use a scope around each synchronous part, or `using`',
  )
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
  // Before it runs: what it does after its first await would find its tensors gone.
  if (isAsyncFunction(fn)) refuseAsync()
  native.beginScope()
  let kept: TensorHandle[] = []
  try {
    const result = fn()
    if (isThenable(result)) {
      // It may yet fail for want of its tensors, which nobody would be there to hear.
      Promise.resolve(result).catch(() => {})
      refuseAsync()
    }
    kept = tensorsIn(result, [], new Set())
    return result
  } finally {
    endScope(kept)
  }
}
