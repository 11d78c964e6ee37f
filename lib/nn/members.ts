// What a module has: the state behind the properties, and the ways to walk it.

import { fail } from '../check.js'
import type { ModuleHandle } from '../native.js'
import type { Parameter, Tensor } from '../torch/tensor.js'
import type { Hooks } from './hooks.js'
import type { Module } from './module.js'

/** The state of one module. */
export interface Members {
  readonly handle: ModuleHandle
  readonly children: Map<string, Module>
  readonly parameters: Map<string, Parameter | null>
  readonly buffers: Map<string, Tensor | null>
  /** Names of the buffers that do not belong to the state dict. */
  readonly transient: Set<string>
  /** Made with the first hook. */
  hooks: Hooks | undefined
  /** How many times runInJs has been asked for. */
  inJs: number
}

/** Method of a container that checks the name of a member that is about to be set. */
export const admit = Symbol('admit')
/** Method of a container that is told the name of a member that was removed. */
export const closeUp = Symbol('closeUp')

/** What a container has to say about its members. */
export interface Container {
  [admit]?(name: string): void
  [closeUp]?(removed: string): void
}

/** Set by Module, which alone can look into its instances. */
let look: ((value: unknown) => Members | undefined) | undefined

export function onLook(fn: (value: unknown) => Members | undefined): void {
  look = fn
}

/** The members of a module; undefined for anything else. */
export const membersOf = (value: unknown): Members | undefined => look?.(value)

/** The members of what is known to be a module. */
export const ownMembers = (module: Module): Members => look?.(module) as Members

/** The native node behind a module, or a TypeError that names the argument. */
export function moduleHandle(where: string, param: string, value: unknown): ModuleHandle {
  return membersOf(value)?.handle ?? fail(where, param, 'a module', value)
}

/** Which members {@link Module.namedParameters} and its kin list, and under what names. */
export interface NamedOptions {
  /** Put before each name, with a dot. */
  prefix?: string
  /** Whether those of the modules below count too; true unless said otherwise. */
  recurse?: boolean
  /** Whether what is shared is listed once, under its first name; true unless said otherwise. */
  removeDuplicate?: boolean
}

export const join = (prefix: string, name: string): string =>
  prefix === '' ? name : `${prefix}.${name}`

/** The modules directly in this one, each once, with their names. */
export function namedChildren(module: Module): [name: string, module: Module][] {
  const seen = new Set<Module>()
  return [...ownMembers(module).children].filter(([, child]) => {
    if (seen.has(child)) return false
    seen.add(child)
    return true
  })
}

/** The module and all below it, parents first, with dotted names. */
export function namedModules(
  root: Module,
  { prefix = '', removeDuplicate = true }: Omit<NamedOptions, 'recurse'> = {},
): [name: string, module: Module][] {
  const seen = new Set<Module>()
  const found: [string, Module][] = []
  const visit = (name: string, module: Module): void => {
    if (removeDuplicate) {
      if (seen.has(module)) return
      seen.add(module)
    }
    found.push([name, module])
    for (const [child, value] of ownMembers(module).children) visit(join(name, child), value)
  }
  visit(prefix, root)
  return found
}

/** The parameters or buffers, as `of` says, of the module and of all below it, with dotted names. */
export function namedTensors<T extends Tensor>(
  root: Module,
  of: (members: Members) => ReadonlyMap<string, T | null>,
  { prefix = '', recurse = true, removeDuplicate = true }: NamedOptions = {},
): [name: string, tensor: T][] {
  const seen = new Set<T>()
  const found: [string, T][] = []
  const modules: [string, Module][] = recurse
    ? namedModules(root, { prefix, removeDuplicate })
    : [[prefix, root]]
  for (const [path, module] of modules) {
    for (const [name, tensor] of of(ownMembers(module))) {
      if (tensor === null) continue
      if (removeDuplicate) {
        if (seen.has(tensor)) continue
        seen.add(tensor)
      }
      found.push([join(path, name), tensor])
    }
  }
  return found
}

/** The module with a dotted name below `root`; `where` and `target` are for the message. */
export function submodule(where: string, root: Module, path: string, target: string): Module {
  let module = root
  for (const part of path === '' ? [] : path.split('.')) {
    const child = ownMembers(module).children.get(part)
    if (child === undefined) {
      throw new TypeError(
        `${where}: ${module.constructor.name} has no module '${part}' ('${target}' was asked for)`,
      )
    }
    module = child
  }
  return module
}

/** A dotted name as the path to a module, and the name in it. */
export function splitName(target: string): [path: string, name: string] {
  const dot = target.lastIndexOf('.')
  return dot < 0 ? ['', target] : [target.slice(0, dot), target.slice(dot + 1)]
}
