// x.to(…) in all of Python's forms.

import { checkOptions, fail, isPlainObject } from '../../check.js'
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
const castAndMove = makeMethod('to', 'to.dtype_layout')

/** What the first argument says, and which positional arguments may follow it. */
function fromTarget(target: unknown): [ToOptions, readonly (keyof ToOptions)[]] {
  const flags = ['nonBlocking', 'copy'] as const
  if (access.handleOf(target) !== undefined) {
    const { dtype, device } = target as Tensor
    return [{ dtype, device }, flags]
  }
  if (typeof target === 'string' && DTYPE_NUMBERS.has(target)) {
    return [{ dtype: target as DType }, flags]
  }
  if (target !== null && deviceName(target) === undefined) {
    fail('to', 'target', 'a dtype, a device, a Tensor or options', target)
  }
  return [{ device: target as DeviceLike | null }, ['dtype', ...flags]]
}

export const toMembers: ToMembers & ThisType<Tensor> = {
  to(this: Tensor, ...values: unknown[]): Tensor {
    const last = values.at(-1)
    const options = isPlainObject(last) ? checkOptions<ToOptions>('to', last, KEYS) : {}
    const given = isPlainObject(last) ? values.slice(0, -1) : values
    if (given.length === 0 && !isPlainObject(last)) {
      fail('to', 'target', 'a dtype, a device, a Tensor or options', last)
    }
    const [target, names] = given.length === 0 ? [{}, []] : fromTarget(given[0])
    if (given.length > names.length + 1) {
      throw new TypeError(`to: expected at most ${names.length + 1} positional arguments here`)
    }
    const rest = names.slice(0, given.length - 1).map((name, i) => [name, given[i + 1]] as const)
    const named = {
      ...target,
      ...Object.fromEntries(rest.filter(([, value]) => value !== undefined)),
    }
    for (const name of Object.keys(options)) {
      if (name in named) throw new TypeError(`to: ${name} was given both by position and by name`)
    }
    return castAndMove.call(this, { ...named, ...options }) as Tensor
  },
}
