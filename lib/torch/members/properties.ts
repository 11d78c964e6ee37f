// What a tensor is: accessors and methods that only look.

import { liesContiguous } from '../contiguous.js'
import { deviceType } from '../device.js'
import { makeMethod } from '../dispatch.js'
import type { Tensor } from '../tensor.js'
import type { Scalar } from '../types.js'

export interface PropertyMembers {
  /** The tensor with its dimensions in reverse order, a view; meant for matrices. PyTorch's `Tensor.T`. */
  readonly T: Tensor
  /** The conjugate transpose of a matrix, a view. PyTorch's `Tensor.H`. */
  readonly H: Tensor
  /** Matrices [..., m, n] transposed to [..., n, m], a view. PyTorch's `Tensor.mT`. */
  readonly mT: Tensor
  /** Matrices [..., m, n] transposed and conjugated, a view. PyTorch's `Tensor.mH`. */
  readonly mH: Tensor
  /** The real parts, a view; a real tensor itself. Assigning writes into them. PyTorch's `Tensor.real`. */
  get real(): Tensor
  set real(value: Tensor | Scalar)
  /** The imaginary parts of a complex tensor, a view. Assigning writes into them. PyTorch's `Tensor.imag`. */
  get imag(): Tensor
  set imag(value: Tensor | Scalar)
  /** Number of dimensions, as `dim()`. */
  readonly ndim: number
  /** Bytes of one element, as `elementSize()`. */
  readonly itemsize: number
  /** Bytes of all elements. */
  readonly nbytes: number
  /** Whether the data lies in the CPU's memory. */
  readonly isCpu: boolean
  /** Whether the data lies on a CUDA device. */
  readonly isCuda: boolean
  /** Whether the tensor has a shape but no data. */
  readonly isMeta: boolean
  /** Whether the data lies on a Metal device. */
  readonly isMps: boolean
  /** Whether the data lies on an Intel GPU. */
  readonly isXpu: boolean
  /** Whether the layout is `'sparse_coo'`. */
  readonly isSparse: boolean
  /** Whether the layout is `'sparse_csr'`. */
  readonly isSparseCsr: boolean
  /** Whether the layout is that of oneDNN. */
  readonly isMkldnn: boolean
  /** Whether the dtype is a quantized one. */
  readonly isQuantized: boolean
  /** Number of dimensions, as `dim()`. */
  ndimension(): number
  /** Number of elements, as `numel()`. */
  nelement(): number
  /** The dimensions in the order in which they lie in memory, outermost first. PyTorch's `Tensor.dim_order`. */
  dimOrder(): number[]
}

type Getter = (this: Tensor) => Tensor
const reversed = makeMethod('T', 'numpy_T') as Getter
const adjointMatrix = makeMethod('H', 'matrix_H') as Getter
const transposed = makeMethod('mT', 'mT') as Getter
const adjoint = makeMethod('mH', 'mH') as Getter
const real = makeMethod('real', 'real') as Getter
const imag = makeMethod('imag', 'imag') as Getter

const isOn = (tensor: Tensor, type: string): boolean => deviceType(tensor.device) === type

export const propertyMembers: PropertyMembers & ThisType<Tensor> = {
  get T() {
    return reversed.call(this)
  },
  get H() {
    return adjointMatrix.call(this)
  },
  get mT() {
    return transposed.call(this)
  },
  get mH() {
    return adjoint.call(this)
  },
  get real(): Tensor {
    return real.call(this)
  },
  set real(value: Tensor | Scalar) {
    real.call(this).copy_(value)
  },
  get imag(): Tensor {
    return imag.call(this)
  },
  set imag(value: Tensor | Scalar) {
    imag.call(this).copy_(value)
  },
  get ndim() {
    return this.dim()
  },
  get itemsize() {
    return this.elementSize()
  },
  get nbytes() {
    return this.numel() * this.elementSize()
  },
  get isCpu() {
    return isOn(this, 'cpu')
  },
  get isCuda() {
    return isOn(this, 'cuda')
  },
  get isMeta() {
    return isOn(this, 'meta')
  },
  get isMps() {
    return isOn(this, 'mps')
  },
  get isXpu() {
    return isOn(this, 'xpu')
  },
  get isSparse() {
    return this.layout === 'sparse_coo'
  },
  get isSparseCsr() {
    return this.layout === 'sparse_csr'
  },
  get isMkldnn() {
    return this.layout === 'mkldnn'
  },
  get isQuantized() {
    return /^qu?int/.test(this.dtype)
  },
  ndimension() {
    return this.dim()
  },
  nelement() {
    return this.numel()
  },
  dimOrder() {
    if (this.layout !== 'strided') {
      throw new TypeError(`dimOrder: expected a strided tensor, got layout ${this.layout}`)
    }
    return orderInMemory(this)
  },
}

/** PyTorch's order for new tensors like this one (compute_elementwise_output_logical_to_physical_perm). */
function orderInMemory(tensor: Tensor): number[] {
  const { shape } = tensor
  const stride = tensor.stride()
  const channelsLast = liesContiguous(shape, stride, 'channels_last')
  if (tensor.isContiguous() && !channelsLast) return shape.map((_, dim) => dim)
  if (channelsLast && !tensor.isContiguous()) return [0, 2, 3, 1]
  const order = shape.map((_, dim) => dim).reverse()
  for (let i = 1; i < order.length; i++) {
    let moving = i
    for (let before = i - 1; before >= 0; before--) {
      const [a, b] = [order[before] as number, order[moving] as number]
      const placed = compare(shape, stride, a, b)
      if (placed < 0) break
      if (placed === 0) continue
      order[before] = b
      order[moving] = a
      moving = before
    }
  }
  return order.reverse()
}

/** Below 0 if dimension `a` lies within `b`, above 0 for the reverse, 0 where strides of zero leave it open. */
function compare(
  shape: readonly number[],
  stride: readonly number[],
  a: number,
  b: number,
): number {
  const [strideA, strideB] = [stride[a] as number, stride[b] as number]
  if (strideA === 0 || strideB === 0) return 0
  if (strideA !== strideB) return strideB - strideA > 0 ? -1 : 1
  return (shape[b] as number) >= (shape[a] as number) ? 0 : 1
}
