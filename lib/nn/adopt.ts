// Views of native modules take over what is there already.

import { native } from '../native.js'
import { access } from '../torch/tensor-access.js'
import { ownMembers } from './members.js'
import type { Module } from './module.js'
import { defineMember, keep } from './watcher.js'

/** Registers what a native module already has, as properties of its view. */
export function adopt(view: Module, children: [string, Module][]): void {
  const members = ownMembers(view)
  for (const [name, handle] of native.moduleParameters(members.handle)) {
    const parameter = handle === null ? null : access.wrapParameter(handle)
    members.parameters.set(name, parameter)
    keep(parameter)
    defineMember(view, name, parameter)
  }
  for (const [name, handle] of native.moduleBuffers(members.handle)) {
    const buffer = handle === null ? null : access.wrap(handle)
    members.buffers.set(name, buffer)
    keep(buffer)
    defineMember(view, name, buffer)
  }
  for (const [name, child] of children) {
    members.children.set(name, child)
    defineMember(view, name, child)
  }
}
