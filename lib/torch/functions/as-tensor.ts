// Tensors of whatever there is, without a copy where none is needed.

import { checkBoolean, checkOptions, failRange } from '../../check.js'
import {
  dtypeOfArray,
  fromTypedArray,
  type NestedArray,
  type TypedArray,
  tensor,
} from '../create.js'
import type { Tensor } from '../tensor.js'
import type { DeviceLike, DType, Scalar } from '../types.js'
import { isTensor } from './check.js'

/** What {@link asTensor} takes. */
export type TensorLike = Tensor | Scalar | NestedArray | TypedArray

/** Options of {@link asTensor}. */
export interface AsTensorOptions {
  /** Element type; that of the data unless given. */
  dtype?: DType
  /** Device; that of the data unless given. */
  device?: DeviceLike
}

/** The tensor itself, or one over a typed array's own memory; undefined for what has to be copied. */
function alias(data: TensorLike): Tensor | undefined {
  if (isTensor(data)) return data
  return dtypeOfArray(data) === undefined ? undefined : fromTypedArray(data as TypedArray)
}

const differs = (one: Tensor, { dtype, device }: AsTensorOptions): boolean =>
  (dtype !== undefined && dtype !== one.dtype) || (device !== undefined && device !== one.device)

/**
 * The data as a tensor: a tensor itself, a typed array's memory, or a copy of numbers; converted only where dtype or
 * device say so. Autograd history is kept. PyTorch's `torch.as_tensor`.
 */
export function asTensor(data: TensorLike, options?: AsTensorOptions): Tensor {
  const checked = checkOptions('asTensor', options, ['dtype', 'device'])
  const same = alias(data)
  if (same === undefined) return tensor(data as Scalar | NestedArray, checked)
  return differs(same, checked) ? same.to(checked) : same
}

/** Options of {@link asarray}. */
export interface AsarrayOptions extends AsTensorOptions {
  /** True copies always, false refuses to; unless given, only what has to be copied is. */
  copy?: boolean | null
  /** Whether autograd records operations on the result; false also cuts it off from its history. */
  requiresGrad?: boolean
}

/**
 * As {@link asTensor}, with a say over copies and gradients. PyTorch's `torch.asarray`.
 *
 * @throws RangeError with `copy: false` where the result cannot share memory with the data
 */
export function asarray(data: TensorLike, options?: AsarrayOptions): Tensor {
  const where = 'asarray'
  const keys = ['dtype', 'device', 'copy', 'requiresGrad'] as const
  const { copy = null, requiresGrad = false, ...target } = checkOptions(where, options, keys)
  checkBoolean(where, 'requiresGrad', requiresGrad)
  const same = alias(data)
  let result: Tensor
  if (same === undefined) {
    if (copy === false) failRange(where, 'data', 'something that can be shared (copy: false)', data)
    result = tensor(data as Scalar | NestedArray, target)
  } else if (differs(same, target)) {
    if (copy === false) {
      failRange(where, 'copy', `true or null for another dtype or device than the data's`, copy)
    }
    result = same.to(target)
  } else {
    result = copy === true ? same.clone() : same
  }
  if (requiresGrad === result.requiresGrad) return result
  return requiresGrad ? result.requiresGrad_() : result.detach()
}
