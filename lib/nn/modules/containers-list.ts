// Lists of modules and of parameters: members named 0, 1, ….

import { checkInteger, fail, failRange } from '../../check.js'
import { Parameter, Tensor } from '../../torch/tensor.js'
import { admit, closeUp, ownMembers } from '../members.js'
import { Module } from '../module.js'
import { parameter } from '../parameter.js'
import { formatList } from '../print.js'
import { checked, membersIn, whereIn } from './containers-keys.js'
import { describeParameter } from './containers-print.js'

/** Method that makes a list of the same kind. */
const like = Symbol('like')

/** Whether a property is a position: '0', '12'. */
export const isIndex = (name: string): boolean => /^(0|[1-9]\d*)$/.test(name)

/** Refuses a position with a gap before it. */
export function admitIndex(list: Module, name: string, count: number): void {
  if (!isIndex(name) || Number(name) <= count) return
  failRange(list.constructor.name, 'the position', `an integer of at most ${count}`, Number(name))
}

/** Makes `items` all members of a list, numbered from 0. */
function renumber(list: Module, names: readonly string[], items: readonly unknown[]): void {
  const isNumbered = names.every((name, i) => name === String(i))
  // The last first, so that none has to move up.
  const surplus = isNumbered ? names.slice(items.length) : names
  for (const name of [...surplus].reverse()) Reflect.deleteProperty(list, name)
  items.forEach((item, i) => {
    Reflect.set(list, String(i), item)
  })
}

/** Lets `change` work on the members of a list as an array. */
export function edit<T, Result>(
  list: Module,
  members: ReadonlyMap<string, T>,
  change: (items: T[]) => Result,
): Result {
  const items = [...members.values()]
  const result = change(items)
  renumber(list, [...members.keys()], items)
  return result
}

/** Moves members up when one was removed, as Python's `del list[i]` does. */
export function closeGap(
  list: Module,
  removed: string,
  members: ReadonlyMap<string, unknown>,
): void {
  const names = [...members.keys()]
  if (!isIndex(removed) || names.every((name, i) => name === String(i))) return
  renumber(list, names, [...members.values()])
}

/** A position in a list of `count`, counted from the end if negative. */
export function position(where: string, index: unknown, count: number, last = count - 1): number {
  const given = checkInteger(where, 'index', index)
  const absolute = given < 0 ? given + count : given
  if (absolute < 0 || absolute > last) {
    failRange(where, 'index', `an integer from ${-count} to ${last}`, given)
  }
  return absolute
}

/** A part of an array, its bounds checked. */
export function sliceOf<T>(where: string, items: readonly T[], start?: number, end?: number): T[] {
  if (start !== undefined) checkInteger(where, 'start', start)
  if (end !== undefined) checkInteger(where, 'end', end)
  return items.slice(start, end)
}

/** The members of an iterable, or a TypeError. */
export function listOf<T>(where: string, param: string, values: unknown): T[] {
  if (typeof (values as Iterable<T> | null)?.[Symbol.iterator] !== 'function') {
    fail(where, param, 'an array or another iterable', values)
  }
  if (values instanceof Tensor) fail(where, param, 'an array or another iterable', values)
  return [...(values as Iterable<T>)]
}

/** What the two lists have in common: the names are those of Python's lists and of JavaScript's arrays. */
abstract class List<T extends object, Given = T> extends Module {
  /** The members by name. */
  abstract [membersIn](): ReadonlyMap<string, T>
  /** The value as a member, or a TypeError. */
  abstract [checked](where: string, value: unknown): T
  /** A list of the same kind. */
  abstract [like](items: readonly Given[]): this

  [admit](name: string): void {
    admitIndex(this, name, this[membersIn]().size)
  }

  [closeUp](removed: string): void {
    closeGap(this, removed, this[membersIn]())
  }

  /** Number of members. */
  override get length(): number {
    return this[membersIn]().size
  }

  /** The member at a position, counted from the end if negative; undefined outside. */
  at(index: number): T | undefined {
    return [...this].at(checkInteger(whereIn(this, 'at'), 'index', index))
  }

  /** Adds a member at the end; returns this list. */
  append(value: Given): this {
    Reflect.set(this, String(this.length), this[checked](whereIn(this, 'append'), value))
    return this
  }

