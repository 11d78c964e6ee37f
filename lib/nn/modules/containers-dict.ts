// Dictionaries of modules and of parameters.

import { checkString, fail, isPlainObject } from '../../check.js'
import { Parameter, Tensor } from '../../torch/tensor.js'
import { ownMembers } from '../members.js'
import { Module } from '../module.js'
import { parameter } from '../parameter.js'
import { checked, membersIn, whereIn } from './containers-keys.js'
import { describeParameter, tensorTypeName } from './containers-print.js'

/** Names with values: an object, a Map, another dictionary, or pairs. */
export type Named<T> = Readonly<Record<string, T>> | Iterable<readonly [name: string, value: T]>

/** Names and values of anything that has them. */
export function pairsOf<T>(where: string, param: string, values: unknown): [string, T][] {
  if (isPlainObject(values)) return Object.entries(values) as [string, T][]
  const iterable = values as Iterable<unknown> | null | undefined
  if (typeof iterable?.[Symbol.iterator] !== 'function' || values instanceof Tensor) {
    fail(where, param, 'an object, a Map or pairs of names and values', values)
  }
  return [...iterable].map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) fail(where, param, 'pairs', pair)
    return [checkString(where, 'a name', pair[0]), pair[1] as T]
  })
}

/** What the two dictionaries have in common: they are used as a Map is. */
abstract class Dictionary<T extends object, Given = T> extends Module {
  /** The members by name. */
  abstract [membersIn](): ReadonlyMap<string, T>
  /** The value as a member, or a TypeError. */
  abstract [checked](where: string, value: unknown): T

  /** Number of members. */
  get size(): number {
    return this[membersIn]().size
  }

  /** The member of a name. */
  get(name: string): T | undefined {
    return this[membersIn]().get(name)
  }

  /** Adds a member, or replaces the one of the name; returns this dictionary. */
  set(name: string, value: Given): this {
    const where = whereIn(this, 'set')
    Reflect.set(this, checkString(where, 'name', name), this[checked](where, value))
    return this
  }

  /** Whether there is a member of the name. */
  has(name: string): boolean {
    return this[membersIn]().has(name)
  }

  /** Removes a member; false if there was none. */
  delete(name: string): boolean {
    return this.has(name) && Reflect.deleteProperty(this, name)
  }

  /** Removes a member and returns it. */
  pop(name: string): T {
    const value = this.get(name)
    if (value === undefined) fail(whereIn(this, 'pop'), 'name', 'the name of a member', name)
    Reflect.deleteProperty(this, name)
    return value
  }

  /** Removes all members. */
  clear(): void {
    for (const name of this.keys()) Reflect.deleteProperty(this, name)
  }

  /** The names in order. */
  keys(): string[] {
    return [...this[membersIn]().keys()]
  }

  /** The members in order. */
  values(): T[] {
    return [...this[membersIn]().values()]
  }

  /** Names and members in order. */
  entries(): [name: string, value: T][] {
    return [...this[membersIn]()]
  }

  /** Adds or replaces several members; returns this dictionary. */
  update(members: Named<Given>): this {
    const where = whereIn(this, 'update')
    const pairs = pairsOf(where, 'members', members).map(
      ([name, value]) => [name, this[checked](where, value)] as const,
    )
    for (const [name, value] of pairs) Reflect.set(this, name, value)
    return this
  }

  /** Names and members in order. */
  [Symbol.iterator](): IterableIterator<[name: string, value: T]> {
    return this.entries().values()
  }
}

/** Modules by name. Made by {@link moduleDict}. */
export class ModuleDict<M extends Module = Module> extends Dictionary<M> {
  override [membersIn](): ReadonlyMap<string, M> {
    return ownMembers(this).children as ReadonlyMap<string, Module> as ReadonlyMap<string, M>
  }

  override [checked](where: string, value: unknown): M {
    return value instanceof Module ? (value as M) : fail(where, 'module', 'a module', value)
  }
}

/** Modules by name, registered. PyTorch's `nn.ModuleDict`. */
export const moduleDict = <M extends Module>(modules: Named<M> = {}): ModuleDict<M> =>
  new ModuleDict<M>().update(modules)

/** Parameters by name. Made by {@link parameterDict}. */
export class ParameterDict extends Dictionary<Parameter, Tensor> {
  override [membersIn](): ReadonlyMap<string, Parameter> {
    return ownMembers(this).parameters as ReadonlyMap<string, Parameter>
  }

  override [checked](where: string, value: unknown): Parameter {
    if (value instanceof Parameter) return value
    return value instanceof Tensor ? parameter(value) : fail(where, 'value', 'a Tensor', value)
  }

  override extraRepr(): string {
    return this.entries()
      .map(([name, one]) => `  (${name}): ${describeParameter(one, tensorTypeName(one))}`)
      .join('\n')
  }
}

/** Parameters by name, registered; tensors become parameters. PyTorch's `nn.ParameterDict`. */
export const parameterDict = (parameters: Named<Tensor> = {}): ParameterDict =>
  new ParameterDict().update(parameters)
