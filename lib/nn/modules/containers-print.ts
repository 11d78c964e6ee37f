// Parameters as PyTorch prints them inside containers.

import type { Tensor } from '../../torch/tensor.js'
import type { DType } from '../../torch/types.js'

/** Python's names of tensor types, which ParameterDict still prints. */
const TYPE_NAMES: Partial<Record<DType, string>> = {
  float16: 'Half',
  float32: 'Float',
  float64: 'Double',
  bfloat16: 'BFloat16',
  complex64: 'ComplexFloat',
  complex128: 'ComplexDouble',
}

/** `torch.FloatTensor`; for types without such a name that of the dtype. */
export function tensorTypeName({ dtype, device }: Tensor): string {
  const name = TYPE_NAMES[dtype]
  const module = device.startsWith('cuda') ? 'torch.cuda' : 'torch'
  return name === undefined ? `torch.${dtype}` : `${module}.${name}Tensor`
}

/** `Parameter containing: [torch.float32 of size 2x3]`. */
export function describeParameter(parameter: Tensor, type: string): string {
  const place = parameter.device.startsWith('cuda') ? ` (${parameter.device})` : ''
  return `Parameter containing: [${type} of size ${parameter.shape.join('x')}${place}]`
}
