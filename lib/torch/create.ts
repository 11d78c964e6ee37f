// Tensors from JavaScript values: nested arrays, numbers, typed arrays, buffers.

import { type Bounds, checkInteger, checkOptions, fail, failRange, show } from '../check.js'
import { native } from '../native.js'
import { currentDevice } from './default-device.js'
import { defaultDtypeName } from './default-dtype.js'
import { isComplex } from './encode.js'
import { FloatNumber } from './float.js'
import { frame } from './frame.js'
import { isDetached, pin } from './pin.js'
import type { Tensor } from './tensor.js'
import { access } from './tensor-access.js'
import { type DeviceLike, DTYPE_NUMBERS, type DType, type Scalar } from './types.js'

/** Arrays of numbers or tensors, to any depth; all arrays of one depth have one length. */
export type NestedArray = readonly (Scalar | Tensor | NestedArray)[]

/** The typed arrays that have a dtype of their own. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigUint64Array

const DTYPE_OF_ARRAY = new Map<unknown, DType>([
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
  [Int8Array, 'int8'],
  [Int16Array, 'int16'],
  [Int32Array, 'int32'],
  [BigInt64Array, 'int64'],
  [Uint8Array, 'uint8'],
  [Uint8ClampedArray, 'uint8'],
  [Uint16Array, 'uint16'],
  [Uint32Array, 'uint32'],
  [BigUint64Array, 'uint64'],
])

/** The dtype of a typed array's elements; undefined for a DataView and for anything else. */
export function dtypeOfArray(value: unknown): DType | undefined {
  if (!ArrayBuffer.isView(value)) return undefined
  for (const [arrayClass, dtype] of DTYPE_OF_ARRAY) {
    if (value instanceof (arrayClass as new () => object)) return dtype
  }
  return undefined
}

export const dtypeNumber = (where: string, dtype: unknown): number =>
  DTYPE_NUMBERS.get(dtype as string) ?? fail(where, 'dtype', "a dtype such as 'float32'", dtype)

function product(where: string, shape: readonly number[]): number {
  let elements = 1
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      failRange(where, 'shape', 'sizes that are natural numbers', size)
    }
    elements *= size
  }
  return elements
}

/** A tensor over `length` elements of `buffer`, which it shares and keeps alive. */
function share(
  where: string,
  buffer: ArrayBufferView | ArrayBuffer,
  dtype: DType,
  shape: readonly number[],
  byteOffset: number,
): Tensor {
  if (shape.length > 64) failRange(where, 'shape', 'at most 64 dimensions', shape)
  product(where, shape)
  frame.set(shape)
  return access.wrap(native.fromBuffer(buffer, byteOffset, dtypeNumber(where, dtype), shape.length))
}

/** Refuses a buffer, or a view of one, that has been transferred away. */
function checkAttached(where: string, param: string, view: ArrayBufferView | ArrayBuffer): void {
  if (isDetached(view instanceof ArrayBuffer ? view : view.buffer)) {
    fail(where, param, 'a buffer that has not been detached', view)
  }
}

/** The bytes as they are now, in memory that nobody can shrink, grow or share with another thread. */
function fixedBytes(view: ArrayBufferView | ArrayBuffer): Uint8Array {
  return view instanceof ArrayBuffer
    ? new Uint8Array(view.slice(0))
    : new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice()
}

/** True for memory that may change size, move, or belongs to several threads: such bytes are copied. */
function mustCopy(view: ArrayBufferView | ArrayBuffer): boolean {
  const buffer: unknown = view instanceof ArrayBuffer ? view : view.buffer
  if (!(buffer instanceof ArrayBuffer)) return true
  return (buffer as { resizable?: boolean }).resizable === true || !pin(buffer)
}

/**
 * A tensor that shares the memory of a typed array or Buffer: writes to one are seen in the other. The dtype is
 * the array's (Float32Array → float32, BigInt64Array → int64, Buffer → uint8 …); the buffer stays alive as long
 * as the tensor, and refuses to be transferred. Shared, resizable and frozen buffers are copied. Copy the memory of a
 * `WebAssembly.Memory` with `torch.tensor`: growing moves it, which no buffer can refuse.
 * PyTorch's `from_numpy`.
 *
 * @param shape sizes whose product is the array's length; one dimension unless given
 * @throws TypeError for anything but a typed array, RangeError if the shape does not fit
 */
