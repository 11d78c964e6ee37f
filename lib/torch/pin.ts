// Memory that a tensor shares with a JavaScript buffer must stay where it is: whoever detaches the buffer would take
// it away from under the tensor.

import { markAsUntransferable } from 'node:worker_threads'

/** From Node.js 21 on they detach a buffer without asking whether it is marked. */
const TRANSFERS = ['transfer', 'transferToFixedLength'] as const

function refuse(): never {
  throw new TypeError(
    'transfer: a tensor shares the memory of this ArrayBuffer; transfer a copy of it, buffer.slice(0)',
  )
}

/** Whether a buffer has lost its memory to somebody. */
export function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false
  try {
    new Uint8Array(buffer)
    return false
  } catch {
    return true
  }
}

/**
 * Makes `postMessage`, `structuredClone` and the buffer's own `transfer` methods refuse to detach a buffer. False where
 * that is not possible, because the buffer is frozen: its bytes must be copied.
 */
export function pin(buffer: ArrayBuffer): boolean {
  markAsUntransferable(buffer)
  for (const name of TRANSFERS) {
    if (!(name in buffer) || Object.hasOwn(buffer, name)) continue
    if (!Object.isExtensible(buffer)) return false
    Object.defineProperty(buffer, name, { value: refuse })
  }
  return true
}
