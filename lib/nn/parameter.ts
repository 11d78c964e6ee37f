import { fail } from '../check.js'
import type { TensorHandle } from '../native.js'
import { Parameter, Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'

/**
 * A parameter over a tensor's memory: assigned to a module's property, it is registered and trained.
 * PyTorch's `nn.Parameter`.
 */
export function parameter(tensor: Tensor, requiresGrad = true): Parameter {
  if (!(tensor instanceof Tensor)) fail('parameter', 'tensor', 'a Tensor', tensor)
  const handle = access.handleOf(tensor.detach()) as TensorHandle
  return access.wrapParameter(handle).requiresGrad_(requiresGrad)
}

export { Parameter }
