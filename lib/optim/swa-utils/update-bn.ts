import { noGrad } from '../../autograd/modes.js'
import { checkOptions, fail } from '../../check.js'
import { native } from '../../native.js'
import { Module, moduleHandle } from '../../nn/module.js'
import { Tensor } from '../../torch/tensor.js'
import type { DeviceLike } from '../../torch/types.js'

/** Batches: input tensors, or arrays that begin with one. */
export type Batches = Iterable<unknown> | AsyncIterable<unknown>

/** Buffers of a batch normalization that the state dict has under these names. */
interface Statistics {
  running_mean?: Tensor | null
  running_var?: Tensor | null
  num_batches_tracked?: Tensor | null
}

/**
 * Computes the running statistics of all batch normalizations anew, as plain averages over the loader's batches:
 * those of an averaged model fit none of the models it is made of. PyTorch's `swa_utils.update_bn`.
 *
 * @param model called with each batch's input, in training mode and without recording
 * @param options `device`: where the inputs are moved to
 */
export async function updateBn(
  loader: Batches,
  model: Module,
  options?: { device?: DeviceLike },
): Promise<void> {
  const where = 'updateBn'
  const { device } = checkOptions(where, options, ['device'])
  if (!(model instanceof Module)) fail(where, 'model', 'a module', model)
  const momenta = averagePlainly(where, model)
  if (momenta.size === 0) return
  const { training } = model
  model.train()
  const run = model as unknown as (input: Tensor) => unknown
  try {
    await noGrad(async () => {
      for await (const batch of loader) {
        const input = inputOf(where, batch)
        run(device === undefined ? input : input.to({ device }))
      }
    })
  } finally {
    for (const [module, momentum] of momenta) {
      native.swapBatchNormMomentum(moduleHandle(where, 'model', module), momentum)
    }
    model.train(training)
  }
}

/** Resets every batch normalization and takes its momentum away; returns what the momenta were. */
function averagePlainly(where: string, model: Module): Map<Module, number | null> {
  const momenta = new Map<Module, number | null>()
  for (const module of model.modules()) {
    const momentum = native.swapBatchNormMomentum(moduleHandle(where, 'model', module), null)
    if (momentum === undefined) continue
    momenta.set(module, momentum)
    const statistics = module as Statistics
    statistics.running_mean?.zero_()
    statistics.running_var?.fill_(1)
    statistics.num_batches_tracked?.zero_()
  }
  return momenta
}

function inputOf(where: string, batch: unknown): Tensor {
  const input: unknown = batch instanceof Tensor || !Array.isArray(batch) ? batch : batch[0]
  return input instanceof Tensor
    ? input
    : fail(where, 'a batch', 'a Tensor, or an array that begins with one', batch)
}
