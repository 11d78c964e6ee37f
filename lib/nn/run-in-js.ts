// Which modules native parents run by calling back, and which trees run without JS.

import { checkBoolean, fail } from '../check.js'
import { native } from '../native.js'
import { hasGlobalHooks } from './global-hooks.js'
import { membersOf, moduleHandle } from './members.js'
import type { Module } from './module.js'

/**
 * @internal From now on native parents run `module` by calling it as JS does, with its hooks and whatever forward it
 * has there, instead of its native forward. Counted: each `true` is ended by a `false` of its own. Modules written in
 * TypeScript always run so.
 */
export function runInJs(module: Module, on: boolean): void {
  const members = membersOf(module) ?? fail('runInJs', 'module', 'a module', module)
  checkBoolean('runInJs', 'on', on)
  const before = members.inJs
  members.inJs += on ? 1 : -1
  if ((before === 0) === (members.inJs === 0)) return
  native.runInJs(members.handle, on ? module : null)
}

/**
 * @internal Whether the module can run where there is no JS, on a thread of its own: nothing in its tree is written in
 * TypeScript, has forward or backward hooks, or has a forward that was replaced, and there are no global hooks.
 */
export const runsNatively = (module: Module): boolean =>
  !hasGlobalHooks() && native.runsNatively(moduleHandle('runsNatively', 'module', module))
