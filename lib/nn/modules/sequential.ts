import type { Tensor } from '../../torch/tensor.js'
import type { Module, TensorModule } from '../module.js'
import { createModule, NativeModule, registerClass } from '../native-module.js'

/** Modules one after the other. Made by {@link sequential}. */
export class Sequential extends NativeModule {
  /** The modules by position; assigning replaces one. */
  [index: number]: TensorModule

  /** Number of modules. */
  override get length(): number {
    return this.children().length
  }

  /** Adds a module at the end; returns this one. */
  append(module: TensorModule): this {
    Reflect.set(this, String(this.length), module)
    return this
  }

  /** The modules in order. */
  *[Symbol.iterator](): IterableIterator<Module> {
    yield* this.children()
  }

  override forward(input: Tensor): Tensor {
    return this.run(input)
  }
}
registerClass('Sequential', Sequential)

/** A module that passes its input through the given ones in turn. PyTorch's `nn.Sequential`. */
export function sequential(...modules: TensorModule[]): Sequential {
  const result = new Sequential(createModule('Sequential', {}))
  for (const module of modules) result.append(module)
  return result
}
