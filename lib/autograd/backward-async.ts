// Backward off the JS thread.

import { native, type TensorHandle } from '../native.js'
import { enqueue } from '../torch/compute.js'
import { access } from '../torch/tensor-access.js'
import { type BackwardOptions, backwardArguments, run, type StartGradients } from './backward.js'
import type { OneOrMore } from './tensors.js'

/**
 * {@link backward} on the compute thread: timers and requests are served meanwhile. Where the graph holds hooks or custom
 * functions, which are JavaScript, it runs on this thread. The arguments are checked at once.
 *
 * While it runs, the leaves of its graph are in use: reading or setting their `grad` is an error until the promise has
 * settled.
 *
 * @returns a promise that rejects with what {@link backward} would throw
 */
export async function backwardAsync(
  tensors: OneOrMore,
  gradTensors?: StartGradients,
  options?: BackwardOptions,
): Promise<void> {
  const { flags, outputs, gradients, inputs } = backwardArguments(
    'backwardAsync',
    tensors,
    gradTensors,
    options,
  )
  if (outputs.length === 0) return
  const count = outputs.length
  await enqueue<undefined, void>({
    job: native.prepareBackward(flags, count, ...outputs, ...gradients, ...inputs),
    finish: () => {},
    inJs: (tensors) => {
      const handles = tensors.map((tensor) => access.handleOf(tensor) as TensorHandle)
      run(flags, handles.slice(0, count), handles.slice(count, 2 * count), handles.slice(2 * count))
    },
  })
}
