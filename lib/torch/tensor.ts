// The Tensor class: its identity, and the members that need its handle. Members built on those are in ./members,
// operators are generated (ops.generated.ts); both are attached at the end of this file.

import { checkBoolean, checkOneOf, checkOptions, fail, show } from '../check.js'
import { TensorDisposedError, TorchError } from '../errors.js'
import { native, type TensorHandle } from '../native.js'
import { liesContiguous } from './contiguous.js'
import { itemsize, type TypedArray } from './create.js'
import { debugMode, disposedError, noteDisposed, noteDisposing, noteMade } from './debug.js'
import { makeMethod } from './dispatch.js'
import { reply } from './frame.js'
import { getItem, type Index, type IndexPutOptions, setItem } from './indexing.js'
import { type Members, members } from './members/index.js'
import { type TensorMethods, tables } from './ops.generated.js'
import { formatTensor } from './print.js'
import { access } from './tensor-access.js'
import {
  type Complex,
  type Device,
  DTYPES,
  type DType,
  LAYOUTS,
  type Layout,
  MEMORY_FORMATS,
  type MemoryFormat,
  type Scalar,
  type TypedArrayOf,
} from './types.js'
import { readArray, typedArrayOf } from './values.js'

/** Names of `c10::DeviceType`, by number. */
const DEVICE_TYPES: Readonly<Record<number, string>> = {
  0: 'cpu',
  1: 'cuda',
  12: 'xpu',
  13: 'mps',
  14: 'meta',
  17: 'hpu',
  19: 'mtia',
  20: 'privateuseone',
}

/** What a tensor is apart from its values. */
interface Description {
  readonly epoch: number
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly device: Device
  readonly layout: Layout
}

/** Values of {@link Tensor.toArray}: nested arrays as deep as the tensor has dimensions. */
export type Nested<T> = T | Nested<T>[]

const OWN = Symbol('only the library makes tensors')

/** The generated methods and the members of ./members, attached at the end of this file. */
export interface Tensor extends TensorMethods, Members {}

