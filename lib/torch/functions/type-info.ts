// Limits of the dtypes.

import { fail } from '../../check.js'
import { defaultDtypeName } from '../default-dtype.js'
import type { DType } from '../types.js'

/** Limits of a floating-point dtype. */
export interface FloatInfo {
  readonly dtype: DType
  /** Bits of one number. */
  readonly bits: number
  /** Distance from 1 to the next larger number. */
  readonly eps: number
  readonly max: number
  readonly min: number
  /** Smallest positive number of full precision. */
  readonly smallestNormal: number
  /** As {@link smallestNormal}. */
  readonly tiny: number
  /** Distance between 1 and the next decimal number of as many digits as the dtype holds faithfully. */
  readonly resolution: number
}

/** Limits of an integer dtype; those of 64 bits are bigints. */
export interface IntegerInfo<Value extends number | bigint = number | bigint> {
  readonly dtype: DType
  /** Bits of one number. */
  readonly bits: number
  readonly max: Value
  readonly min: Value
}

/** Per dtype: bits, eps, smallest normal number, largest number, and decimal digits that it holds faithfully. */
const FLOATS = new Map<DType, readonly [number, number, number, number, number]>([
  ['float64', [64, 2 ** -52, 2 ** -1022, Number.MAX_VALUE, 15]],
  ['float32', [32, 2 ** -23, 2 ** -126, (2 - 2 ** -23) * 2 ** 127, 6]],
  ['float16', [16, 2 ** -10, 2 ** -14, 65504, 3]],
  ['bfloat16', [16, 2 ** -7, 2 ** -126, (2 - 2 ** -7) * 2 ** 127, 2]],
  ['float8_e5m2', [8, 2 ** -2, 2 ** -14, 57344, 0]],
  ['float8_e4m3fn', [8, 2 ** -3, 2 ** -6, 448, 0]],
  ['float8_e5m2fnuz', [8, 2 ** -3, 2 ** -15, 57344, 0]],
  ['float8_e4m3fnuz', [8, 2 ** -3, 2 ** -7, 240, 0]],
  ['float8_e8m0fnu', [8, 1, 2 ** -127, 2 ** 127, 0]],
])

/** The real dtype of a complex number's parts. */
const PARTS = new Map<DType, DType>([
  ['complex128', 'float64'],
  ['complex64', 'float32'],
  ['complex32', 'float16'],
])

/**
 * The limits of a floating-point dtype (the default one unless given), or of a complex dtype's parts. PyTorch's
 * `torch.finfo`.
 *
 * @throws TypeError for other dtypes
 */
export function finfo(dtype: DType = defaultDtypeName()): FloatInfo {
  const real = PARTS.get(dtype) ?? dtype
  const [bits, eps, smallestNormal, max, digits] =
    FLOATS.get(real) ??
    fail('finfo', 'dtype', 'a floating-point dtype (iinfo takes the others)', dtype)
  return Object.freeze({
    dtype: real,
    bits,
    eps,
    max,
    // Powers of two without a sign have no negative numbers.
    min: real === 'float8_e8m0fnu' ? smallestNormal : -max,
    smallestNormal,
    tiny: smallestNormal,
    resolution: Number(`1e-${digits}`),
  })
}

/**
 * The limits of an integer dtype. PyTorch's `torch.iinfo`.
 *
 * @throws TypeError for other dtypes
 */
export function iinfo(dtype: 'int64' | 'uint64'): IntegerInfo<bigint>
export function iinfo(
  dtype: 'uint8' | 'uint16' | 'uint32' | 'int8' | 'int16' | 'int32',
): IntegerInfo<number>
export function iinfo(dtype: DType): IntegerInfo
export function iinfo(dtype: DType): IntegerInfo {
  const found =
    /^(u?)int(8|16|32|64)$/.exec(String(dtype)) ??
    fail('iinfo', 'dtype', 'an integer dtype (finfo takes the others)', dtype)
  const bits = Number(found[2])
  const values = 1n << BigInt(found[1] === 'u' ? bits : bits - 1)
  const [min, max] = [found[1] === 'u' ? 0n : -values, values - 1n]
  return Object.freeze(
    bits === 64 ? { dtype, bits, max, min } : { dtype, bits, max: Number(max), min: Number(min) },
  )
}
