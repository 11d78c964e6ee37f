// Keeps the native tree in step with the properties of modules.

import { fail, show } from '../check.js'
import { native, type TensorHandle } from '../native.js'
import { Parameter, Tensor } from '../torch/tensor.js'
import { access, handleOf } from '../torch/tensor-access.js'
import type { Watcher } from './callable.js'
import { admit, type Container, closeUp, type Members, membersOf, ownMembers } from './members.js'
import type { Module } from './module.js'
import { runInJs } from './run-in-js.js'

/** A tensor that belongs to a module is not freed by the scope it was made in. */
export function keep(tensor: Tensor | null): void {
  if (tensor !== null) native.keepTensor(access.handleOf(tensor) as TensorHandle)
}

/** Sets a property under the member's own name, which is that of the state dict: `running_mean`. */
export function defineMember(module: Module, name: string, value: unknown): void {
  Object.defineProperty(module, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: true,
  })
}

/** Refuses a name that would hide a method, `train`, or `keys` of a dictionary; or that the container refuses. */
function checkFree(self: object, name: string): void {
  ;(self as Container)[admit]?.(name)
  const prototype: object = Object.getPrototypeOf(self)
  if (!(name in prototype) || name in Object.prototype) return
  throw new TypeError(`a module cannot have a member named '${name}': it has a method of that name`)
}

/** The name of a member to be registered: no dots, and nothing there yet. */
export function checkNewName(where: string, module: Module, name: unknown): string {
  if (typeof name !== 'string' || name === '' || name.includes('.')) {
    fail(where, 'name', 'a string without dots', name)
  }
  if (name in module) {
    throw new TypeError(`${where}: the module already has a property named ${show(name)}`)
  }
  return name
}

/** Told of each property that is about to be set or removed. */
export const watcher: Watcher = {
  set(self, name, value) {
    const members = membersOf(self)
    if (members === undefined) return // the constructor of Module is still running
    if (value instanceof Parameter) setParameter(self, members, name, value)
    else if (membersOf(value) !== undefined) setChild(self, members, name, value as Module)
    else if (members.parameters.has(name)) clearParameter(members, name, value)
    else if (members.buffers.has(name)) setBuffer(members, name, value)
    else {
      forget(members, name)
      if (name === 'forward') replaceForward(self as Module, value)
    }
  },
  remove(self, name) {
    const members = membersOf(self)
    if (members === undefined) return
    forget(members, name)
    if (name === 'forward') replaceForward(self as Module, undefined)
  },
  removed(self, name) {
    ;(self as Container)[closeUp]?.(name)
  },
}

function setParameter(self: object, members: Members, name: string, value: Parameter): void {
  const { handle, parameters } = members
  if (parameters.get(name) === value) return
  checkFree(self, name)
  if (!parameters.has(name)) forget(members, name)
  native.setParameter(handle, name, handleOf(name, name, value))
  parameters.set(name, value)
  keep(value)
}

function setChild(self: object, members: Members, name: string, value: Module): void {
  const { handle, children } = members
  if (children.get(name) === value) return
  checkFree(self, name)
  if (!children.has(name)) forget(members, name)
  native.setChild(handle, name, ownMembers(value).handle)
  children.set(name, value)
}

function clearParameter({ handle, parameters }: Members, name: string, value: unknown): void {
  if (parameters.get(name) === value) return
  if (value !== null) fail('Module', `the parameter '${name}'`, 'nn.parameter(…) or null', value)
  native.setParameter(handle, name, null)
  parameters.set(name, null)
}

function setBuffer({ handle, buffers }: Members, name: string, value: unknown): void {
  if (buffers.get(name) === value) return
  if (value !== null && !(value instanceof Tensor)) {
    fail('Module', `the buffer '${name}'`, 'a Tensor or null', value)
  }
  native.setBuffer(handle, name, value === null ? null : handleOf('Module', name, value))
  buffers.set(name, value)
  keep(value)
}

/** A forward of the instance's own takes the place of the native one, inside native parents too. */
function replaceForward(module: Module, value: unknown): void {
  const had = typeof Object.getOwnPropertyDescriptor(module, 'forward')?.value === 'function'
  const has = typeof value === 'function'
  if (had !== has) runInJs(module, has)
}

/** Unregisters whatever has the name. */
function forget({ handle, children, parameters, buffers, transient }: Members, name: string): void {
  // Native first: it may refuse.
  if (children.has(name)) native.removeChild(handle, name)
  if (parameters.has(name)) native.removeParameter(handle, name)
  if (buffers.has(name)) native.removeBuffer(handle, name)
  children.delete(name)
  parameters.delete(name)
  buffers.delete(name)
  transient.delete(name)
}