export function fromTypedArray(array: TypedArray, shape?: readonly number[]): Tensor {
  const where = 'fromTypedArray'
  const dtype = dtypeOfArray(array) ?? fail(where, 'array', 'a typed array or a Buffer', array)
  checkAttached(where, 'array', array)
  const sizes = shape === undefined ? [array.length] : shape
  if (!Array.isArray(sizes)) fail(where, 'shape', 'an array of sizes', shape)
  if (product(where, sizes) !== array.length) {
    failRange(where, 'shape', `sizes whose product is ${array.length}`, `[${sizes.join(', ')}]`)
  }
  return share(where, mustCopy(array) ? fixedBytes(array) : array, dtype, sizes, 0)
}

/** Options of {@link fromBuffer}. */
export interface FromBufferOptions {
  /** Sizes; by default one dimension as long as the bytes allow. */
  shape?: readonly number[]
  /** Where the elements begin; a start that is no multiple of the element's size is copied. */
  byteOffset?: number
}

const WIDTHS: Readonly<Record<string, number>> = {
  uint8: 1,
  int8: 1,
  bool: 1,
  float8_e5m2: 1,
  float8_e4m3fn: 1,
  float8_e5m2fnuz: 1,
  float8_e4m3fnuz: 1,
  float8_e8m0fnu: 1,
  int16: 2,
  uint16: 2,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  complex32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
  complex64: 8,
  complex128: 16,
}

/** Bytes of one element. Throws for dtypes that have no plain elements (quantized ones). */
export const itemsize = (dtype: DType): number =>
  WIDTHS[dtype] ?? fail('itemsize', 'dtype', 'a dtype with plain elements', dtype)

/**
 * A tensor over raw bytes of any dtype, sharing their memory as {@link fromTypedArray} does. PyTorch's `frombuffer`.
 *
 * @throws TypeError, or RangeError if the bytes do not hold the shape
 */
export function fromBuffer(
  bytes: ArrayBufferView | ArrayBuffer,
  dtype: DType,
  options?: FromBufferOptions,
): Tensor {
  const where = 'fromBuffer'
  if (!(bytes instanceof ArrayBuffer) && !ArrayBuffer.isView(bytes)) {
    fail(where, 'bytes', 'an ArrayBuffer or a view of one', bytes)
  }
  checkAttached(where, 'bytes', bytes)
  const { shape, byteOffset = 0 } = checkOptions(where, options, ['shape', 'byteOffset'])
  const width = itemsize(dtype)
  if (!Number.isSafeInteger(byteOffset) || byteOffset < 0 || byteOffset > bytes.byteLength) {
    failRange(where, 'byteOffset', `an integer from 0 to ${bytes.byteLength}`, byteOffset)
  }
  const sizes = shape ?? [Math.floor((bytes.byteLength - byteOffset) / width)]
  if (!Array.isArray(sizes)) fail(where, 'shape', 'an array of sizes', shape)
  return share(where, mustCopy(bytes) ? fixedBytes(bytes) : bytes, dtype, sizes, byteOffset)
}

/** Depth beyond which a nested array is refused; libtorch's own limit for common operators. */
const MAX_DEPTH = 64

/** The shape of a nested array, by its first elements; {@link flatten} checks the others. */
function shapeOf(where: string, value: unknown): number[] {
  const shape: number[] = []
  let level = value
  while (Array.isArray(level)) {
    if (shape.length === MAX_DEPTH) {
      failRange(where, 'data', `an array of at most ${MAX_DEPTH} dimensions`, value)
    }
    shape.push(level.length)
    level = level[0]
  }
  return shape
}

