// Module.callAsync: the forward off the JS thread.

import { native, type TensorHandle } from '../native.js'
import { enqueue } from '../torch/compute.js'
import { Tensor } from '../torch/tensor.js'
import { access, handleOf } from '../torch/tensor-access.js'
import { callModule } from './call-module.js'
import { moduleHandle } from './members.js'
import type { Module } from './module.js'
import { runsNatively } from './run-in-js.js'

/** A call of a module with these arguments, in the queue of the compute thread. */
export async function callAsync(module: Module, args: readonly unknown[]): Promise<unknown> {
  const where = 'callAsync'
  const handle = moduleHandle(where, 'module', module)
  const positions = args.flatMap((value, i) => (value instanceof Tensor ? [i] : []))
  const handles = positions.map((i) => handleOf(where, `input ${i}`, args[i]))
  const needsJs = (): boolean => positions.length < args.length || !runsNatively(module)
  return await enqueue<TensorHandle, unknown>({
    job: native.prepareForward(handle, ...handles),
    needsJs,
    finish: (output) => access.wrap(output),
    inJs: (tensors) => {
      const inputs = [...args]
      positions.forEach((position, i) => {
        inputs[position] = tensors[i]
      })
      return callModule(module, inputs)
    },
  })
}
