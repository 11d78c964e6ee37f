// nn.module({ initialize, forward }): R's way to write a module.

import { checkFunction, checkString, fail, isPlainObject } from '../check.js'
import { Module, type TensorModule } from './module.js'

/** Definition of a module for {@link module}. */
export interface ModuleDefinition<
  Fields extends object,
  Args extends unknown[],
  Inputs extends unknown[],
  Output,
> {
  /** Name to print. */
  name?: string
  /** Sets the layers on `this`; its arguments are those of the function that `nn.module` returns. */
  initialize?(this: Module & Fields, ...args: Args): void
  forward(this: Module & Fields, ...inputs: Inputs): Output
  /** Further methods, of the module or in place of those of {@link Module}. */
  [method: string]: unknown
}

/** A module made from a definition: called with the definition's inputs. */
export type DefinedModule<Fields extends object, Inputs extends unknown[], Output> = Omit<
  Module,
  'forward'
> &
  Fields & { forward(...inputs: Inputs): Output; (...inputs: Inputs): Output }

/**
 * A function that makes modules, from the functions that define them. R's `nn_module`.
 *
 * @example
 * const Net = nn.module({
 *   initialize(classes: number) { this.fc = nn.linear(4, classes) },
 *   forward(x: Tensor) { return this.fc(x).relu() },
 * })
 * const net = Net(2)
 */
export function module<
  Fields extends object = Record<string, TensorModule>,
  Args extends unknown[] = unknown[],
  Inputs extends unknown[] = unknown[],
  Output = unknown,
>(
  definition: ModuleDefinition<Fields, Args, Inputs, Output> & ThisType<Module & Fields>,
): (...args: Args) => DefinedModule<Fields, Inputs, Output> {
  const where = 'module'
  if (!isPlainObject(definition)) fail(where, 'definition', 'a plain object', definition)
  const { name = 'Module', initialize, forward, ...methods } = definition
  checkString(where, 'name', name)
  checkFunction(where, 'forward', forward)
  if (initialize !== undefined) checkFunction(where, 'initialize', initialize)
  for (const [method, fn] of Object.entries(methods)) checkFunction(where, method, fn)
  class Defined extends Module {
    override forward(...inputs: Inputs): Output {
      return forward.apply(this as unknown as Module & Fields, inputs)
    }
  }
  Object.defineProperty(Defined, 'name', { value: name })
  for (const [method, value] of Object.entries(methods)) {
    Object.defineProperty(Defined.prototype, method, { value, writable: true, configurable: true })
  }
  return (...args) => {
    const made = new Defined()
    initialize?.apply(made as Module & Fields, args)
    return made as unknown as DefinedModule<Fields, Inputs, Output>
  }
}