/** Calls `visit` for each number of a nested array, in order; refuses ragged ones. */
function flatten(
  where: string,
  value: unknown,
  shape: readonly number[],
  depth: number,
  visit: (element: unknown) => void,
): void {
  if (depth === shape.length) {
    if (Array.isArray(value)) {
      failRange(where, 'data', `a number at depth ${depth}, since its neighbours are`, value)
    }
    visit(value)
    return
  }
  if (!Array.isArray(value) || value.length !== shape[depth]) {
    failRange(where, 'data', `an array of length ${shape[depth]} at depth ${depth}`, value)
  }
  for (let i = 0; i < value.length; i++) flatten(where, value[i], shape, depth + 1, visit)
}

const numberOf = (where: string, element: unknown): number => {
  if (typeof element === 'number') return element
  if (typeof element === 'bigint' || typeof element === 'boolean') return Number(element)
  if (element instanceof FloatNumber) return element.value
  return fail(where, 'data', 'numbers', element)
}

const bigintOf = (where: string, element: unknown, dtype: 'int64' | 'uint64'): bigint => {
  if (typeof element !== 'bigint' && !Number.isSafeInteger(numberOf(where, element))) {
    fail(where, 'data', `integers for dtype ${dtype}`, element)
  }
  const value = BigInt(element as bigint | number | boolean)
  const wrapped = dtype === 'int64' ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)
  if (wrapped !== value) failRange(where, 'data', `an integer that ${dtype} holds`, element)
  return value
}

/** What integer dtypes below 64 bits can hold; anything else would wrap around in silence. */
const INTEGER_RANGES: Partial<Record<DType, Bounds>> = {
  uint8: { min: 0, max: 255 },
  int8: { min: -128, max: 127 },
  int16: { min: -(2 ** 15), max: 2 ** 15 - 1 },
  uint16: { min: 0, max: 2 ** 16 - 1 },
  int32: { min: -(2 ** 31), max: 2 ** 31 - 1 },
  uint32: { min: 0, max: 2 ** 32 - 1 },
}

/** Elements of a nested array as a tensor of `dtype`, through the typed array closest to it. */
function fromNested(where: string, data: unknown, dtype: DType): Tensor {
  const shape = shapeOf(where, data)
  const elements = product(where, shape)
  let at = 0
  if (dtype === 'int64' || dtype === 'uint64') {
    const buffer = dtype === 'int64' ? new BigInt64Array(elements) : new BigUint64Array(elements)
    flatten(where, data, shape, 0, (element) => {
      buffer[at++] = bigintOf(where, element, dtype)
    })
    return share(where, buffer, dtype, shape, 0)
  }
  if (dtype.startsWith('complex')) {
    const buffer = new Float64Array(elements * 2)
    flatten(where, data, shape, 0, (element) => {
      const complex = isComplex(element) ? element : { re: numberOf(where, element), im: 0 }
      buffer[at++] = complex.re
      buffer[at++] = complex.im
    })
    return share(where, buffer, 'complex128', shape, 0).to(dtype)
  }
  if (dtype === 'float32') {
    const buffer = new Float32Array(elements)
    flatten(where, data, shape, 0, (element) => {
      buffer[at++] = numberOf(where, element)
    })
    return share(where, buffer, 'float32', shape, 0)
  }
  const range = INTEGER_RANGES[dtype]
  const buffer = new Float64Array(elements)
  flatten(where, data, shape, 0, (element) => {
    const number = numberOf(where, element)
    if (range !== undefined) checkInteger(where, 'data', number, range)
    buffer[at++] = number
  })
  return share(where, buffer, 'float64', shape, 0).to(dtype)
}

/** Options of {@link tensor}. */
export interface TensorFromOptions {
  /** Element type; by default the typed array's own, `bool` or `int64` for booleans and bigints, else float32. */
  dtype?: DType
  device?: DeviceLike
  requiresGrad?: boolean
}

function inferDtype(data: unknown): DType {
  let element = data
  for (let depth = 0; depth < MAX_DEPTH && Array.isArray(element); depth++) element = element[0]
  if (isComplex(element)) return defaultDtypeName() === 'float64' ? 'complex128' : 'complex64'
  if (typeof element !== 'boolean' && typeof element !== 'bigint') return defaultDtypeName()
  // Booleans and bigints may be followed by numbers, which then decide.
  const kinds = new Set<string>()
  flatten('tensor', data, shapeOf('tensor', data), 0, (one) => kinds.add(typeof one))
  if (kinds.has('number') || kinds.has('object')) return defaultDtypeName()
  return kinds.has('bigint') ? 'int64' : 'bool'
}

