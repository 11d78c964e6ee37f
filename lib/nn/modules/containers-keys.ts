// Names of methods that containers keep from their members: a module may be called `check`. Not `#private`, which a
// clone would lack.

import type { Module } from '../module.js'

/** Method that gives the members by name. */
export const membersIn = Symbol('membersIn')
/** Method that gives a value as a member, or throws a TypeError. */
export const checked = Symbol('checked')

/** A method's name for messages. */
export const whereIn = (container: Module, method: string): string =>
  `${container.constructor.name}.${method}`
