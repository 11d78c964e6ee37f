// nn.utils.parametrize: tensors of modules that are computed from others.

import { noGradSync } from '../../../autograd/modes.js'
import { checkBoolean, checkOptions, checkString, fail, show } from '../../../check.js'
import { NotImplementedError } from '../../../errors.js'
import { Parameter, type Tensor } from '../../../torch/tensor.js'
import { ownMembers } from '../../members.js'
import { Module } from '../../module.js'
import { parameter } from '../../parameter.js'
import {
  defineAccessor,
  inject,
  type Parametrized,
  parametrizationsOf,
  uninject,
  unregister,
} from './inject.js'
import { checkKept, type Parametrization, ParametrizationList, replaceValues } from './list.js'

export { cached } from './cache.js'
export type { Parametrized } from './inject.js'
export { type Parametrization, ParametrizationList } from './list.js'

const checkModule = (where: string, param: string, value: unknown): Module =>
  value instanceof Module ? value : fail(where, param, 'a module', value)

/**
 * Lets a parameter or buffer of a module be computed by a parametrization, whenever it is read, from the tensor that was
 * there (or from what `rightInverse` makes of it), which from now on is called `parametrizations.<name>.original` (or
 * `original0`, `original1`, …): that is what is trained and saved. Further ones are applied after those there are.
 * Assigning to the property sets the originals, if all have a `rightInverse`. An optimizer made before must be given
 * originals that are new tensors. PyTorch's `nn.utils.parametrize.register_parametrization`.
 *
 * @param options.unsafe lets the parametrization change dtype and shape, and checks nothing
 * @returns the module
 *
 * @example
 * class Symmetric extends nn.Module {
 *   forward(x: Tensor) { return x.triu().add(x.triu(1).T) }
 *   rightInverse(a: Tensor) { return a.triu() }
 * }
 * nn.utils.parametrize.registerParametrization(layer, 'weight', new Symmetric())
 */
export function registerParametrization<M extends Module>(
  module: M,
  name: string,
  parametrization: Parametrization,
  options?: { unsafe?: boolean },
): Parametrized<M> {
  const where = 'registerParametrization'
  checkModule(where, 'module', module)
  checkString(where, 'name', name)
  checkModule(where, 'parametrization', parametrization)
  const { unsafe = false } = checkOptions(where, options, ['unsafe'])
  checkBoolean(where, 'unsafe', unsafe)
  parametrization.train(module.training)
  const list = parametrizationsOf(module)?.get(name)
  if (list !== undefined) {
    if (!unsafe) checkAnother(where, Reflect.get(module, name) as Tensor, parametrization)
    list.append(parametrization)
    list.unsafe ||= unsafe
    return module as Parametrized<M>
  }
  const { parameters, buffers } = ownMembers(module)
  const tensor = parameters.get(name) ?? buffers.get(name)
  if (tensor === undefined || tensor === null) {
    throw new RangeError(
      `${where}: expected the name of a parameter or buffer of ${module.constructor.name} for name, got ${show(name)}`,
    )
  }
  const made = new ParametrizationList(where, parametrization, tensor, unsafe)
  unregister(module, name)
  if (!isParametrized(module)) inject(module)
  defineAccessor(module, name)
  parametrizationsOf(module)?.set(name, made)
  return module as Parametrized<M>
}

/** Whether a parametrization can follow others: it and its inverse keep dtype and shape. */
function checkAnother(where: string, value: Tensor, parametrization: Parametrization): void {
  const result = parametrization(value)
  checkKept(where, 'what the parametrization gives', value, result)
  if (parametrization.rightInverse === undefined) return
  try {
    const back = parametrization.rightInverse(result)
    checkKept(where, 'what rightInverse gives', value, back)
  } catch (error) {
    if (!(error instanceof NotImplementedError)) throw error
  }
}

/** Whether a module has a parametrized tensor, or one of that name. PyTorch's `nn.utils.parametrize.is_parametrized`. */
export function isParametrized(module: Module, name?: string): boolean {
  const parametrizations = parametrizationsOf(checkModule('isParametrized', 'module', module))
  if (parametrizations === undefined) return false
  return name === undefined ? parametrizations.keys().length > 0 : parametrizations.has(name)
}

/**
 * Makes a parametrized tensor an ordinary one again. PyTorch's `nn.utils.parametrize.remove_parametrizations`.
 *
 * @param leaveParametrized whether it keeps its value, true unless said otherwise; else it becomes its original, of which
 *   there must be only one
 * @returns the module
 */
export function removeParametrizations<M extends Module>(
  module: M,
  name: string,
  leaveParametrized = true,
): M {
  const where = 'removeParametrizations'
  checkModule(where, 'module', module)
  checkBoolean(where, 'leaveParametrized', leaveParametrized)
  const parametrizations = parametrizationsOf(module)
  const list = parametrizations?.get(name)
  if (parametrizations === undefined || list === undefined) {
    throw new RangeError(
      `${where}: expected the name of a parametrized tensor of ${module.constructor.name} for name, got ${show(name)}`,
    )
  }
  let tensor: Tensor
  if (list.originals === 0) {
    tensor = list.original
    if (leaveParametrized)
      replaceValues(
        tensor,
        noGradSync(() => list.forward()),
      )
  } else {
    if (!leaveParametrized) {
      throw new RangeError(
        `${where}: expected leaveParametrized for a tensor computed from ${list.originals} others, got false`,
      )
    }
    const value = list.forward()
    tensor = value.requiresGrad ? parameter(value) : value
  }
  Reflect.deleteProperty(module, name)
  parametrizations.delete(name)
  if (parametrizations.keys().length === 0) uninject(module)
  if (tensor instanceof Parameter) Reflect.set(module, name, tensor)
  else module.registerBuffer(name, tensor)
  return module
}

/** The class of a module without parametrizations. PyTorch's `nn.utils.parametrize.type_before_parametrizations`. */
export function typeBeforeParametrizations(module: Module): typeof Module {
  const type = checkModule('typeBeforeParametrizations', 'module', module).constructor
  return (isParametrized(module) ? Object.getPrototypeOf(type) : type) as typeof Module
}

/**
 * Registers the parametrizations of one module, or of its tensor `name`, with another, which shares them; it gets the
 * tensors it lacks. PyTorch's `nn.utils.parametrize.transfer_parametrizations_and_params`.
 *
 * @returns the other module
 */
export function transferParametrizationsAndParams<M extends Module>(
  from: Module,
  to: M,
  name?: string,
): M {
  const where = 'transferParametrizationsAndParams'
  checkModule(where, 'to', to)
  const parametrizations = parametrizationsOf(checkModule(where, 'from', from))
  for (const [key, list] of parametrizations?.entries() ?? []) {
    if (name !== undefined && key !== name) continue
    if (!(key in to)) Reflect.set(to, key, parameter(Reflect.get(from, key) as Tensor))
    for (const one of list) registerParametrization(to, key, one)
    const sources = parametrizationsOf(to)?.get(key)?.sources() ?? []
    // With the values of those that they were made for.
    list.sources().forEach((source, i) => {
      const target = sources[i]
      if (target !== undefined) replaceValues(target, source.detach())
    })
  }
  return to
}
