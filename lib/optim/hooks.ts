// Functions that run before or after a step, or when state is saved or loaded.

import type { RemovableHandle } from '../autograd/removable-handle.js'
import { checkFunction, checkOptions, show } from '../check.js'
import { HookList } from '../nn/hook-list.js'
import type { Optimizer } from './optimizer.js'
import type { OptimizerStateDict } from './state.js'

/** What `step` was called with. */
export type StepArguments = readonly [closure?: (() => unknown) | undefined]

/** Runs before a step; may return other arguments for it. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement is a hook too
export type StepPreHook = (optimizer: Optimizer, args: StepArguments) => StepArguments | void

/** Runs after a step. */
export type StepPostHook = (optimizer: Optimizer, args: StepArguments) => void

/** Runs before `stateDict`, or after `loadStateDict`. */
export type OptimizerHook = (optimizer: Optimizer) => void

/** Runs with what `stateDict` is about to return, or `loadStateDict` about to take; may change it or return another. */
export type StateDictHook = (
  optimizer: Optimizer,
  stateDict: OptimizerStateDict,
  // biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement is a hook too
) => OptimizerStateDict | void

/** Where a hook of a state dict goes. */
export interface StateDictHookOptions {
  /** Before those that are registered already. */
  prepend?: boolean
}

/** Adds a hook, after checking what the user has given. */
export function addHook<Hook>(
  where: string,
  list: HookList<Hook>,
  hook: Hook,
  options?: StateDictHookOptions,
): RemovableHandle {
  checkFunction(where, 'hook', hook)
  const { prepend = false } = checkOptions(where, options, ['prepend'])
  return list.add(hook, prepend)
}

const globalPre = new HookList<StepPreHook>()
const globalPost = new HookList<StepPostHook>()

/** Runs `hook` before the steps of all optimizers. PyTorch's `register_optimizer_step_pre_hook`. */
export const registerOptimizerStepPreHook = (hook: StepPreHook): RemovableHandle =>
  addHook('registerOptimizerStepPreHook', globalPre, hook)

/** Runs `hook` after the steps of all optimizers. PyTorch's `register_optimizer_step_post_hook`. */
export const registerOptimizerStepPostHook = (hook: StepPostHook): RemovableHandle =>
  addHook('registerOptimizerStepPostHook', globalPost, hook)

/** The hooks of one optimizer. */
export class OptimizerHooks {
  readonly stepPre = new HookList<StepPreHook>()
  readonly stepPost = new HookList<StepPostHook>()
  readonly stateDictPre = new HookList<OptimizerHook>()
  readonly stateDictPost = new HookList<StateDictHook>()
  readonly loadPre = new HookList<StateDictHook>()
  readonly loadPost = new HookList<OptimizerHook>()

  /** Whether any hook, of this optimizer or of all, runs around steps. */
  get watchSteps(): boolean {
    return ![globalPre, globalPost, this.stepPre, this.stepPost].every((list) => list.isEmpty)
  }

  /** Runs what comes before a step, and gives the arguments that it goes on with. */
  beforeStep(where: string, optimizer: Optimizer, given: StepArguments): StepArguments {
    let args = given
    for (const list of [globalPre, this.stepPre]) {
      for (const hook of list) {
        const result: unknown = hook(optimizer, args)
        if (result === undefined || result === null) continue
        if (!Array.isArray(result) || result.length > 1) {
          throw new TypeError(
            `${where}: expected the hook to return the arguments of step in an array or nothing, got ${show(result)}`,
          )
        }
        args = result as unknown as StepArguments
      }
    }
    return args
  }

  afterStep(optimizer: Optimizer, args: StepArguments): void {
    for (const list of [this.stepPost, globalPost]) {
      for (const hook of list) hook(optimizer, args)
    }
  }

  /** A state dict as the hooks of that list leave it. */
  static pass(
    list: HookList<StateDictHook>,
    optimizer: Optimizer,
    given: OptimizerStateDict,
  ): OptimizerStateDict {
    let stateDict = given
    for (const hook of list) stateDict = hook(optimizer, stateDict) ?? stateDict
    return stateDict
  }
}
