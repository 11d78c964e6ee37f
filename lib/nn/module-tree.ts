// What every module has to do with the tree it is part of: members, their names, and the ways to register them.

import { checkBoolean, checkFunction, checkString, fail } from '../check.js'
import { type ModuleHandle, native } from '../native.js'
import { bindArguments } from '../torch/arguments.js'
import { Parameter, Tensor } from '../torch/tensor.js'
import { handleOf } from '../torch/tensor-access.js'
import { callModule } from './call-module.js'
import { Callable } from './callable.js'
import type { Rest } from './functional/call.js'
import {
  type Members,
  membersOf,
  type NamedOptions,
  namedChildren,
  namedModules,
  namedTensors,
  onLook,
  ownMembers,
  splitName,
  submodule,
} from './members.js'
import type { Module } from './module.js'
import { checkNewName, defineMember, keep, watcher } from './watcher.js'

/** How {@link Module.namedParameters} and its kin may be told what to list. */
export type NamedArguments = Rest<
  NamedOptions,
  [prefix?: string, recurse?: boolean, removeDuplicate?: boolean]
>

/** How {@link Module.parameters} and its kin may be told what to list. */
export type RecurseArguments = Rest<{ recurse?: boolean }, [recurse?: boolean]>

function namedOptions(
  where: string,
  given: readonly unknown[],
  names: readonly (keyof NamedOptions)[] = ['prefix', 'recurse', 'removeDuplicate'],
): NamedOptions {
  if (given.length === 0) return {}
  const bound = bindArguments(where, given, names)
  if (bound.prefix !== undefined) checkString(where, 'prefix', bound.prefix)
  if (bound.recurse !== undefined) checkBoolean(where, 'recurse', bound.recurse)
  if (bound.removeDuplicate !== undefined) {
    checkBoolean(where, 'removeDuplicate', bound.removeDuplicate)
  }
  return bound as NamedOptions
}

/** Whether an optional tensor may be registered. */
function checkTensor(where: string, tensor: unknown): void {
  if (tensor !== null && !(tensor instanceof Tensor)) {
    fail(where, 'tensor', 'a Tensor or null', tensor)
  }
}

/** The part of {@link Module} that knows the tree. */
export abstract class ModuleTree extends Callable {
  readonly #members: Members

