import { fail } from '../check.js'
import { torch } from '../torch/index.js'
import { Tensor } from '../torch/tensor.js'
import { isFileDType, STORAGE_CLASSES } from './dtypes.js'
import { memoryExtent } from './extent.js'
import type { PickledStorage, PickledTensor } from './pickler.js'

/** A storage to be written: the elements from its first to the last that any tensor uses. */
class Storage implements PickledStorage {
  /** A flat tensor over those elements; undefined while there are none. */
  flat: Tensor | undefined

  constructor(
    readonly key: string,
    private readonly dtype: string,
  ) {}

  get typed(): PickledStorage['typed'] {
    for (const [className, dtype] of STORAGE_CLASSES) {
      if (dtype === this.dtype) return { className, numel: this.flat?.numel() ?? 0 }
    }
    return undefined
  }

  get byteLength(): number {
    return this.flat === undefined ? 0 : this.flat.numel() * this.flat.elementSize()
  }

  /** Makes sure that `numel` elements are written. */
  grow(tensor: Tensor, numel: number): void {
    if (numel <= (this.flat?.numel() ?? 0)) return
    this.flat?.dispose()
    this.flat = tensor.asStrided([numel], [1], 0)
  }

  /** From here on the elements are those of now, in memory of the CPU, whatever happens to the tensors. */
  freeze(): void {
    const { flat } = this
    if (flat === undefined) return
    this.flat = flat.device === 'cpu' ? flat.clone() : flat.cpu()
    flat.dispose()
  }

  dispose(): void {
    this.flat?.dispose()
  }
}

/**
 * The tensors of a file that is being written, and the storages they lie on. Tensors of one element type
 * that share memory share a storage in the file too.
 */
export class StoredTensors {
  private readonly tensors = new Map<object, PickledTensor>()
  /** Storages by element type and identity, which is theirs alone as long as `flat` keeps them. */
  private readonly known = new Map<string, Storage>()
  readonly storages: Storage[] = []

  constructor(private readonly where: string) {}

  /** What is to be written about a tensor; undefined for any other object. */
  find(value: object): PickledTensor | undefined {
    if (!(value instanceof Tensor)) return undefined
    const known = this.tensors.get(value)
    if (known !== undefined) return known
    // The scope keeps the tensors of the storage, since they can be reached from the result.
    const tensor = torch.noGrad(() => torch.scope(() => this.add(value)))
    this.tensors.set(value, tensor)
    return tensor
  }

  /** Copies all elements, so that the tensors may change. */
  freeze(): void {
    torch.noGrad(() => {
      for (const storage of this.storages) storage.freeze()
    })
  }

  /** Frees what only the writing needed. */
  dispose(): void {
    for (const storage of this.storages) storage.dispose()
  }

  private add(value: Tensor): PickledTensor {
    const { dtype, layout, device, requiresGrad } = value
    if (!isFileDType(dtype)) fail(this.where, 'value', 'tensors of a plain element type', dtype)
    if (layout !== 'strided' || device === 'meta') {
      fail(this.where, 'value', 'dense tensors with data', `a ${layout} tensor on ${device}`)
    }
    const tensor = value.detach().resolveConj().resolveNeg()
    const stride = tensor.stride()
    const isEmpty = tensor.numel() === 0
    const offset = isEmpty ? 0 : tensor.storageOffset()
    const span = tensor.shape.reduce((sum, size, d) => sum + (size - 1) * (stride[d] ?? 0), 1)
    const storage = isEmpty ? this.addStorage(dtype) : this.storageOf(tensor)
    if (!isEmpty) storage.grow(tensor, offset + span)
    return { storage, dtype, offset, shape: tensor.shape, stride, requiresGrad }
  }

  private storageOf(tensor: Tensor): Storage {
    const identity = `${tensor.dtype} ${memoryExtent(tensor).storage}`
    const storage = this.known.get(identity) ?? this.addStorage(tensor.dtype)
    this.known.set(identity, storage)
    return storage
  }

  private addStorage(dtype: string): Storage {
    const storage = new Storage(String(this.storages.length), dtype)
    this.storages.push(storage)
    return storage
  }
}
