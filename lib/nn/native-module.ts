// Views of native modules: typed faces of the nodes that C++ makes.

import { type ModuleHandle, native, type TensorHandle } from '../native.js'
import { currentDevice } from '../torch/default-device.js'
import type { Tensor } from '../torch/tensor.js'
import { access, handleOf } from '../torch/tensor-access.js'
import { adopt } from './adopt.js'
import { Module, moduleHandle } from './module.js'

/** A native module of the given kind, its parameters on the default device. */
export function createModule(kind: string, options: object): ModuleHandle {
  const handle = native.createModule(kind, options)
  const device = currentDevice()
  if (device !== 'cpu') native.moduleTo(handle, device, null)
  return handle
}

/** A module whose forward is native, from one tensor to one tensor. */
export class NativeModule extends Module {
  /** @internal Layers are made by the functions of `nn`. */
  constructor(handle: ModuleHandle) {
    super(handle)
    for (const [name, value] of Object.entries(native.moduleOptions(handle))) {
      Object.defineProperty(this, name, {
        enumerable: true,
        configurable: true,
        get: () => value,
        // The native layer has options of its own, which would not follow.
        set: () => {
          throw new TypeError(
            `${this.constructor.name}.${name} is fixed when the layer is made; put a new layer in its place`,
          )
        },
      })
    }
    adopt(
      this as Module,
      native.moduleChildren(handle).map(([name, child]) => [name, wrapModule(child)]),
    )
  }

  override forward(...inputs: [input: Tensor]): Tensor {
    return this.run(...inputs)
  }

  /** Runs the native forward. */
  protected run(...inputs: Tensor[]): Tensor {
    const name = this.constructor.name
    const handle = moduleHandle(name, 'this', this)
    const [first] = inputs
    const result =
      inputs.length === 1
        ? native.moduleForward(handle, handleOf(name, 'input', first))
        : native.moduleForward(handle, ...inputs.map((input) => handleOf(name, 'input', input)))
    return access.wrap(result as TensorHandle)
  }
}

type NativeClass = new (handle: ModuleHandle) => NativeModule

const classes = new Map<string, NativeClass>()

/** Makes a class the view of the native modules of its name. */
export function registerClass(name: string, view: NativeClass): void {
  classes.set(name, view)
}

/** The view of a native module, with those of its children. */
export function wrapModule(handle: ModuleHandle): NativeModule {
  const View = classes.get(native.moduleKind(handle)) ?? NativeModule
  return new View(handle)
}
