// x.to(…) in all of Python's forms.

import { fail } from '../../check.js'
import { bindArguments, isKeywords } from '../arguments.js'
import { deviceName } from '../device.js'
import { makeMethod } from '../dispatch.js'
import type { Tensor } from '../tensor.js'
import { access } from '../tensor-access.js'
import { type DeviceLike, DTYPE_NUMBERS, type DType, type MemoryFormat } from '../types.js'

/** Options of `to` beside its positional arguments. */
export interface ToKeywords {
  /** Do not wait for a copy between page-locked memory and a device. */
  nonBlocking?: boolean
  /** Copy even where nothing would change. */
  copy?: boolean
  /** Order of the dimensions in memory; kept unless given. */
  memoryFormat?: MemoryFormat
}

/** Options of `to`. */
export interface ToOptions extends ToKeywords {
  dtype?: DType | null
  device?: DeviceLike | null
}

export interface ToMembers {
  /**
   * This tensor as another dtype, on another device, or in another memory format; itself where nothing changes.
   *
   * @example x.to('float64'); x.to('cuda:0', 'float16'); x.to(other); x.to({ dtype: 'float16', nonBlocking: true })
   */
  to(dtype: DType, options?: ToKeywords): Tensor
  to(dtype: DType, nonBlocking: boolean, options?: Omit<ToKeywords, 'nonBlocking'>): Tensor
  to(
    dtype: DType,
    nonBlocking: boolean,
    copy: boolean,
    options?: { memoryFormat?: MemoryFormat },
  ): Tensor
  to(device: DeviceLike | null, options?: ToKeywords & { dtype?: DType | null }): Tensor
  to(device: DeviceLike | null, dtype: DType | null, options?: ToKeywords): Tensor
  to(
    device: DeviceLike | null,
    dtype: DType | null,
    nonBlocking: boolean,
    options?: Omit<ToKeywords, 'nonBlocking'>,
  ): Tensor
  to(
    device: DeviceLike | null,
    dtype: DType | null,
    nonBlocking: boolean,
    copy: boolean,
    options?: { memoryFormat?: MemoryFormat },
  ): Tensor
  to(other: Tensor, options?: ToKeywords): Tensor
  to(other: Tensor, nonBlocking: boolean, options?: Omit<ToKeywords, 'nonBlocking'>): Tensor
  to(
    other: Tensor,
    nonBlocking: boolean,
    copy: boolean,
    options?: { memoryFormat?: MemoryFormat },
  ): Tensor
  to(options: ToOptions): Tensor
}

const KEYS = ['dtype', 'device', 'nonBlocking', 'copy', 'memoryFormat'] as const
const FLAGS = ['nonBlocking', 'copy'] as const
const castAndMove = makeMethod('to', 'to.dtype_layout')

/** The positional arguments of each form, which the first one decides. */
function positions(target: unknown): readonly (keyof ToOptions)[] {
  if (typeof target === 'string' && DTYPE_NUMBERS.has(target)) return ['dtype', ...FLAGS]
  if (target !== null && deviceName(target) === undefined) {
    fail('to', 'target', 'a dtype, a device, a Tensor or options', target)
  }
  return ['device', 'dtype', ...FLAGS]
}

export const toMembers: ToMembers & ThisType<Tensor> = {
  to(this: Tensor, ...values: unknown[]): Tensor {
    const [target, ...rest] = values
    if (isKeywords(target)) {
      return castAndMove.call(this, bindArguments('to', values, [], KEYS)) as Tensor
    }
    if (access.handleOf(target) !== undefined) {
      const { dtype, device } = target as Tensor
      const options = bindArguments('to', rest, FLAGS, ['memoryFormat'])
      return castAndMove.call(this, { dtype, device, ...options }) as Tensor
    }
    const names = positions(target)
    return castAndMove.call(this, bindArguments('to', values, names, KEYS)) as Tensor
  },
}
