// The dtype of tensors made without one.

import { fail } from '../check.js'
import { native } from '../native.js'
import { DTYPE_NUMBERS, DTYPES, type DType } from './types.js'

/** Dtype of new floating-point tensors where none is given. PyTorch's `torch.get_default_dtype`. */
export const defaultDtypeName = (): DType => DTYPES[native.defaultDtype()] as DType

/**
 * Sets the dtype of new floating-point tensors, for the whole process; float32 at the start. PyTorch's
 * `torch.set_default_dtype`.
 */
export function setDefaultDtype(dtype: DType): void {
  const number = DTYPE_NUMBERS.get(dtype)
  if (number === undefined || !/^b?float(16|32|64)$/.test(dtype)) {
    fail('setDefaultDtype', 'dtype', 'a floating-point dtype', dtype)
  }
  native.setDefaultDtype(number)
}
