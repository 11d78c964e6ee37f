// The Tensor class: its identity, and the members that need its handle. Members built on those are in ./members,
// operators are generated (ops.generated.ts); both are attached at the end of this file.

import { checkOptions, fail } from '../check.js'
import { TensorDisposedError, TorchError } from '../errors.js'
import { native, type TensorHandle } from '../native.js'
import { dtypeNumber, itemsize, type TypedArray } from './create.js'
import { isDevice } from './device.js'
import { makeMethod } from './dispatch.js'
import { reply } from './frame.js'
import { getItem, type Index, setItem } from './indexing.js'
import { type Members, members } from './members/index.js'
import { type TensorMethods, tables } from './ops.generated.js'
import { formatTensor } from './print.js'
import { access } from './tensor-access.js'
import {
  type Complex,
  type Device,
  type DeviceLike,
  DTYPE_NUMBERS,
  DTYPES,
  type DType,
  LAYOUTS,
  type Layout,
  type MemoryFormat,
  type Scalar,
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

/** Options of {@link Tensor.to}. */
export interface ToOptions {
  dtype?: DType
  device?: DeviceLike
  /** Do not wait for a copy between page-locked memory and a device. */
  nonBlocking?: boolean
  /** Copy even where nothing would change. */
  copy?: boolean
  memoryFormat?: MemoryFormat
}

/** Options of {@link Tensor.backward}. */
export interface BackwardOptions {
  /** Keep the graph for another backward through it. */
  retainGraph?: boolean
  /** Record the backward itself, for derivatives of derivatives. */
  createGraph?: boolean
  /** Leaves to compute gradients for; all others are left alone. */
  inputs?: readonly Tensor[]
}

/** Values of {@link Tensor.toArray}: nested arrays as deep as the tensor has dimensions. */
export type Nested<T> = T | Nested<T>[]

const runBackward = makeMethod('backward', '_backward')
const castAndMove = makeMethod('to', 'to.dtype_layout')
const NO_SHAPE: readonly number[] = Object.freeze([])
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
  /** Counts the operations that may have changed shapes; what was noted in an earlier epoch is read anew. */
  static #epoch = 0
  #noted = -1
  #shape: readonly number[] = NO_SHAPE
  #dtype: DType = 'float32'
  #device: Device = 'cpu'
  #layout: Layout = 'strided'

  /** @internal Tensors come from `torch.tensor`, `torch.zeros` and their kin. */
  constructor(own: symbol, handle: TensorHandle) {
    if (own !== OWN) throw new TypeError('Tensor: make tensors with torch.tensor(data)')
    this.#handle = handle
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
      throw new TensorDisposedError('this tensor has been disposed')
    }
    return this.#handle
  }

  /** Reads shape, dtype and device in one call, and keeps them. */
  #describe(): readonly number[] {
    const dims = native.describeTensor(this.#live())
    const shape = Object.freeze(Array.from(reply.subarray(4, 4 + dims)))
    const type = DEVICE_TYPES[reply[1] as number] ?? 'cpu'
    const index = reply[2] as number
    this.#dtype = DTYPES[reply[0] as number] as DType
    this.#device = (index < 0 ? type : `${type}:${index}`) as Device
    this.#layout = LAYOUTS[reply[3] as number] as Layout
    this.#shape = shape
    this.#noted = Tensor.#epoch
    return shape
  }

  /** Sizes of the dimensions. */
  get shape(): readonly number[] {
    return this.#noted === Tensor.#epoch ? this.#shape : this.#describe()
  }

  /** Element type, `'float32'` …. */
  get dtype(): DType {
    if (this.#noted !== Tensor.#epoch) this.#describe()
    return this.#dtype
  }

  /** Where the data lies, `'cpu'` or `'cuda:0'`. */
  get device(): Device {
    if (this.#noted !== Tensor.#epoch) this.#describe()
    return this.#device
  }

  /** How the data lies there, `'strided'` for ordinary tensors. */
  get layout(): Layout {
    if (this.#noted !== Tensor.#epoch) this.#describe()
    return this.#layout
  }

  /** All sizes, or that of one dimension (negative counts from the end). */
  size(): readonly number[]
  size(dim: number): number
  size(dim?: number): number | readonly number[] {
    const shape = this.shape
    if (dim === undefined) return shape
    const size = Number.isInteger(dim) ? shape.at(dim) : undefined
    if (size === undefined || dim < -shape.length || dim >= shape.length) {
      throw new RangeError(
        `size: expected a dimension from ${-shape.length} to ${shape.length - 1}, got ${String(dim)}`,
      )
    }
    return size
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

  /** Elements to skip in memory from one index to the next, per dimension. */
  stride(): readonly number[] {
    return Array.from(reply.subarray(0, native.strides(this.#live())))
  }

  /** Whether the elements lie in memory in row-major order without gaps. */
  isContiguous(): boolean {
    const stride = this.stride()
    if (this.shape.includes(0)) return true
    let expected = 1
    for (let d = this.shape.length - 1; d >= 0; d--) {
      const size = this.shape[d] as number
      if (size !== 1 && stride[d] !== expected) return false
      expected *= size
    }
    return true
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

  /**
   * Computes the gradients of this tensor with respect to the leaves of its graph and adds them to their `grad`.
   *
   * @param gradient gradient of the final result with respect to this tensor; may be left out for a single element
   */
  backward(gradient?: Tensor | null, options?: BackwardOptions): void {
    const checked = checkOptions('backward', options, ['retainGraph', 'createGraph', 'inputs'])
    const { createGraph = false, retainGraph = createGraph, inputs = [] } = checked
    runBackward.call(this, inputs, gradient ?? null, retainGraph, createGraph)
  }

  /** The same values and memory, outside the graph. PyTorch's `x.data`. */
  data(): Tensor {
    return this.detach()
  }

  /**
   * This tensor as another dtype, on another device, or in another memory format; itself where nothing changes.
   *
   * @example x.to('float64'); x.to('cuda:0'); x.to(other); x.to({ dtype: 'float16', nonBlocking: true })
   */
  to(target: DType | DeviceLike | Tensor | ToOptions): Tensor {
    return castAndMove.call(this, toOptions(target)) as Tensor
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

  /** Writes into the selected part, as Python's `x[...] = value`. In place; returns this tensor. */
  indexPut_(indices: readonly Index[] | Index, value: Tensor | Scalar): this {
    const handle = access.handleOf(value)
    if (handle !== undefined) {
      setItem(this.#live(), indices, handle)
    } else {
      using scalar = scalarLike(this, value as Scalar)
      setItem(this.#live(), indices, scalar.#live())
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
   */
  toTypedArray(): TypedArray {
    return typedArrayOf(this)
  }

  /** A copy of the bytes in row-major order, little-endian, of any dtype. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.numel() * this.elementSize())
    native.copyTo(this.#live(), bytes)
    return bytes
  }

  /** Frees this handle's hold on the memory now. Later uses throw TensorDisposedError; twice is harmless. */
  dispose(): void {
    if (this.#handle === undefined) return
    native.disposeTensor(this.#handle)
    this.#handle = undefined
    this.#noted = -1
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
}

/** The handle of a tensor, or a TypeError that names the argument. */
export function handleOf(where: string, param: string, value: unknown): TensorHandle {
  return access.handleOf(value) ?? fail(where, param, 'a Tensor', value)
}

function toOptions(target: unknown): Record<string, unknown> {
  if (typeof target === 'string') {
    if (DTYPE_NUMBERS.has(target)) return { dtype: target }
    return isDevice(target)
      ? { device: target }
      : fail('to', 'target', 'a dtype or a device', target)
  }
  if (typeof target === 'number') return { device: target }
  if (access.handleOf(target) !== undefined) {
    const { dtype, device } = target as Tensor
    return { dtype, device }
  }
  const keys = ['dtype', 'device', 'nonBlocking', 'copy', 'memoryFormat'] as const
  return { ...checkOptions('to', target as ToOptions, keys) }
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

export { dtypeNumber }