/**
 * An n-dimensional array of one dtype on one device, libtorch's `at::Tensor`.
 *
 * Make one with `torch.tensor`, `torch.zeros` and their kin. Memory is freed when the object is collected, which is
 * prompt even in a loop that never waits; `dispose()`, `using` and `torch.scope` free it at once.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds the attached members
export class Tensor implements Disposable {
  #handle: TensorHandle | undefined
  /** Counts the operations that may have changed shapes; a description of an earlier epoch is read anew. */
  static #epoch = 0
  #description: Description | undefined = undefined

  /** @internal Tensors come from `torch.tensor`, `torch.zeros` and their kin. */
  constructor(own: symbol, handle: TensorHandle) {
    if (own !== OWN) throw new TypeError('Tensor: make tensors with torch.tensor(data)')
    this.#handle = handle
    if (debugMode.on) noteMade(handle)
  }

  static {
    access.handleOf = (value) => {
      if (typeof value !== 'object' || value === null || !(#handle in value)) return undefined
      return (value as Tensor).#live()
    }
    access.wrap = (handle) => new Tensor(OWN, handle)
    access.reshaped = () => {
      Tensor.#epoch++
    }
  }

  #live(): TensorHandle {
    if (this.#handle === undefined) {
      throw disposedError(this)
    }
    return this.#handle
  }

  /** Shape, dtype, device and layout, read in one call and kept. */
  #describe(): Description {
    const known = this.#description
    if (known !== undefined && known.epoch === Tensor.#epoch) return known
    const dims = native.describeTensor(this.#live())
    const type = DEVICE_TYPES[reply[1] as number] ?? 'cpu'
    const index = reply[2] as number
    this.#description = {
      epoch: Tensor.#epoch,
      shape: Object.freeze(Array.from(reply.subarray(4, 4 + dims))),
      dtype: DTYPES[reply[0] as number] as DType,
      device: (index < 0 ? type : `${type}:${index}`) as Device,
      layout: LAYOUTS[reply[3] as number] as Layout,
    }
    return this.#description
  }

  /** Sizes of the dimensions. */
  get shape(): readonly number[] {
    return this.#describe().shape
  }

  /** Element type, `'float32'` …. */
  get dtype(): DType {
    return this.#describe().dtype
  }

  /** Where the data lies, `'cpu'` or `'cuda:0'`. */
  get device(): Device {
    return this.#describe().device
  }

  /** How the data lies there, `'strided'` for ordinary tensors. */
  get layout(): Layout {
    return this.#describe().layout
  }

  /** All sizes, or that of one dimension (negative counts from the end). */
  size(): readonly number[]
  size(dim: number): number
  size(dim?: number): number | readonly number[] {
    return dim === undefined ? this.shape : ofDimension('size', this.shape, dim)
  }

  /** Number of dimensions. */
  dim(): number {
    return this.shape.length
  }

  /** Number of elements. */
  numel(): number {
    return this.shape.reduce((product, size) => product * size, 1)
  }

  /** Bytes of one element. */
  elementSize(): number {
    return itemsize(this.dtype)
  }

  /** Elements to skip in memory from one index to the next, per dimension, or for one dimension. */
  stride(): readonly number[]
  stride(dim: number): number
  stride(dim?: number): number | readonly number[] {
    const strides = Array.from(reply.subarray(0, native.strides(this.#live())))
    return dim === undefined ? strides : ofDimension('stride', strides, dim)
  }

  /** Whether the elements lie in memory without gaps, in row-major order or that of `memoryFormat`. */
  isContiguous(options?: { memoryFormat?: MemoryFormat }): boolean {
    const { memoryFormat = 'contiguous_format' } = checkOptions('isContiguous', options, [
      'memoryFormat',
    ])
    checkOneOf('isContiguous', 'memoryFormat', memoryFormat, MEMORY_FORMATS)
    return liesContiguous(this.shape, this.stride(), memoryFormat)
  }

  /** Whether autograd records what is done with this tensor. */
  get requiresGrad(): boolean {
    return native.requiresGrad(this.#live())
  }

  /** Starts (or stops) recording; only a leaf can stop. In place; returns this tensor. */
  requiresGrad_(value = true): this {
    if (typeof value !== 'boolean') fail('requiresGrad_', 'value', 'a boolean', value)
    native.setRequiresGrad(this.#live(), value)
    return this
  }

  /** Gradient that `backward` has accumulated here, or null. */
  get grad(): Tensor | null {
    const handle = native.grad(this.#live())
    return handle === null ? null : new Tensor(OWN, handle)
  }

  set grad(value: Tensor | null) {
    native.setGrad(this.#live(), value === null ? null : handleOf('grad', 'grad', value))
  }

  /** Whether this tensor was made by the user rather than by a recorded operation. */
  get isLeaf(): boolean {
    return native.isLeaf(this.#live())
  }

  /** Name of the recorded operation that made this tensor, `'AddBackward0'`; null for a leaf. */
  get gradFnName(): string | null {
    return native.gradName(this.#live())
  }

  /** The same values and memory, outside the graph. PyTorch's `x.data`. */
  data(): Tensor {
    return this.detach()
  }

  /**
   * The part that the indices select, as Python's `x[...]`: integers, `slice(1, 3)`, `'...'`, `null`, booleans,
   * masks and index tensors. A view where Python gives a view.
   *
   * @example x.index([0, slice(1, 3), '...', null])
   */
  index(indices: readonly Index[] | Index): Tensor {
    return new Tensor(OWN, getItem(this.#live(), indices))
  }

  /**
   * Writes into the selected part, as Python's `x[...] = value`, or with `accumulate` adds to it, as `index_put_` does.
   * In place; returns this tensor.
   *
   * @example x.indexPut_([slice(), 0], 1); counts.indexPut_([labels], 1, { accumulate: true })
   */
  indexPut_(
    indices: readonly Index[] | Index,
    value: Tensor | Scalar,
    options?: IndexPutOptions,
  ): this {
    const { accumulate = false } = checkOptions('indexPut_', options, ['accumulate'])
    checkBoolean('indexPut_', 'accumulate', accumulate)
    const handle = access.handleOf(value)
    if (handle !== undefined) {
      setItem(this.#live(), indices, handle, accumulate)
    } else {
      using scalar = scalarLike(this, value as Scalar)
      setItem(this.#live(), indices, scalar.#live(), accumulate)
    }
    return this
  }

  /** The slices of the first dimension. */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    if (this.dim() === 0) throw new TypeError('a tensor without dimensions cannot be iterated')
    for (const slice of this.unbind(0)) yield slice
  }

  /**
   * The value of a tensor with one element.
   *
   * @throws RangeError for an int64 beyond 2^53 (use {@link itemBigInt}), TorchError for more than one element
   */
  item(): number | boolean | Complex {
    const value = native.item(this.#live())
    if (typeof value === 'bigint') {
      throw new RangeError(`item: ${value} is no safe integer; use itemBigInt()`)
    }
    return value
  }

  /** The value of an integer tensor with one element, exact to 64 bits. */
  itemBigInt(): bigint {
    const value = native.item(this.#live())
    if (typeof value === 'bigint') return value
    if (typeof value === 'number' && /^u?int/.test(this.dtype)) return BigInt(value)
    throw new TypeError(`itemBigInt: expected an integer tensor, got dtype ${this.dtype}`)
  }

  /**
   * The values as nested arrays: numbers, booleans, or `{ re, im }` for complex tensors.
   *
   * @throws RangeError for an int64 beyond 2^53 (use {@link toTypedArray})
   */
  toArray(): Nested<number | boolean | Complex> {
    return readArray(this)
  }

  /**
   * A copy of the values in row-major order, in the typed array of the dtype: BigInt64Array for int64, Uint8Array
   * for uint8 and bool; float16 and bfloat16 become Float32Array, complex numbers pairs of (re, im).
   *
   * @param dtype converts to this one first, so that the array's type is known: `toTypedArray('float32')`
   */
  toTypedArray(): TypedArray
  toTypedArray<D extends DType>(dtype: D): TypedArrayOf<D>
  toTypedArray(dtype?: DType): TypedArray {
    if (dtype === undefined || dtype === this.dtype) return typedArrayOf(this)
    using converted = this.detach().to(dtype)
    return typedArrayOf(converted)
  }

  /** A copy of the bytes in row-major order, little-endian, of any dtype. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.numel() * this.elementSize())
    native.copyTo(this.#live(), bytes)
    return bytes
  }

  /** Frees this handle's hold on the memory now. Later uses throw TensorDisposedError; twice is harmless. */
  dispose(): void {
    const handle = this.#handle
    if (handle === undefined) return
    if (debugMode.on) {
      noteDisposing(() => native.disposeTensor(handle))
      noteDisposed(this, handle)
    } else {
      native.disposeTensor(handle)
    }
    this.#handle = undefined
    this.#description = undefined
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** Whether two objects are the same tensor, as Python's `is`: same memory, same graph position. */
  isSame(other: Tensor): boolean {
    return native.sameTensor(this.#live(), handleOf('isSame', 'other', other))
  }

  /** The values, dtype and device as PyTorch prints them. */
  toString(): string {
    try {
      return formatTensor(this)
    } catch (error) {
      // dispose() and scopes free tensors that somebody may still want to look at.
      if (error instanceof TensorDisposedError) return 'tensor(<disposed>)'
      throw error
    }
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** A tensor that a module owns and an optimizer trains. Made by `nn.parameter`. PyTorch's `nn.Parameter`. */
export class Parameter extends Tensor {
  static {
    access.wrapParameter = (handle) => new Parameter(OWN, handle)
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`
  }
}

/** The value of one dimension, counted from the end if negative. */
function ofDimension(where: string, values: readonly number[], dim: number): number {
  const value = Number.isInteger(dim) ? values.at(dim) : undefined
  if (value === undefined || dim < -values.length) {
    throw new RangeError(
      `${where}: expected a dimension from ${-values.length} to ${values.length - 1}, got ${show(dim)}`,
    )
  }
  return value
}

/** The handle of a tensor, or a TypeError that names the argument. */
export function handleOf(where: string, param: string, value: unknown): TensorHandle {
  return access.handleOf(value) ?? fail(where, param, 'a Tensor', value)
}

const fullLike = makeMethod('indexPut_', 'full_like')

/** A number as a 0-dimensional tensor of the dtype and device of `tensor`. */
function scalarLike(tensor: Tensor, value: Scalar): Tensor {
  try {
    const element = tensor.detach().asStrided([], [], 0)
    return fullLike.call(element, value) as Tensor
  } catch (error) {
    if (error instanceof TypeError) fail('indexPut_', 'value', 'a Tensor or a number', value)
    throw error
  }
}

for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(members))) {
  if (name in Tensor.prototype) throw new TorchError(`Tensor.${name} is written twice`)
  Object.defineProperty(Tensor.prototype, name, { ...descriptor, enumerable: false })
}

for (const [name, candidates] of Object.entries(tables.method)) {
  if (name in Tensor.prototype) throw new TorchError(`Tensor.${name} is both written and generated`)
  Object.defineProperty(Tensor.prototype, name, {
    value: makeMethod(name, candidates),
    writable: true,
    configurable: true,
  })
}
