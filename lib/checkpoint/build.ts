import { makeFunction } from '../torch/dispatch.js'
import { torch } from '../torch/index.js'
import type { Tensor } from '../torch/tensor.js'
import type { StorageDescriptor, TensorDescriptor } from './descriptor.js'
import type { StorageMemory } from './storage-memory.js'

/**
 * Makes tensors out of descriptors and the memory of their storages. Tensors of one storage share its
 * memory, and a descriptor that occurs twice is one tensor.
 */
export class TensorBuilder {
  private readonly built = new Map<TensorDescriptor, Tensor>()
  /** For each storage and element type, a flat tensor over all of it. */
  private readonly bases = new Map<StorageDescriptor, Map<string, Tensor>>()

  constructor(private readonly memory: StorageMemory) {}

  /** The tensor of a descriptor. */
  build(descriptor: TensorDescriptor): Tensor {
    const known = this.built.get(descriptor)
    if (known !== undefined) return known
    const { dtype, offset, shape, stride, requiresGrad, flags } = descriptor
    const base = this.base(descriptor)
    const plain: Tensor = torch.empty([0], { dtype, device: 'cpu' })
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
    this.memory.finish()
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
    const base = this.memory.flat(storage, dtype)
    bases.set(dtype, base)
    return base
  }
}

const negated = makeFunction('_neg_view', '_neg_view') as (tensor: Tensor) => Tensor

function replaced(tensor: Tensor, by: Tensor): Tensor {
  tensor.dispose()
  return by
}
