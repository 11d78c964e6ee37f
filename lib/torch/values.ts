// Values out of tensors, into typed and nested arrays.

import { native, type TensorHandle } from '../native.js'
import type { TypedArray } from './create.js'
import type { Nested, Tensor } from './tensor.js'
import { access } from './tensor-access.js'
import type { Complex, DType } from './types.js'

const ARRAYS: Partial<Record<DType, (length: number) => TypedArray>> = {
  float32: (length) => new Float32Array(length),
  float64: (length) => new Float64Array(length),
  int8: (length) => new Int8Array(length),
  int16: (length) => new Int16Array(length),
  int32: (length) => new Int32Array(length),
  int64: (length) => new BigInt64Array(length),
  uint8: (length) => new Uint8Array(length),
  uint16: (length) => new Uint16Array(length),
  uint32: (length) => new Uint32Array(length),
  uint64: (length) => new BigUint64Array(length),
  bool: (length) => new Uint8Array(length),
  complex64: (length) => new Float32Array(length * 2),
  complex128: (length) => new Float64Array(length * 2),
}

/** A copy of the tensor's values in row-major order; dtypes without a typed array of their own go through float32. */
export function typedArrayOf(tensor: Tensor): TypedArray {
  if (tensor.layout !== 'strided') {
    using dense = tensor.detach().toDense()
    return typedArrayOf(dense)
  }
  if (/^q(u?int)/.test(tensor.dtype)) {
    using plain = tensor.detach().dequantize()
    return typedArrayOf(plain)
  }
  const make = ARRAYS[tensor.dtype]
  if (make === undefined) {
    using wide = tensor.detach().to(tensor.dtype === 'complex32' ? 'complex64' : 'float32')
    return typedArrayOf(wide)
  }
  const array = make(tensor.numel())
  native.copyTo(access.handleOf(tensor) as TensorHandle, array)
  return array
}

type Value = number | boolean | Complex

function elementReader(tensor: Tensor, array: TypedArray): (i: number) => Value {
  if (tensor.dtype === 'bool') return (i) => array[i] !== 0
  if (tensor.dtype.startsWith('complex')) {
    return (i) => ({ re: array[2 * i] as number, im: array[2 * i + 1] as number })
  }
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) {
    return (i) => {
      const value = Number(array[i])
      if (Number.isSafeInteger(value)) return value
      throw new RangeError(`toArray: ${array[i]} is no safe integer; use toTypedArray()`)
    }
  }
  return (i) => array[i] as number
}

/** The tensor's values as nested arrays. */
export function readArray(tensor: Tensor): Nested<Value> {
  const shape = tensor.shape
  const read = elementReader(tensor, typedArrayOf(tensor))
  let next = 0
  const build = (depth: number): Nested<Value> => {
    if (depth === shape.length) return read(next++)
    return Array.from({ length: shape[depth] as number }, () => build(depth + 1))
  }
  return build(0)
}
