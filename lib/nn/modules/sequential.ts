import { checkInteger, fail, isPlainObject } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'
import { admit, closeUp, ownMembers } from '../members.js'
import { Module, type TensorModule } from '../module.js'
import { createModule, NativeModule, registerClass } from '../native-module.js'
import { pairsOf } from './containers-dict.js'
import {
  admitIndex,
  closeGap,
  edit,
  isIndex,
  listOf,
  position,
  sliceOf,
} from './containers-list.js'

/** Modules one after the other. Made by {@link sequential}. */
export class Sequential extends NativeModule {
  /** The modules by position; assigning replaces one, and deleting moves those behind it up. */
  [index: number]: TensorModule

  [admit](name: string): void {
    admitIndex(this, name, this.length)
  }

  [closeUp](removed: string): void {
    closeGap(this, removed, ownMembers(this).children)
  }

  /** Number of modules. */
  override get length(): number {
    return ownMembers(this).children.size
  }

  /** The module at a position, counted from the end if negative; undefined outside. */
  at(index: number): TensorModule | undefined {
    return [...this].at(checkInteger('Sequential.at', 'index', index))
  }

  /** Adds a module at the end; returns this one. */
  append(module: TensorModule): this {
    Reflect.set(this, String(this.length), checkModule('Sequential.append', module))
    return this
  }

  /** Adds modules at the end; returns this one. */
  extend(modules: Iterable<TensorModule>): this {
    const where = 'Sequential.extend'
    const given = listOf<TensorModule>(where, 'modules', modules)
    for (const module of given) checkModule(where, module)
    for (const module of given) this.append(module)
    return this
  }

  /** Puts a module before the one at `index`; returns this one. */
  insert(index: number, module: TensorModule): this {
    const where = 'Sequential.insert'
    const at = position(where, index, this.length, this.length)
    checkModule(where, module)
    edit(this, modulesOf(this), (items) => items.splice(at, 0, module))
    return this
  }

  /** Removes the module at a position, the last unless said otherwise, and returns it; those behind it move up. */
  pop(index = -1): TensorModule {
    const at = position('Sequential.pop', index, this.length)
    return edit(this, modulesOf(this), (items) => items.splice(at, 1)[0] as TensorModule)
  }

  /** As an array's: removes `count` modules from `start` on and puts others there; returns those removed. */
  splice(start: number, count: number = this.length, ...modules: TensorModule[]): TensorModule[] {
    const where = 'Sequential.splice'
    checkInteger(where, 'start', start)
    checkInteger(where, 'count', count, { min: 0 })
    for (const module of modules) checkModule(where, module)
    return edit(this, modulesOf(this), (items) => items.splice(start, count, ...modules))
  }

  /** The modules from `start` to before `end` as a sequence of their own: with their names, or numbered from 0. */
  slice(start?: number, end?: number): Sequential {
    const part = sliceOf('Sequential.slice', [...ownMembers(this).children], start, end)
    return part.some(([name]) => isIndex(name))
      ? sequential(...part.map(([, module]) => module as TensorModule))
      : sequential(new Map(part as [string, TensorModule][]))
  }

  /** These modules and those of another sequence as a new one. Python's `a + b`. */
  concat(other: Iterable<TensorModule>): Sequential {
    return sequential(...[...this]).extend(other)
  }

  /** These modules, the same ones, `times` times after each other as a new sequence. Python's `a * times`. */
  repeat(times: number): Sequential {
    checkInteger('Sequential.repeat', 'times', times, { min: 1 })
    const result = sequential()
    for (let i = 0; i < times; i++) result.extend([...this])
    return result
  }

  /** The modules in order. */
  [Symbol.iterator](): IterableIterator<TensorModule> {
    return [...modulesOf(this).values()].values()
  }

  override forward(input: Tensor): Tensor {
    return this.run(input)
  }
}
registerClass('Sequential', Sequential)

const modulesOf = (sequence: Sequential): ReadonlyMap<string, TensorModule> =>
  ownMembers(sequence).children as ReadonlyMap<string, Module> as ReadonlyMap<string, TensorModule>

const checkModule = (where: string, module: unknown): TensorModule =>
  module instanceof Module ? (module as TensorModule) : fail(where, 'module', 'a module', module)

/** A module that passes its input through the given ones in turn. PyTorch's `nn.Sequential`. */
export function sequential(...modules: TensorModule[]): Sequential
/** The same with names for the modules, in an object or a Map. */
export function sequential(
  modules: Readonly<Record<string, TensorModule>> | ReadonlyMap<string, TensorModule>,
): Sequential
export function sequential(
  ...modules: (
    | TensorModule
    | Readonly<Record<string, TensorModule>>
    | ReadonlyMap<string, TensorModule>
  )[]
): Sequential {
  const where = 'sequential'
  const result = new Sequential(createModule('Sequential', {}))
  const [named] = modules
  if (modules.length === 1 && (isPlainObject(named) || named instanceof Map)) {
    for (const [name, module] of pairsOf(where, 'modules', named)) {
      Reflect.set(result, name, checkModule(where, module))
    }
    return result
  }
  return result.extend(modules as TensorModule[])
}
