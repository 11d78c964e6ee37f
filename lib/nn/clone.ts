// Deep copies of modules.

import { isPlainObject } from '../check.js'
import { native } from '../native.js'
import { forkRng } from '../torch/random.js'
import { Parameter, Tensor } from '../torch/tensor.js'
import type { Fields } from './fields.js'
import { Module, moduleHandle } from './module.js'
import { createModule, NativeModule, wrapModule } from './native-module.js'
import { parameter } from './parameter.js'

/**
 * A copy of a module with all that belongs to it: modules, parameters and buffers, which share no memory with the
 * module's but share among themselves what the module's share. Gradients are not copied, functions and objects of
 * classes other than Module and Tensor are not either. A class whose instances have `#private` fields cannot be copied:
 * only its constructor could make them. PyTorch's `copy.deepcopy(module)`.
 */
export function cloneModule<M extends Module>(module: M): M {
  // Making a layer draws its weights, which here are replaced at once: the user's random numbers shall not move.
  const copy = forkRng(() => new Copier().module(module)) as M
  const copies = copy.modules()
  // From the top: a module's mode becomes that of all below it.
  module.modules().forEach((original, i) => {
    copies[i]?.train(original.training)
  })
  return copy
}

/** One copying; what it meets twice it copies once. */
class Copier {
  readonly #copies = new Map<object, unknown>()

  module(original: Module): Module {
    const known = this.#copies.get(original)
    if (known !== undefined) return known as Module
    const copy = emptyCopy(original)
    this.#copies.set(original, copy)
    const buffers = new Set(original.namedBuffers().map(([name]) => name))
    const persistent = original.stateDict()
    for (const name of Object.keys(original)) {
      const descriptor = Object.getOwnPropertyDescriptor(original, name)
      // A native layer's settings are accessors, and the new one has them.
      if (descriptor === undefined || !('value' in descriptor)) continue
      const value = this.#value(descriptor.value)
      if (buffers.has(name) && !Object.hasOwn(copy, name)) {
        copy.registerBuffer(name, value as Tensor, { persistent: persistent.has(name) })
      } else {
        Reflect.set(copy, name, value)
      }
    }
    return copy
  }

  #value(value: unknown): unknown {
    if (value instanceof Module) return this.module(value)
    if (value instanceof Tensor) return this.#tensor(value)
    if (Array.isArray(value)) return value.map((item) => this.#value(item))
    if (!isPlainObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, this.#value(item)]),
    )
  }

  #tensor(original: Tensor): Tensor {
    const known = this.#copies.get(original)
    if (known !== undefined) return known as Tensor
    const values = original.detach().clone()
    const copy =
      original instanceof Parameter
        ? parameter(values, original.requiresGrad)
        : values.requiresGrad_(original.requiresGrad)
    this.#copies.set(original, copy)
    return copy
  }
}

/** A module of the same class and settings, its members still to come. */
function emptyCopy(original: Module): Module {
  if (!(original instanceof NativeModule)) {
    // Not by its own constructor, whose arguments nobody knows.
    return Reflect.construct(Module, [], original.constructor) as Module
  }
  const handle = moduleHandle('clone', 'module', original)
  const settings: Record<string, unknown> = { ...native.moduleOptions(handle) }
  const { fields = {} } = original.constructor as { fields?: Fields }
  for (const [name, { hidden, fallback }] of Object.entries(fields)) {
    if (hidden !== true) continue
    // Whether there is a bias is told by the bias; other hidden settings are members, which follow.
    settings[name] = name === 'bias' ? Reflect.get(original, name) !== null : fallback?.(settings)
  }
  return wrapModule(createModule(native.moduleKind(handle), settings))
}
