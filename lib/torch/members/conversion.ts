// Conversions with a name of their own.

import type { Tensor } from '../tensor.js'

export interface ConversionMembers {
  /** On the CPU. */
  cpu(): Tensor
  /** On a CUDA device, the first unless told otherwise. */
  cuda(index?: number): Tensor
  /** As float32. */
  float(): Tensor
  /** As float64. */
  double(): Tensor
  /** As float16. */
  half(): Tensor
  /** As bfloat16. */
  bfloat16(): Tensor
  /** As int64. */
  long(): Tensor
  /** As int32. */
  int(): Tensor
  /** As int16. */
  short(): Tensor
  /** As int8. */
  char(): Tensor
  /** As uint8. */
  byte(): Tensor
  /** As bool. */
  bool(): Tensor
  /** As complex64. */
  cfloat(): Tensor
  /** As complex128. */
  cdouble(): Tensor
}

export const conversionMembers: ConversionMembers & ThisType<Tensor> = {
  cpu() {
    return this.to({ device: 'cpu' })
  },
  cuda(index = 0) {
    return this.to({ device: `cuda:${index}` })
  },
  float() {
    return this.to('float32')
  },
  double() {
    return this.to('float64')
  },
  half() {
    return this.to('float16')
  },
  bfloat16() {
    return this.to('bfloat16')
  },
  long() {
    return this.to('int64')
  },
  int() {
    return this.to('int32')
  },
  short() {
    return this.to('int16')
  },
  char() {
    return this.to('int8')
  },
  byte() {
    return this.to('uint8')
  },
  bool() {
    return this.to('bool')
  },
  cfloat() {
    return this.to('complex64')
  },
  cdouble() {
    return this.to('complex128')
  },
}
