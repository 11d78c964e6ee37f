import type { TensorModule } from '../../nn/module.js'
import { Sequential } from '../../nn/modules/sequential.js'
import { createModule } from '../../nn/native-module.js'

/** A sequence whose modules have names, as Python's `nn.Sequential(OrderedDict(…))`. */
export class NamedSequential extends Sequential {
  static {
    Object.defineProperty(NamedSequential, 'name', { value: 'Sequential' })
  }

  constructor(modules: Readonly<Record<string, TensorModule>> = {}) {
    super(createModule('Sequential', {}))
    for (const [name, module] of Object.entries(modules)) this.add(name, module)
  }

  /** Puts a module at the end. Python's `add_module`. */
  add(name: string, module: TensorModule): void {
    Reflect.set(this, name, module)
  }
}
