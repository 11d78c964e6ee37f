// How a module comes to have a parametrized tensor: a class of its own, an accessor in the place of the tensor, and a
// forward that hands the native layer what the accessor gives.

import { native } from '../../../native.js'
import type { Tensor } from '../../../torch/tensor.js'
import { handleOf } from '../../../torch/tensor-access.js'
import { ownMembers } from '../../members.js'
import type { Module } from '../../module.js'
import { ModuleDict } from '../../modules/containers.js'
import { NativeModule } from '../../native-module.js'
import { runInJs } from '../../run-in-js.js'
import { cachedOr } from './cache.js'
import { ParametrizationList } from './list.js'

type Class = abstract new (...values: never[]) => Module

/** A module some of whose tensors are parametrized. */
export type Parametrized<M extends Module = Module> = M & {
  parametrizations: ModuleDict<ParametrizationList>
}

/** The parametrizations of a module; undefined where it has none. */
export function parametrizationsOf(module: Module): ModuleDict<ParametrizationList> | undefined {
  const parametrizations: unknown = Reflect.get(module, 'parametrizations')
  return parametrizations instanceof ModuleDict ? parametrizations : undefined
}

/** The parametrized classes by what they are parametrized of. */
const classes = new WeakMap<Class, Class>()

function parametrizedClass(Base: Class): Class {
  const known = classes.get(Base)
  if (known !== undefined) return known
  abstract class Injected extends Base {
    override forward(...inputs: never[]): unknown {
      const bound =
        this instanceof NativeModule ? [...(parametrizationsOf(this)?.keys() ?? [])] : []
      for (const name of bound) bind(this, name, Reflect.get(this, name) as Tensor)
      try {
        return super.forward(...inputs)
      } finally {
        // The graph keeps what backward needs.
        for (const name of bound) bind(this, name, null)
      }
    }
  }
  Object.defineProperty(Injected, 'name', { value: `Parametrized${Base.name}` })
  classes.set(Base, Injected)
  return Injected
}

function bind(module: Module, name: string, tensor: Tensor | null): void {
  const handle = tensor === null ? null : handleOf(module.constructor.name, name, tensor)
  native.bindTensor(ownMembers(module).handle, name, handle)
}

/** Makes a module one that can have parametrized tensors. */
export function inject(module: Module): void {
  Object.setPrototypeOf(module, parametrizedClass(module.constructor as Class).prototype)
  ;(module as Parametrized).parametrizations = new ModuleDict<ParametrizationList>()
  // Inside a native parent too, the tensor is computed here.
  if (module instanceof NativeModule) runInJs(module, true)
}

/** The reverse of {@link inject}. */
export function uninject(module: Module): void {
  Reflect.deleteProperty(module, 'parametrizations')
  Object.setPrototypeOf(module, Object.getPrototypeOf(Object.getPrototypeOf(module)))
  if (module instanceof NativeModule) runInJs(module, false)
}

/** Takes a tensor out of a module: it is no longer among its parameters or buffers. */
export function unregister(module: Module, name: string): void {
  const { handle, parameters, buffers, transient } = ownMembers(module)
  native.unregisterTensor(handle, name)
  parameters.delete(name)
  buffers.delete(name)
  transient.delete(name)
  Reflect.deleteProperty(module, name)
}

/** Puts an accessor in the place of a tensor: reading computes it, assigning sets what it is computed from. */
export function defineAccessor(module: Module, name: string): void {
  const list = (): ParametrizationList =>
    parametrizationsOf(module)?.get(name) as ParametrizationList
  Object.defineProperty(module, name, {
    configurable: true,
    get: () => cachedOr(list()),
    set: (value: Tensor) => {
      list().rightInverse(value)
    },
  })
}

/** @internal Completes the copy of a parametrized module, whose members are there. */
export function restoreParametrizations(copy: Module): void {
  const parametrizations = parametrizationsOf(copy)
  if (parametrizations === undefined) return
  for (const [name, list] of parametrizations.entries()) {
    if (!(list instanceof ParametrizationList)) continue
    // A native layer is made with all its tensors.
    unregister(copy, name)
    defineAccessor(copy, name)
  }
  if (copy instanceof NativeModule) runInJs(copy, true)
}
