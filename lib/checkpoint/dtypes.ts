import type { DType } from '../torch/types.js'

/** Bytes of one element, for the element types that files can hold. */
export const ITEM_SIZES: ReadonlyMap<string, number> = new Map<DType, number>([
  ['uint8', 1],
  ['int8', 1],
  ['bool', 1],
  ['float8_e4m3fn', 1],
  ['float8_e4m3fnuz', 1],
  ['float8_e5m2', 1],
  ['float8_e5m2fnuz', 1],
  ['float8_e8m0fnu', 1],
  ['int16', 2],
  ['uint16', 2],
  ['float16', 2],
  ['bfloat16', 2],
  ['int32', 4],
  ['uint32', 4],
  ['float32', 4],
  ['complex32', 4],
  ['int64', 8],
  ['uint64', 8],
  ['float64', 8],
  ['complex64', 8],
  ['complex128', 16],
])

/** Whether a text names an element type that files can hold. */
export const isFileDType = (name: unknown): name is DType =>
  typeof name === 'string' && ITEM_SIZES.has(name)

/** Bytes of one element of a type that {@link isFileDType} accepts. */
export function itemSize(dtype: DType): number {
  const size = ITEM_SIZES.get(dtype)
  if (size === undefined) throw new TypeError(`elements of type ${dtype} have no place in a file`)
  return size
}

/** Bytes that change places when an element's byte order is reversed: a complex number holds two. */
export const swapSize = (dtype: DType): number =>
  dtype.startsWith('complex') ? itemSize(dtype) / 2 : itemSize(dtype)

/** Element types by the storage class in which `torch.save` keeps them. */
export const STORAGE_CLASSES: ReadonlyMap<string, DType> = new Map([
  ['DoubleStorage', 'float64'],
  ['FloatStorage', 'float32'],
  ['HalfStorage', 'float16'],
  ['BFloat16Storage', 'bfloat16'],
  ['LongStorage', 'int64'],
  ['IntStorage', 'int32'],
  ['ShortStorage', 'int16'],
  ['CharStorage', 'int8'],
  ['ByteStorage', 'uint8'],
  ['BoolStorage', 'bool'],
  ['ComplexFloatStorage', 'complex64'],
  ['ComplexDoubleStorage', 'complex128'],
])

/**
 * Element types by their names in safetensors headers, in the order in which the reference implementation
 * writes them: the widest first, so that every tensor is aligned.
 */
export const SAFETENSORS_DTYPES: ReadonlyMap<string, DType> = new Map([
  ['U64', 'uint64'],
  ['I64', 'int64'],
  ['F64', 'float64'],
  ['C64', 'complex64'],
  ['F32', 'float32'],
  ['U32', 'uint32'],
  ['I32', 'int32'],
  ['BF16', 'bfloat16'],
  ['F16', 'float16'],
  ['U16', 'uint16'],
  ['I16', 'int16'],
  ['F8_E5M2FNUZ', 'float8_e5m2fnuz'],
  ['F8_E4M3FNUZ', 'float8_e4m3fnuz'],
  ['F8_E8M0', 'float8_e8m0fnu'],
  ['F8_E4M3', 'float8_e4m3fn'],
  ['F8_E5M2', 'float8_e5m2'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
])
