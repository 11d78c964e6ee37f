// The vocabulary of every signature: element types, devices, layouts, numbers and named results.
import type { FloatNumber } from '../float-number.js'

export type { Generator } from './generator.js'

/**
 * Element types by `c10::ScalarType` number: `DTYPES[6]` is `'float32'`. The numbers are part of
 * libtorch's ABI and of its file formats, so entries are only ever appended.
 */
export const DTYPES = [
  'uint8',
  'int8',
  'int16',
  'int32',
  'int64',
  'float16',
  'float32',
  'float64',
  'complex32',
  'complex64',
  'complex128',
  'bool',
  'qint8',
  'quint8',
  'qint32',
  'bfloat16',
  'quint4x2',
  'quint2x4',
  'bits1x8',
  'bits2x4',
  'bits4x2',
  'bits8',
  'bits16',
  'float8_e5m2',
  'float8_e4m3fn',
  'float8_e5m2fnuz',
  'float8_e4m3fnuz',
  'uint16',
  'uint32',
  'uint64',
  'uint1',
  'uint2',
  'uint3',
  'uint4',
  'uint5',
  'uint6',
  'uint7',
  'int1',
  'int2',
  'int3',
  'int4',
  'int5',
  'int6',
  'int7',
  'float8_e8m0fnu',
  'float4_e2m1fn_x2',
] as const

/** Name of an element type, as in `torch.float32`. */
export type DType = (typeof DTYPES)[number]

/** Memory layouts by `c10::Layout` number. */
export const LAYOUTS = [
  'strided',
  'sparse_coo',
  'sparse_csr',
  'mkldnn',
  'sparse_csc',
  'sparse_bsr',
  'sparse_bsc',
  'jagged',
] as const

/** Name of a memory layout, as in `torch.strided`. */
export type Layout = (typeof LAYOUTS)[number]

/** Orders of the dimensions in memory by `c10::MemoryFormat` number. */
export const MEMORY_FORMATS = [
  'contiguous_format',
  'preserve_format',
  'channels_last',
  'channels_last_3d',
] as const

/** Name of an order of dimensions in memory, as in `torch.channels_last`. */
export type MemoryFormat = (typeof MEMORY_FORMATS)[number]

const numbersByName = <T extends string>(names: readonly T[]): ReadonlyMap<string, number> =>
  new Map(names.map((name, number) => [name, number]))

/** `c10::ScalarType` number of each element type's name. */
export const DTYPE_NUMBERS = numbersByName(DTYPES)

/** `c10::Layout` number of each layout's name. */
export const LAYOUT_NUMBERS = numbersByName(LAYOUTS)

/** `c10::MemoryFormat` number of each memory format's name. */
export const MEMORY_FORMAT_NUMBERS = numbersByName(MEMORY_FORMATS)

/** Kind of a device, without an index. */
export type DeviceType = 'cpu' | 'cuda' | 'mps' | 'xpu' | 'hpu' | 'mtia' | 'meta' | 'privateuseone'

/** A device as tensors report it: `'cpu'`, `'meta'` or a type with an index, `'cuda:0'`. */
export type Device = DeviceType | `${DeviceType}:${number}`

/** What a `device` argument accepts: a device's name, or an index of the current accelerator. */
export type DeviceLike = Device | number

/** A complex number; `complex64` and `complex128` elements leave and enter as this. */
export interface Complex {
  readonly re: number
  readonly im: number
}

/** An integer: a safe integer `number`, or a `bigint` for the full 64 bits. */
export type Int = number | bigint

/**
 * One number as an operator's scalar argument. An integral `number` and any `bigint` count as an
 * integer for type promotion, other `number`s and {@link float}'s as a float.
 */
export type Scalar = number | bigint | boolean | Complex | FloatNumber

/** How a loss is reduced over the batch. The numbers are ATen's own. */
export type Reduction = 'none' | 'mean' | 'sum' | 0 | 1 | 2

/** `c10` numbers of the reductions' names. */
export const REDUCTION_NUMBERS: ReadonlyMap<string, number> = numbersByName(['none', 'mean', 'sum'])

/** Where and how a new tensor is stored. */
export interface TensorOptions {
  /** Element type. */
  dtype?: DType | null
  /** Memory layout, `'strided'` unless given. */
  layout?: Layout | null
  /** Device that holds the data. */
  device?: DeviceLike | null
  /** Whether CPU memory is page-locked, for faster copies to an accelerator. */
  pinMemory?: boolean | null
  /** Whether autograd records operations on the result. */
  requiresGrad?: boolean
}

/**
 * A tuple whose elements also have names: `const [values, indices] = x.max(1)` and
 * `const { values, indices } = x.max(1)` both work. TypeScript sees a result called `values` as both
 * the tensor and `Array.prototype.values`; a variable that is assigned again needs `: Tensor`.
 */
export type Named<Fields extends object, Elements extends readonly unknown[]> = Readonly<Fields> &
  Elements

/** A snake_case name in camelCase: `CamelCase<'channels_last'>` is `'channelsLast'`. */
export type CamelCase<S extends string> = S extends `${infer Head}_${infer Letter}${infer Rest}`
  ? `${Head}${Uppercase<Letter>}${CamelCase<Rest>}`
  : S

/** Typed arrays by the dtypes whose values they hold; other dtypes' values are read as float32. */
interface TypedArrays {
  float64: Float64Array
  int8: Int8Array
  int16: Int16Array
  int32: Int32Array
  int64: BigInt64Array
  uint8: Uint8Array
  uint16: Uint16Array
  uint32: Uint32Array
  uint64: BigUint64Array
  bool: Uint8Array
  complex128: Float64Array
}

/** The typed array of a dtype's values, as `toTypedArray` makes it: `TypedArrayOf<'int64'>` is BigInt64Array. */
export type TypedArrayOf<D extends DType> = D extends keyof TypedArrays
  ? TypedArrays[D]
  : Float32Array
