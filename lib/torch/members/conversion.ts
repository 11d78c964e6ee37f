// Conversions with a name of their own.

import { checkInteger, checkOptions } from '../../check.js'
import type { Tensor } from '../tensor.js'
import type { Device, DType, MemoryFormat } from '../types.js'

/** Options of the conversions. */
export interface ConversionOptions {
  /** Order of the dimensions in memory; kept unless given. */
  memoryFormat?: MemoryFormat
}

/** Options of the `cuda` method. */
export interface CudaOptions extends ConversionOptions {
  /** Do not wait for a copy out of page-locked memory. */
  nonBlocking?: boolean
}

export interface ConversionMembers {
  /** On the CPU. */
  cpu(options?: ConversionOptions): Tensor
  /** On a CUDA device, by index or name, the first unless told otherwise. */
  cuda(device?: number | Device, options?: CudaOptions): Tensor
  /** As float32. */
  float(options?: ConversionOptions): Tensor
  /** As float64. */
  double(options?: ConversionOptions): Tensor
  /** As float16. */
  half(options?: ConversionOptions): Tensor
  /** As bfloat16. */
  bfloat16(options?: ConversionOptions): Tensor
  /** As int64. */
  long(options?: ConversionOptions): Tensor
  /** As int32. */
  int(options?: ConversionOptions): Tensor
  /** As int16. */
  short(options?: ConversionOptions): Tensor
  /** As int8. */
  char(options?: ConversionOptions): Tensor
  /** As uint8. */
  byte(options?: ConversionOptions): Tensor
  /** As bool. */
  bool(options?: ConversionOptions): Tensor
  /** As complex64. */
  cfloat(options?: ConversionOptions): Tensor
  /** As complex128. */
  cdouble(options?: ConversionOptions): Tensor
}

/** The method `name`, which converts to `dtype`. */
const castTo = (name: string, dtype: DType) =>
  function cast(this: Tensor, options?: ConversionOptions): Tensor {
    return this.to({ dtype, ...checkOptions(name, options, ['memoryFormat']) })
  }

export const conversionMembers: ConversionMembers & ThisType<Tensor> = {
  cpu(options) {
    return this.to({ device: 'cpu', ...checkOptions('cpu', options, ['memoryFormat']) })
  },
  cuda(device = 0, options) {
    const target =
      typeof device === 'number'
        ? (`cuda:${checkInteger('cuda', 'device', device, { min: 0 })}` as const)
        : device
    const keys = ['nonBlocking', 'memoryFormat'] as const
    return this.to({ device: target, ...checkOptions<CudaOptions>('cuda', options, keys) })
  },
  float: castTo('float', 'float32'),
  double: castTo('double', 'float64'),
  half: castTo('half', 'float16'),
  bfloat16: castTo('bfloat16', 'bfloat16'),
  long: castTo('long', 'int64'),
  int: castTo('int', 'int32'),
  short: castTo('short', 'int16'),
  char: castTo('char', 'int8'),
  byte: castTo('byte', 'uint8'),
  bool: castTo('bool', 'bool'),
  cfloat: castTo('cfloat', 'complex64'),
  cdouble: castTo('cdouble', 'complex128'),
}
