// Hooks that run for every module of this thread.

import type { RemovableHandle } from '../autograd/removable-handle.js'
import { checkFunction } from '../check.js'
import { callHooks } from './hook-list.js'
import {
  type ForwardHook,
  type ForwardPreHook,
  type FullBackwardHook,
  type FullBackwardPreHook,
  forwardEntry,
} from './hooks.js'

/** Run before each module's own. */
export const globalHooks = callHooks()

/** Whether there is any. */
export const hasGlobalHooks = (): boolean =>
  !(
    globalHooks.forwardPre.isEmpty &&
    globalHooks.forward.isEmpty &&
    globalHooks.backwardPre.isEmpty &&
    globalHooks.backward.isEmpty
  )

/**
 * Runs `hook` before the forward of every module, before the module's own. While there is a global hook, every module
 * runs through JavaScript: for debugging and measuring. PyTorch's `register_module_forward_pre_hook`.
 */
export function registerModuleForwardPreHook(hook: ForwardPreHook): RemovableHandle {
  checkFunction('registerModuleForwardPreHook', 'hook', hook)
  return globalHooks.forwardPre.add(hook)
}

/** Runs `hook` after the forward of every module, before the module's own. PyTorch's `register_module_forward_hook`. */
export function registerModuleForwardHook(
  hook: ForwardHook,
  options?: { alwaysCall?: boolean },
): RemovableHandle {
  const { entry } = forwardEntry('registerModuleForwardHook', hook, options)
  return globalHooks.forward.add(entry)
}

/** Runs `hook` before the backward of every module. PyTorch's `register_module_full_backward_pre_hook`. */
export function registerModuleFullBackwardPreHook(hook: FullBackwardPreHook): RemovableHandle {
  checkFunction('registerModuleFullBackwardPreHook', 'hook', hook)
  return globalHooks.backwardPre.add(hook)
}

/** Runs `hook` after the backward of every module. PyTorch's `register_module_full_backward_hook`. */
export function registerModuleFullBackwardHook(hook: FullBackwardHook): RemovableHandle {
  checkFunction('registerModuleFullBackwardHook', 'hook', hook)
  return globalHooks.backward.add(hook)
}