  /** Adds members at the end; returns this list. */
  extend(values: Iterable<Given>): this {
    const where = whereIn(this, 'extend')
    const items = listOf(where, 'values', values).map((value) => this[checked](where, value))
    for (const value of items) Reflect.set(this, String(this.length), value)
    return this
  }

  /** Puts a member before the one at `index`; returns this list. */
  insert(index: number, value: Given): this {
    const where = whereIn(this, 'insert')
    const at = position(where, index, this.length, this.length)
    const item = this[checked](where, value)
    edit(this, this[membersIn](), (items) => items.splice(at, 0, item))
    return this
  }

  /** Removes the member at a position, the last unless said otherwise, and returns it; those behind it move up. */
  pop(index = -1): T {
    const at = position(whereIn(this, 'pop'), index, this.length)
    return edit(this, this[membersIn](), (items) => items.splice(at, 1)[0] as T)
  }

  /** As an array's: removes `count` members from `start` on and puts others there; returns those removed. */
  splice(start: number, count: number = this.length, ...values: Given[]): T[] {
    const where = whereIn(this, 'splice')
    checkInteger(where, 'start', start)
    checkInteger(where, 'count', count, { min: 0 })
    const more = values.map((value) => this[checked](where, value))
    return edit(this, this[membersIn](), (items) => items.splice(start, count, ...more))
  }

  /** Removes all members. */
  clear(): void {
    this.splice(0)
  }

  /** A list of the members from `start` to before `end`, negative ones counting from the end. */
  slice(start?: number, end?: number): this {
    const part = sliceOf(whereIn(this, 'slice'), [...this], start, end)
    return this[like](part as unknown[] as Given[])
  }

  /** A list of these members and others. Python's `list + others`. */
  concat(others: Iterable<Given>): this {
    return this.slice().extend(others)
  }

  /** The position of a member, −1 for anything else. */
  indexOf(value: T): number {
    return [...this].indexOf(value)
  }

  /** Positions and members in order. */
  entries(): IterableIterator<[index: number, value: T]> {
    return [...this].entries()
  }

  /** The members in order. */
  [Symbol.iterator](): IterableIterator<T> {
    return [...this[membersIn]().values()].values()
  }
}

/** Modules by position. Made by {@link moduleList}. */
export class ModuleList<M extends Module = Module> extends List<M> {
  /** The modules by position; assigning replaces one, and deleting moves those behind it up. */
  [index: number]: M

  override [membersIn](): ReadonlyMap<string, M> {
    return ownMembers(this).children as ReadonlyMap<string, Module> as ReadonlyMap<string, M>
  }

  override [checked](where: string, value: unknown): M {
    return value instanceof Module ? (value as M) : fail(where, 'module', 'a module', value)
  }

  override [like](items: readonly M[]): this {
    return new ModuleList<M>().extend(items) as this
  }

  /** Equal neighbours are printed once, as in PyTorch: `(0-3): 4 x Linear(…)`. */
  override toString(): string {
    return formatList(this.constructor.name, [...this])
  }
}

/** Modules in a list, registered: their parameters are the list's. PyTorch's `nn.ModuleList`. */
export const moduleList = <M extends Module>(modules: Iterable<M> = []): ModuleList<M> =>
  new ModuleList<M>().extend(modules)

/** Parameters by position. Made by {@link parameterList}. */
export class ParameterList extends List<Parameter, Tensor> {
  /** The parameters by position; assigning replaces one, and deleting moves those behind it up. */
  [index: number]: Parameter

  override [membersIn](): ReadonlyMap<string, Parameter> {
    return ownMembers(this).parameters as ReadonlyMap<string, Parameter>
  }

  override [checked](where: string, value: unknown): Parameter {
    if (value instanceof Parameter) return value
    return value instanceof Tensor ? parameter(value) : fail(where, 'value', 'a Tensor', value)
  }

  override [like](items: readonly Tensor[]): this {
    return new ParameterList().extend(items) as this
  }

  override extraRepr(): string {
    return [...this.entries()]
      .map(([i, one]) => `  (${i}): ${describeParameter(one, `torch.${one.dtype}`)}`)
      .join('\n')
  }
}

/** Parameters in a list, registered; tensors become parameters. PyTorch's `nn.ParameterList`. */
export const parameterList = (parameters: Iterable<Tensor> = []): ParameterList =>
  new ParameterList().extend(parameters)
