// A call of a module: its hooks around its forward, in PyTorch's order.

import { fail, show } from '../check.js'
import { onForward } from '../native.js'
import { Tensor } from '../torch/tensor.js'
import { access, handleOf } from '../torch/tensor-access.js'
import { warnOnce } from '../warn.js'
import { BackwardHook } from './backward-hook.js'
import { globalHooks, hasGlobalHooks } from './global-hooks.js'
import type { ForwardEntry, Hooks } from './hooks.js'
import { namedModules, ownMembers } from './members.js'
import type { Module } from './module.js'
import { runInJs } from './run-in-js.js'

/** Runs a module with its hooks: what a call of it does. */
export function callModule(self: object, inputs: unknown[]): unknown {
  const module = self as Module
  const { hooks } = ownMembers(module)
  if (hasGlobalHooks()) return withTree(module, () => callHooked(module, hooks, inputs))
  if (hooks === undefined) return module.forward(...(inputs as never[]))
  return callHooked(module, hooks, inputs)
}

/** Modules whose native children come back to JS for the global hooks. */
const opened = new Set<Module>()

/** Runs `fn` with all that is below a native module called through JS. */
function withTree<T>(module: Module, fn: () => T): T {
  const below = namedModules(module)
    .map(([, one]) => one)
    .filter((one) => one !== module && !opened.has(one))
  for (const one of below) {
    opened.add(one)
    runInJs(one, true)
  }
  try {
    return fn()
  } finally {
    for (const one of below) {
      opened.delete(one)
      runInJs(one, false)
    }
  }
}

function* both<Hook>(global: Iterable<Hook>, own: Iterable<Hook> | undefined): Iterable<Hook> {
  yield* global
  if (own !== undefined) yield* own
}

function callHooked(module: Module, hooks: Hooks | undefined, given: unknown[]): unknown {
  let inputs = given
  let output: unknown
  const called = new Set<ForwardEntry>()
  try {
    for (const hook of both(globalHooks.forwardPre, hooks?.forwardPre)) {
      const replaced: unknown = hook(module, inputs as never)
      if (replaced === undefined || replaced === null) continue
      inputs = Array.isArray(replaced) ? replaced : [replaced]
    }
    const border = BackwardHook.of(module, hooks)
    if (border !== undefined) inputs = border.enter(inputs)
    output = module.forward(...(inputs as never[]))
    for (const entry of both(globalHooks.forward, hooks?.forward)) {
      called.add(entry)
      output = entry.run(module, inputs as never, output) ?? output
    }
    return border === undefined ? output : border.leave(output)
  } catch (error) {
    for (const entry of both(globalHooks.forward, hooks?.forward)) {
      if (entry.alwaysCall && !called.has(entry)) callAfterError(module, entry, inputs, output)
    }
    throw error
  }
}

/** The error of forward is the one to be seen. */
function callAfterError(
  module: Module,
  entry: ForwardEntry,
  inputs: unknown[],
  output: unknown,
): void {
  try {
    entry.run(module, inputs as never, output)
  } catch (error) {
    const text = error instanceof Error ? error.message : show(error)
    warnOnce(
      `${module.constructor.name}: a forward hook with alwaysCall has thrown after forward itself had: ${text}`,
    )
  }
}

/** The output of a module inside a native one, which passes on one tensor. */
function outputHandle(module: Module, output: unknown) {
  if (!(output instanceof Tensor)) {
    fail(`${module.constructor.name}.forward`, 'its result', 'a Tensor', output)
  }
  return handleOf(`${module.constructor.name}.forward`, 'its result', output)
}

onForward((self, handles) => {
  const module = self as Module
  return outputHandle(
    module,
    callModule(
      module,
      handles.map((handle) => access.wrap(handle)),
    ),
  )
})
