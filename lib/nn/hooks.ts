// Functions that see, and may replace, what goes into and comes out of modules.

import type { RemovableHandle } from '../autograd/removable-handle.js'
import { checkBoolean, checkFunction, checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { callHooks, HookList } from './hook-list.js'
import { ownMembers } from './members.js'
import type { Module } from './module.js'
import { runInJs } from './run-in-js.js'
import type { LoadPostHook, LoadPreHook, StatePostHook, StatePreHook } from './state-hooks.js'

/**
 * Takes the module and the array of its inputs, before forward. May return what is to take their place: an array of
 * inputs, or a single one that is no array.
 */
export type ForwardPreHook<M = Module, Inputs extends unknown[] = unknown[]> = (
  module: M,
  inputs: Inputs,
) => unknown

/** Takes the module, the array of its inputs and its output, after forward. May return another output. */
export type ForwardHook<M = Module, Inputs extends unknown[] = unknown[], Output = unknown> = (
  module: M,
  inputs: Inputs,
  output: Output,
) => unknown

/** A gradient for each tensor among the inputs or outputs; null for what is no tensor or has no gradient. */
export type HookGradients = readonly (Tensor | null)[]

/**
 * Takes the module and the gradients of its inputs and of its outputs. May return gradients to take the place of
 * those of the inputs: one for each, or a single tensor.
 */
export type FullBackwardHook<M = Module> = (
  module: M,
  gradInput: HookGradients,
  gradOutput: HookGradients,
  // biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement is a hook too
) => HookGradients | Tensor | null | undefined | void

/** Takes the module and the gradients of its outputs, before its backward. May return others to go on with. */
export type FullBackwardPreHook<M = Module> = (
  module: M,
  gradOutput: HookGradients,
  // biome-ignore lint/suspicious/noConfusingVoidType: as above
) => HookGradients | Tensor | null | undefined | void

/** Options of hooks. */
export interface HookOptions {
  /** Whether it runs before all that are there already; false unless said otherwise. */
  prepend?: boolean
}

/** Options of forward hooks. */
export interface ForwardHookOptions extends HookOptions {
  /** Whether it runs even if forward, or a hook before it, throws; it then gets no output. */
  alwaysCall?: boolean
}

/** A forward hook with its options. */
export interface ForwardEntry {
  readonly run: ForwardHook
  readonly alwaysCall: boolean
}

/** The hooks that run when a module is called. */
export interface CallHooks {
  readonly forwardPre: HookList<ForwardPreHook>
  readonly forward: HookList<ForwardEntry>
  readonly backwardPre: HookList<FullBackwardPreHook>
  readonly backward: HookList<FullBackwardHook>
}

/** All hooks of a module. */
export interface Hooks extends CallHooks {
  readonly statePre: HookList<StatePreHook>
  readonly statePost: HookList<StatePostHook>
  readonly loadPre: HookList<LoadPreHook>
  readonly loadPost: HookList<LoadPostHook>
}

/** The hooks of a module, made when first asked for. */
export function hooksOf(module: Module): Hooks {
  const members = ownMembers(module)
  members.hooks ??= {
    ...callHooks(),
    statePre: new HookList(),
    statePost: new HookList(),
    loadPre: new HookList(),
    loadPost: new HookList(),
  }
  return members.hooks
}

/** Registers a hook that runs when the module is called, wherever that happens. */
function add<Hook>(
  module: Module,
  list: HookList<Hook>,
  hook: Hook,
  prepend: boolean,
): RemovableHandle {
  const handle = list.add(hook, prepend, () => runInJs(module, false))
  runInJs(module, true)
  return handle
}

function checkHook(where: string, hook: unknown, options: HookOptions | undefined): boolean {
  checkFunction(where, 'hook', hook)
  const { prepend = false } = checkOptions(where, options, ['prepend'])
  return checkBoolean(where, 'prepend', prepend)
}

/** The entry of a forward hook, its options checked. */
export function forwardEntry(
  where: string,
  hook: unknown,
  options: ForwardHookOptions | undefined,
): { entry: ForwardEntry; prepend: boolean } {
  checkFunction(where, 'hook', hook)
  const { prepend = false, alwaysCall = false } = checkOptions(where, options, [
    'prepend',
    'alwaysCall',
  ])
  checkBoolean(where, 'prepend', prepend)
  checkBoolean(where, 'alwaysCall', alwaysCall)
  return { entry: { run: hook as ForwardHook, alwaysCall }, prepend }
}

export function addForwardHook(
  module: Module,
  hook: unknown,
  options: ForwardHookOptions | undefined,
): RemovableHandle {
  const { entry, prepend } = forwardEntry('registerForwardHook', hook, options)
  return add(module, hooksOf(module).forward, entry, prepend)
}

/** Registers a hook of any other kind. */
export function addCallHook(
  module: Module,
  where: string,
  kind: 'forwardPre' | 'backwardPre' | 'backward',
  hook: unknown,
  options: HookOptions | undefined,
): RemovableHandle {
  const prepend = checkHook(where, hook, options)
  return add(module, hooksOf(module)[kind] as HookList<unknown>, hook, prepend)
}

/** Gives a copy of a module the hooks of the original, as `copy.deepcopy` does. */
export function copyHooks(from: Module, to: Module): void {
  const { hooks } = ownMembers(from)
  if (hooks === undefined) return
  const own = hooksOf(to)
  for (const kind of ['statePre', 'statePost', 'loadPre', 'loadPost'] as const) {
    ;(own[kind] as HookList<unknown>).copyFrom(hooks[kind])
  }
  for (const kind of ['forwardPre', 'forward', 'backwardPre', 'backward'] as const) {
    for (const hook of hooks[kind]) add(to, own[kind] as HookList<unknown>, hook, false)
  }
}
