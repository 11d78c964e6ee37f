// Hooks through which the tensors pass that operations save for their backward.

import { checkFunction, show } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'
import { inCallback, type PackHook, withMode } from './mode-stack.js'

function packHook<Packed>(
  pack: (tensor: Tensor) => Packed,
  unpack: (packed: Packed) => Tensor,
): PackHook {
  return (handle) => {
    const packed = inCallback(() => pack(access.wrap(handle)))
    return () => {
      const tensor = inCallback(() => unpack(packed))
      const unpacked = access.handleOf(tensor)
      if (unpacked !== undefined) return unpacked
      throw new TypeError(
        `savedTensorsHooks: expected unpack to return a Tensor, got ${show(tensor)}`,
      )
    }
  }
}

/**
 * Runs `fn`, synchronous or not, so that each tensor that an operation in it saves for its backward goes through
 * `pack`, and comes back through `unpack` when backward needs it: to keep it on another device, in a smaller dtype, or
 * to compute it again. PyTorch's `torch.autograd.graph.saved_tensors_hooks`.
 *
 * @param pack gets the tensor, outside the graph, and returns anything; must not change it in place
 * @param unpack gets what `pack` returned, and returns a tensor of the same values, shape, dtype and device
 * @returns what `fn` returns
 * @example torch.autograd.savedTensorsHooks((x) => x.to('bfloat16'), (x) => x.to('float32'), () => model(input))
 */
export function savedTensorsHooks<Packed, T>(
  pack: (tensor: Tensor) => Packed,
  unpack: (packed: Packed) => Tensor,
  fn: () => T,
): T {
  const where = 'savedTensorsHooks'
  checkFunction(where, 'pack', pack)
  checkFunction(where, 'unpack', unpack)
  const hook = packHook(pack, unpack)
  return withMode(where, (mode) => ({ ...mode, packHook: hook }), fn)
}
