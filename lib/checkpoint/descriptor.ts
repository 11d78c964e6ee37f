import type { DType } from '../torch/types.js'
import { itemSize } from './dtypes.js'
import { quote, refuse } from './error.js'

/** Where the bytes of a storage lie in a file, and how. */
export interface StorageDescriptor {
  readonly key: string
  /** Offset in the file of the bytes as they are stored there. */
  readonly offset: number
  /** Bytes once read. */
  readonly byteLength: number
  /** Bytes in the file where they are deflated. */
  readonly deflated?: number
  /** Width of the units whose bytes are in reverse order. */
  readonly swap?: number
}

/** A storage as the pickle refers to it: the bytes, and what they are taken for. */
export class StorageReference {
  constructor(
    readonly descriptor: StorageDescriptor,
    readonly dtype: DType,
  ) {}
}

/** A tensor that a file describes; its data has not been read. */
export class TensorDescriptor {
  constructor(
    readonly storage: StorageDescriptor,
    readonly dtype: DType,
    /** First element, counted in elements from the start of the storage. */
    readonly offset: number,
    readonly shape: readonly number[],
    readonly stride: readonly number[],
    readonly requiresGrad = false,
    /** Lazy operations on the values that PyTorch keeps as flags. */
    readonly flags: { readonly conj?: boolean; readonly neg?: boolean } = {},
  ) {
    checkExtent(this)
  }

  /** The same tensor with another `requiresGrad`. */
  withGrad(requiresGrad: boolean): TensorDescriptor {
    const { storage, dtype, offset, shape, stride, flags } = this
    return new TensorDescriptor(storage, dtype, offset, shape, stride, requiresGrad, flags)
  }

  /** Number of elements. */
  get numel(): number {
    return this.shape.reduce((product, size) => product * size, 1)
  }
}

const MAX_DIMS = 64

const isNatural = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

/** Refuses a tensor that reaches outside its storage. Every value comes from a file. */
function checkExtent(tensor: TensorDescriptor): void {
  const { storage, dtype, offset, shape, stride } = tensor
  const text = (values: readonly unknown[]): string => `[${values.slice(0, 8).join(', ')}]`
  if (shape.length > MAX_DIMS)
    refuse(`a tensor has ${shape.length} dimensions; ${MAX_DIMS} is the limit`)
  if (!shape.every(isNatural)) refuse(`a tensor has the shape ${text(shape)}`)
  if (!stride.every(isNatural)) refuse(`a tensor has the strides ${text(stride)}`)
  if (shape.length !== stride.length) {
    refuse(`a tensor has ${shape.length} dimensions but ${stride.length} strides`)
  }
  if (!isNatural(offset)) refuse(`a tensor has the storage offset ${String(offset)}`)
  if (!Number.isSafeInteger(tensor.numel)) {
    refuse(`a tensor has the shape ${text(shape)}, more elements than can be counted`)
  }
  const empty = shape.includes(0)
  const last = shape.reduce((sum, size, d) => sum + (size - 1) * (stride[d] ?? 0), offset)
  const held = Math.floor(storage.byteLength / itemSize(dtype))
  if (empty ? offset > held : last >= held) {
    refuse(
      `a tensor of shape ${text(shape)}, strides ${text(stride)} and offset ${offset} reaches past ` +
        `the ${held} ${dtype} elements of storage ${quote(storage.key)}`,
    )
  }
}
