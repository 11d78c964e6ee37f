// torch.nn.utils.convert_parameters: all parameters as one vector.

import { noGradSync } from '../../autograd/modes.js'
import { fail } from '../../check.js'
import { TorchError } from '../../errors.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'

/** The parameters, which must be on one device. */
function listOf(where: string, parameters: unknown): Tensor[] {
  if (typeof parameters !== 'object' || parameters === null || !(Symbol.iterator in parameters)) {
    fail(where, 'parameters', 'an iterable of Tensors', parameters)
  }
  const list = [...(parameters as Iterable<unknown>)].map((one) =>
    one instanceof Tensor ? one : fail(where, 'parameters', 'Tensors', one),
  )
  const devices = new Set(list.map(({ device }) => device))
  if (devices.size > 1) {
    throw new TypeError(`${where}: expected parameters on one device, got ${[...devices]}`)
  }
  return list
}

/** The values of all parameters after each other, [numbers], in the graph. PyTorch's `nn.utils.parameters_to_vector`. */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  return torch.cat(listOf('parametersToVector', parameters).map((one) => one.view(-1)))
}

/**
 * Copies the values of a vector into the parameters, in place and outside the graph. PyTorch's
 * `nn.utils.vector_to_parameters`, whose parameters refer to the vector's memory afterwards.
 *
 * @param vector [numbers], as many as all parameters have together
 */
export function vectorToParameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  const where = 'vectorToParameters'
  if (!(vector instanceof Tensor)) fail(where, 'vector', 'a Tensor', vector)
  const list = listOf(where, parameters)
  const count = list.reduce((sum, one) => sum + one.numel(), 0)
  if (vector.dim() !== 1 || vector.numel() !== count) {
    throw new TorchError(`${where}: expected a vector of ${count} numbers, got [${vector.shape}]`)
  }
  noGradSync(() => {
    let start = 0
    for (const one of list) {
      one.copy_(vector.narrow(0, start, one.numel()).view(one.shape))
      start += one.numel()
    }
  })
}