  /** @internal `handle` is given by the views of native modules only. */
  constructor(handle?: ModuleHandle) {
    super(callModule, watcher)
    this.#members = {
      handle: handle ?? native.createScriptModule(this),
      children: new Map(),
      parameters: new Map(),
      buffers: new Map(),
      transient: new Set(),
      hooks: undefined,
      inJs: 0,
    }
  }

  static {
    onLook((value) =>
      typeof value === 'function' && #members in value ? (value as Module).#members : undefined,
    )
  }

  /** The modules directly in this one with their names, each once. */
  namedChildren(): [name: string, module: Module][] {
    return namedChildren(self(this))
  }

  /** The modules directly in this one, each once. */
  children(): Module[] {
    return this.namedChildren().map(([, module]) => module)
  }

  /**
   * This module (named '') and all below it, each once, parents first, with dotted names.
   *
   * @param prefix put before each name
   * @param removeDuplicate false lists what is shared under each of its names. PyTorch's `named_modules`
   */
  namedModules(
    ...options: Rest<Omit<NamedOptions, 'recurse'>, [prefix?: string, removeDuplicate?: boolean]>
  ): [name: string, module: Module][] {
    const names = ['prefix', 'removeDuplicate'] as const
    return namedModules(self(this), namedOptions('namedModules', options, names))
  }

  /** This module and all below it, each once. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module)
  }

  /**
   * Parameters of this module and all below it, each once, with dotted names.
   *
   * @param prefix put before each name
   * @param recurse false leaves out the modules below
   * @param removeDuplicate false lists what is shared under each of its names. PyTorch's `named_parameters`
   */
  namedParameters(...options: NamedArguments): [name: string, parameter: Parameter][] {
    return namedTensors(
      self(this),
      (members) => members.parameters,
      namedOptions('namedParameters', options),
    )
  }

  /** Parameters of this module and all below it, each once: what an optimizer takes. */
  parameters(...options: RecurseArguments): Parameter[] {
    const settings = namedOptions('parameters', options, ['recurse'])
    return namedTensors(self(this), (members) => members.parameters, settings).map(([, one]) => one)
  }

  /** Buffers (tensors that are state but not trained), as {@link namedParameters}. PyTorch's `named_buffers`. */
  namedBuffers(...options: NamedArguments): [name: string, buffer: Tensor][] {
    return namedTensors(
      self(this),
      (members) => members.buffers,
      namedOptions('namedBuffers', options),
    )
  }

  /** Buffers of this module and all below it, each once. */
  buffers(...options: RecurseArguments): Tensor[] {
    const settings = namedOptions('buffers', options, ['recurse'])
    return namedTensors(self(this), (members) => members.buffers, settings).map(([, one]) => one)
  }

  /**
   * The module below this one with a dotted name, `'layer1.0.conv1'`; this one for `''`.
   *
   * @throws TypeError that names the part which is missing
   */
  getSubmodule(target: string): Module {
    checkString('getSubmodule', 'target', target)
    return submodule('getSubmodule', self(this), target, target)
  }

  /**
   * Puts a module in the place of the one with a dotted name, or adds it where there is none.
   *
   * @param options `strict`: whether there must be one already. PyTorch's `set_submodule`
   */
  setSubmodule(
    target: string,
    module: Module,
    ...options: Rest<{ strict?: boolean }, [strict?: boolean]>
  ): void {
    const where = 'setSubmodule'
    if (target === '') fail(where, 'target', 'the name of a module', target)
    const { strict = false } = bindArguments(where, options, ['strict'])
    checkBoolean(where, 'strict', strict)
    if (membersOf(module) === undefined) fail(where, 'module', 'a module', module)
    const [path, name] = splitName(checkString(where, 'target', target))
    const parent = submodule(where, self(this), path, target)
    const present: unknown = name in parent ? Reflect.get(parent, name) : undefined
    const isChild = ownMembers(parent).children.has(name)
    if (!isChild && (strict || (present !== undefined && present !== null))) {
      throw new TypeError(
        `${where}: ${parent.constructor.name} has no module '${name}' ('${target}' was asked for)`,
      )
    }
    Reflect.set(parent, name, module)
  }

  /** The parameter with a dotted name. PyTorch's `get_parameter`. */
  getParameter(target: string): Parameter {
    return this.#tensor('getParameter', 'parameter', target, ({ parameters }) => parameters)
  }

  /** The buffer with a dotted name. PyTorch's `get_buffer`. */
  getBuffer(target: string): Tensor {
    return this.#tensor('getBuffer', 'buffer', target, ({ buffers }) => buffers)
  }

  #tensor<T extends Tensor>(
    where: string,
    what: string,
    target: string,
    of: (members: Members) => ReadonlyMap<string, T | null>,
  ): T {
    const [path, name] = splitName(checkString(where, 'target', target))
    const module = submodule(where, self(this), path, target)
    const found = of(ownMembers(module)).get(name)
    if (found !== undefined && found !== null) return found
    throw new TypeError(
      `${where}: ${module.constructor.name} has no ${what} '${name}' ('${target}' was asked for)`,
    )
  }

  /**
   * Makes a tensor part of the module's state without training it, and a property of the module. With null the name
   * is kept for one that is assigned later.
   *
   * @param options `persistent`: whether it belongs to the state dict; true unless said otherwise
   */
  registerBuffer(
    name: string,
    tensor: Tensor | null,
    ...options: Rest<{ persistent?: boolean }, [persistent?: boolean]>
  ): void {
    const where = 'registerBuffer'
    const { persistent = true } = bindArguments(where, options, ['persistent'])
    checkBoolean(where, 'persistent', persistent)
    checkTensor(where, tensor)
    checkNewName(where, self(this), name)
    const { handle, buffers, transient } = this.#members
    native.setBuffer(handle, name, tensor === null ? null : handleOf(where, 'tensor', tensor))
    buffers.set(name, tensor)
    if (!persistent) transient.add(name)
    keep(tensor)
    defineMember(self(this), name, tensor)
  }

  /**
   * Adds a parameter under a name that may be computed; assigning to a property does the same. With null the name is
   * kept, and counts as a parameter, for one that is assigned later. PyTorch's `register_parameter`.
   */
  registerParameter(name: string, parameter: Parameter | null): void {
    const where = 'registerParameter'
    if (parameter !== null && !(parameter instanceof Parameter)) {
      fail(where, 'parameter', 'nn.parameter(…) or null', parameter)
    }
    checkNewName(where, self(this), name)
    if (parameter === null) {
      native.setParameter(this.#members.handle, name, null)
      this.#members.parameters.set(name, null)
    }
    Reflect.set(this, name, parameter)
  }

  /** Adds a module under a name that may be computed; assigning to a property does the same. PyTorch's `add_module`. */
  registerModule(name: string, module: Module): void {
    const where = 'registerModule'
    if (membersOf(module) === undefined) fail(where, 'module', 'a module', module)
    if (!this.#members.children.has(name)) checkNewName(where, self(this), name)
    Reflect.set(this, name, module)
  }

  /** {@link registerModule} under its older name. */
  addModule(name: string, module: Module): void {
    this.registerModule(name, module)
  }

  /** Calls `fn` with each module of the tree, children first; returns this module. */
  apply(fn: (module: Module) => void): this {
    checkFunction('apply', 'fn', fn)
    for (const child of this.children()) child.apply(fn)
    fn(self(this))
    return this
  }
}

/** There are no instances but those of Module. */
const self = (tree: object): Module => tree as Module
