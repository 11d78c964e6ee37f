// Containers that register what they hold, and leave the forward to whoever holds them.

import { fail } from '../../check.js'
import { Parameter } from '../../torch/tensor.js'
import { Module } from '../module.js'

/** Members named 0, 1, …: what the two lists have in common. */
abstract class List<T extends object> extends Module {
  protected abstract items(): T[]
  protected abstract check(value: unknown): T

  /** Number of members. */
  override get length(): number {
    return this.items().length
  }

  /** The member at a position; negative ones count from the end. */
  at(index: number): T | undefined {
    return this.items().at(index)
  }

  /** Adds a member at the end; returns this one. */
  append(value: T): this {
    Reflect.set(this, String(this.length), this.check(value))
    return this
  }

  /** Adds members at the end; returns this one. */
  extend(values: Iterable<T>): this {
    for (const value of values) this.append(value)
    return this
  }

  /** The members in order. */
  *[Symbol.iterator](): IterableIterator<T> {
    yield* this.items()
  }
}

/** Modules by position. Made by {@link moduleList}. */
export class ModuleList<M extends Module = Module> extends List<M> {
  /** The modules by position; assigning replaces one. */
  [index: number]: M

  protected override items(): M[] {
    return this.children() as M[]
  }

  protected override check(value: unknown): M {
    return value instanceof Module ? (value as M) : fail('ModuleList', 'module', 'a module', value)
  }

  /** Puts a module before the one at `index`; returns this one. */
  insert(index: number, module: M): this {
    const modules = this.items()
    modules.splice(index, 0, this.check(module))
    modules.forEach((one, i) => {
      Reflect.set(this, String(i), one)
    })
    return this
  }
}

/** Modules in a list, registered: their parameters are the list's. PyTorch's `nn.ModuleList`. */
export const moduleList = <M extends Module>(modules: Iterable<M> = []): ModuleList<M> =>
  new ModuleList<M>().extend(modules)

/** Parameters by position. Made by {@link parameterList}. */
export class ParameterList extends List<Parameter> {
  [index: number]: Parameter

  protected override items(): Parameter[] {
    return this.parameters()
  }

  protected override check(value: unknown): Parameter {
    return value instanceof Parameter
      ? value
      : fail('ParameterList', 'parameter', 'nn.parameter(…)', value)
  }
}

/** Parameters in a list, registered. PyTorch's `nn.ParameterList`. */
export const parameterList = (parameters: Iterable<Parameter> = []): ParameterList =>
  new ParameterList().extend(parameters)

/** Members by name: what the two dictionaries have in common. */
abstract class Dictionary<T extends object> extends Module {
  protected abstract pairs(): [string, T][]
  protected abstract check(value: unknown): T

  /** The member of a name. */
  get(name: string): T | undefined {
    return this.pairs().find(([key]) => key === name)?.[1]
  }

  /** Adds or replaces a member; returns this one. */
  set(name: string, value: T): this {
    Reflect.set(this, name, this.check(value))
    return this
  }

  /** Whether there is a member of the name. */
  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  /** Removes a member; false if there was none. */
  delete(name: string): boolean {
    return this.has(name) && Reflect.deleteProperty(this, name)
  }

  /** The names in order. */
  keys(): string[] {
    return this.pairs().map(([key]) => key)
  }

  /** The members in order. */
  values(): T[] {
    return this.pairs().map(([, value]) => value)
  }

  /** Names and members in order. */
  entries(): [string, T][] {
    return this.pairs()
  }

  /** Adds or replaces several; returns this one. */
  update(members: Readonly<Record<string, T>> | ReadonlyMap<string, T>): this {
    const pairs = members instanceof Map ? [...members] : Object.entries(members)
    for (const [name, value] of pairs) this.set(name, value)
    return this
  }
}

/** Modules by name. Made by {@link moduleDict}. */
export class ModuleDict<M extends Module = Module> extends Dictionary<M> {
  protected override pairs(): [string, M][] {
    return this.namedChildren() as [string, M][]
  }

  protected override check(value: unknown): M {
    return value instanceof Module ? (value as M) : fail('ModuleDict', 'module', 'a module', value)
  }
}

/** Modules by name, registered. PyTorch's `nn.ModuleDict`. */
export const moduleDict = <M extends Module>(
  modules: Readonly<Record<string, M>> | ReadonlyMap<string, M> = {},
): ModuleDict<M> => new ModuleDict<M>().update(modules)

/** Parameters by name. Made by {@link parameterDict}. */
export class ParameterDict extends Dictionary<Parameter> {
  protected override pairs(): [string, Parameter][] {
    return this.namedParameters()
  }

  protected override check(value: unknown): Parameter {
    return value instanceof Parameter
      ? value
      : fail('ParameterDict', 'parameter', 'nn.parameter(…)', value)
  }
}

/** Parameters by name, registered. PyTorch's `nn.ParameterDict`. */
export const parameterDict = (
  parameters: Readonly<Record<string, Parameter>> | ReadonlyMap<string, Parameter> = {},
): ParameterDict => new ParameterDict().update(parameters)
