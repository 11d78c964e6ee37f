// Modes of autograd around a function.

import { fail } from '../check.js'
import { native } from '../native.js'

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value
}

/** Runs `fn` with recording on or off. The mode belongs to the thread, so it must not outlive the call. */
function withGrad<T>(where: string, enabled: boolean, fn: () => T): T {
  if (typeof fn !== 'function') fail(where, 'fn', 'a function', fn)
  const before = native.setGradEnabled(enabled)
  let result: T
  try {
    result = fn()
  } finally {
    native.setGradEnabled(before)
  }
  if (isThenable(result)) {
    throw new TypeError(
      `${where}: the function must not be async: after its first await the mode has ended; ` +
        `call ${where} around each synchronous part`,
    )
  }
  return result
}

/**
 * Runs `fn` without recording for autograd: less memory, no gradients. PyTorch's `torch.no_grad()`.
 *
 * @returns what `fn` returns
 * @throws TypeError if `fn` is asynchronous
 */
export const noGrad = <T>(fn: () => T): T => withGrad('noGrad', false, fn)

/** Runs `fn` with recording, inside a {@link noGrad}. PyTorch's `torch.enable_grad()`. */
export const enableGrad = <T>(fn: () => T): T => withGrad('enableGrad', true, fn)

/** Whether operations are being recorded. PyTorch's `torch.is_grad_enabled`. */
export const isGradEnabled = (): boolean => native.isGradEnabled()