/** The values of a tensor as nested arrays that keep every bit of an integer. */
const exactValues = (tensor: Tensor): unknown =>
  tensor.dim() > 0
    ? Array.from(tensor, exactValues)
    : /^u?int/.test(tensor.dtype)
      ? tensor.itemBigInt()
      : tensor.item()

/** Whether a tensor is among the elements of nested arrays; looks at each array once, however they are nested. */
function holdsTensor(array: readonly unknown[], seen: Set<unknown>): boolean {
  seen.add(array)
  return array.some((element) => {
    if (typeof element !== 'object' || element === null) return false
    if (!Array.isArray(element)) return access.handleOf(element) !== undefined
    return !seen.has(element) && holdsTensor(element, seen)
  })
}

/** Nested arrays with the tensors in them replaced by their values; notes their dtypes. */
function withoutTensors(
  array: readonly unknown[],
  dtypes: Set<DType>,
  done: Map<unknown, unknown[]>,
): unknown[] {
  const result: unknown[] = []
  done.set(array, result)
  for (const element of array) {
    if (Array.isArray(element)) {
      result.push(done.get(element) ?? withoutTensors(element, dtypes, done))
    } else if (access.handleOf(element) === undefined) {
      result.push(element)
    } else {
      dtypes.add((element as Tensor).dtype)
      result.push(exactValues(element as Tensor))
    }
  }
  return result
}

function commonDtype(where: string, dtypes: Set<DType>): DType | undefined {
  if (dtypes.size > 1) {
    const names = [...dtypes].join(', ')
    throw new TypeError(`${where}: the tensors in data are ${names}; give a dtype for the result`)
  }
  return [...dtypes][0]
}

/**
 * A new tensor with a copy of the data: a number, nested arrays of numbers, or a typed array. JavaScript numbers
 * make a float32 tensor unless `dtype` says otherwise; booleans make bool, bigints int64. Tensors among the elements
 * stand for their values, and decide the dtype. PyTorch's `torch.tensor`.
 *
 * @throws TypeError for elements that are no numbers, RangeError for ragged arrays
 * @example torch.tensor([[1, 2], [3, 4]], { dtype: 'int64' })
 */
export function tensor(
  data: Scalar | NestedArray | TypedArray,
  options?: TensorFromOptions,
): Tensor {
  const where = 'tensor'
  const checked = checkOptions(where, options, ['dtype', 'device', 'requiresGrad'])
  const { device = currentDevice(), requiresGrad = false } = checked
  if (checked.dtype !== undefined) dtypeNumber(where, checked.dtype)
  let result: Tensor
  const arrayDtype = dtypeOfArray(data)
  if (arrayDtype !== undefined) {
    const array = data as TypedArray
    checkAttached(where, 'data', array)
    result = share(where, fixedBytes(array), arrayDtype, [array.length], 0)
    if (checked.dtype !== undefined) result = result.to(checked.dtype)
  } else if (
    data !== null &&
    (typeof data !== 'object' ||
      Array.isArray(data) ||
      isComplex(data) ||
      data instanceof FloatNumber)
  ) {
    const dtypes = new Set<DType>()
    shapeOf(where, data) // refuses what is too deep to go through
    const replaced = Array.isArray(data) && holdsTensor(data, new Set())
    const values = replaced ? withoutTensors(data as NestedArray, dtypes, new Map()) : data
    const dtype = checked.dtype ?? commonDtype(where, dtypes) ?? inferDtype(values)
    result = fromNested(where, values, dtype)
  } else {
    throw new TypeError(
      `${where}: expected a number, nested arrays of numbers or a typed array for data, got ${show(data)}`,
    )
  }
  if (device !== 'cpu') result = result.to(device)
  return requiresGrad ? result.requiresGrad_() : result
}
