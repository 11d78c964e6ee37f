// Tensors of one value.

import { isKeywords } from '../arguments.js'
import { defaultDtypeName } from '../default-dtype.js'
import type { TorchFunctions } from '../ops.generated.js'
import type { Tensor } from '../tensor.js'
import { aten } from './generated.js'

const fill = aten.full as (...values: unknown[]) => Tensor

/**
 * A tensor of shape `size` filled with one value. As ATen's, but a number makes a floating-point tensor: JavaScript
 * cannot tell 2 from 2.0. PyTorch's `torch.full`.
 */
export const full = ((...values: unknown[]) => {
  const last = values.at(-1)
  const options = isKeywords(last) ? last : {}
  const given = options === last ? values.slice(0, -1) : values
  const value = given[1] ?? options.fillValue
  const dtype =
    typeof value === 'number' && options.out === undefined ? defaultDtypeName() : undefined
  return fill(...given, { dtype, ...options })
}) as TorchFunctions['full']
