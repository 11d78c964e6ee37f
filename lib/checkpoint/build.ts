import { makeFunction } from '../torch/dispatch.js'
import { torch } from '../torch/index.js'
import type { Tensor } from '../torch/tensor.js'
import type { StorageDescriptor, TensorDescriptor } from './descriptor.js'
import { itemSize } from './dtypes.js'
import { quote, refuse } from './error.js'
import type { StorageData } from './storage-data.js'

/**
 * Makes tensors out of descriptors and the bytes of their storages. Tensors of one storage share its
 * memory, and a descriptor that occurs twice is one tensor.
 */
export class TensorBuilder {
  private readonly built = new Map<TensorDescriptor, Tensor>()
  /** For each storage and element type, a flat tensor over all of it. */
  private readonly bases = new Map<StorageDescriptor, Map<string, Tensor>>()

  constructor(private readonly data: StorageData) {}

  /** The tensor of a descriptor whose storage is in the data. */
  build(descriptor: TensorDescriptor): Tensor {
    const known = this.built.get(descriptor)
    if (known !== undefined) return known
    const { dtype, offset, shape, stride, requiresGrad, flags } = descriptor
    const base = this.base(descriptor)
    const plain: Tensor = torch.empty([0], { dtype })
    // Unlike asStrided, this makes no view in the eyes of autograd.
    plain.set_(base, offset, shape, stride)
    const conjugated = flags.conj === true ? replaced(plain, plain.conj()) : plain
    const tensor = flags.neg === true ? replaced(conjugated, negated(conjugated)) : conjugated
    if (requiresGrad) tensor.requiresGrad_()
    this.built.set(descriptor, tensor)
    return tensor
  }

  /** Frees what only the building needed. */
  finish(): void {
    for (const bases of this.bases.values()) {
      for (const base of bases.values()) base.dispose()
    }
  }

  /** Frees everything, after a failure. */
  abandon(): void {
    this.finish()
    for (const tensor of this.built.values()) tensor.dispose()
  }

  private base({ storage, dtype }: TensorDescriptor): Tensor {
    const bases = this.bases.get(storage) ?? new Map<string, Tensor>()
    this.bases.set(storage, bases)
    const known = bases.get(dtype)
    if (known !== undefined) return known
    const buffer = this.data.get(storage)
    if (buffer === undefined) throw new Error(`storage ${storage.key} was not read`)
    if (dtype === 'bool') checkBooleans(storage.key, new Uint8Array(buffer))
    const count = Math.floor(buffer.byteLength / itemSize(dtype))
    const base = torch.fromBuffer(buffer, dtype, { shape: [count] })
    bases.set(dtype, base)
    return base
  }
}

const negated = makeFunction('_neg_view', '_neg_view') as (tensor: Tensor) => Tensor

function replaced(tensor: Tensor, by: Tensor): Tensor {
  tensor.dispose()
  return by
}

/** Kernels may do anything with a boolean that is neither 0 nor 1. */
function checkBooleans(key: string, bytes: Uint8Array): void {
  const odd = bytes.find((byte) => byte > 1)
  if (odd !== undefined) refuse(`has the byte ${odd} among the booleans of ${quote(key)}`)
}
