// nn.module({ initialize, forward }): R's way to write a module.

import { checkFunction, checkOptions } from '../check.js'
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
}

/** A module made from a definition: called with the definition's inputs. */
export type DefinedModule<Fields extends object, Inputs extends unknown[], Output> = Omit<
  Module,
  'forward'
> &
  Fields & { forward(...inputs: Inputs): Output; (...inputs: Inputs): Output }

/**
 * A function that makes modules, from the two functions that define them. R's `nn_module`.
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
  definition: ModuleDefinition<Fields, Args, Inputs, Output>,
): (...args: Args) => DefinedModule<Fields, Inputs, Output> {
  const where = 'module'
  const keys = ['name', 'initialize', 'forward'] as const
  const { name = 'Module', initialize, forward } = checkOptions(where, definition, keys)
  checkFunction(where, 'forward', forward)
  if (initialize !== undefined) checkFunction(where, 'initialize', initialize)
  class Defined extends Module {
    override forward(...inputs: Inputs): Output {
      return forward.apply(this as unknown as Module & Fields, inputs)
    }
  }
  Object.defineProperty(Defined, 'name', { value: name })
  return (...args) => {
    const made = new Defined()
    initialize?.apply(made as Module & Fields, args)
    return made as unknown as DefinedModule<Fields, Inputs, Output>
  }
}
