// Deep copies of modules.

import { isPlainObject } from '../check.js'
import { native } from '../native.js'
import { Parameter, Tensor } from '../torch/tensor.js'
import { copyHooks } from './hooks.js'
import { inheritWritten } from './layer.js'
import { ownMembers } from './members.js'
import { Module, onClone } from './module.js'
import { NativeModule } from './native-module.js'
import { parameter } from './parameter.js'
import { restoreParametrizations } from './utils/parametrize/inject.js'

/** What {@link Module.clone} does. PyTorch's `copy.deepcopy(module)`. */
export function cloneModule<M extends Module>(module: M): M {
  return new Copier().module(module, true) as M
}

/** One copying; what it meets twice it copies once. */
class Copier {
  readonly #copies = new Map<object, unknown>()

  /** `own`: whether this is what a class's own `clone()` has come to. */
  module(original: Module, own = false): Module {
    const known = this.#copies.get(original)
    if (known !== undefined) return known as Module
    if (!own && original.clone !== Module.prototype.clone) {
      const copy = original.clone()
      this.#copies.set(original, copy)
      return copy
    }
    const copy = emptyCopy(original)
    this.#copies.set(original, copy)
    for (const name of Object.keys(original)) this.#property(original, copy, name)
    restoreParametrizations(copy)
    copy.training = original.training
    copyHooks(original, copy)
    return copy
  }

  #property(original: Module, copy: Module, name: string): void {
    const descriptor = Object.getOwnPropertyDescriptor(original, name)
    // A native layer's settings are accessors, and the copy has them.
    if (descriptor === undefined || !('value' in descriptor)) return
    const { parameters, buffers, transient } = ownMembers(original)
    const value = this.#value(descriptor.value)
    if (parameters.has(name)) {
      copy.registerParameter(name, value as Parameter | null)
    } else if (buffers.has(name)) {
      copy.registerBuffer(name, value as Tensor | null, { persistent: !transient.has(name) })
    } else {
      Reflect.set(copy, name, value)
    }
  }

  #value(value: unknown): unknown {
    if (typeof value === 'function') return value instanceof Module ? this.module(value) : value
    if (typeof value !== 'object' || value === null) return value
    const known = this.#copies.get(value)
    if (known !== undefined) return known
    if (value instanceof Tensor) return this.#tensor(value)
    if (Array.isArray(value)) {
      const copy = this.#note(value, [] as unknown[])
      for (const item of value) copy.push(this.#value(item))
      return copy
    }
    if (value instanceof Date) return this.#note(value, new Date(value))
    if (value instanceof Map && Object.getPrototypeOf(value) === Map.prototype) {
      const copy = this.#note(value, new Map<unknown, unknown>())
      for (const [key, item] of value) copy.set(this.#value(key), this.#value(item))
      return copy
    }
    if (value instanceof Set && Object.getPrototypeOf(value) === Set.prototype) {
      const copy = this.#note(value, new Set<unknown>())
      for (const item of value) copy.add(this.#value(item))
      return copy
    }
    if (!isPlainObject(value)) return value
    const copy = this.#note(value, Object.create(Object.getPrototypeOf(value)) as object)
    for (const [name, item] of Object.entries(value)) Reflect.set(copy, name, this.#value(item))
    return copy
  }

  /** Before its contents, which may lead back to it. */
  #note<T extends object>(original: object, copy: T): T {
    this.#copies.set(original, copy)
    return copy
  }

  #tensor(original: Tensor): Tensor {
    const values = original.detach().clone()
    const copy =
      original instanceof Parameter
        ? parameter(values, original.requiresGrad)
        : values.requiresGrad_(original.requiresGrad)
    return this.#note(original, copy)
  }
}

/** A module of the same class and settings, its members still to come. */
function emptyCopy(original: Module): Module {
  refusePrivateFields(original)
  // Not by its own constructor, whose arguments nobody knows.
  if (!(original instanceof NativeModule)) {
    return Reflect.construct(Module, [], original.constructor) as Module
  }
  const handle = native.copyModule(ownMembers(original).handle)
  const copy = Reflect.construct(NativeModule, [handle], original.constructor) as NativeModule
  inheritWritten(original, copy)
  return copy
}

/** Classes known to be without private fields. */
const plain = new WeakSet<object>()

/** A copy would lack them, and throw when they are used: better now, by name. */
function refusePrivateFields(module: Module): void {
  let maker: unknown = module.constructor
  while (typeof maker === 'function' && maker !== Module && maker !== NativeModule) {
    if (!plain.has(maker)) {
      const field = /\bthis\.(#[\w$]+)/.exec(Function.prototype.toString.call(maker))?.[1]
      if (field !== undefined) {
        throw new TypeError(
          `clone: a ${module.constructor.name} has the private ${field}, which only its constructor could make; ` +
            'give the class a clone() of its own',
        )
      }
      plain.add(maker)
    }
    maker = Object.getPrototypeOf(maker)
  }
}

onClone(cloneModule)
