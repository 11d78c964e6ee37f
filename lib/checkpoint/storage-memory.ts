import { native, type TensorHandle } from '../native.js'
import { torch } from '../torch/index.js'
import type { Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'
import { DTYPE_NUMBERS, type DType } from '../torch/types.js'
import type { StorageDescriptor } from './descriptor.js'
import { itemSize } from './dtypes.js'
import { quote, refuse } from './error.js'
import type { FileSource } from './source.js'
import { readStorages, type StorageData } from './storage-data.js'

/** The storages of a file as memory. */
export interface StorageMemory {
  /** A new flat tensor over all of a storage. */
  flat(storage: StorageDescriptor, dtype: DType): Tensor
  /** Frees what only the making of tensors needed. */
  finish(): void
}

/** Storages that have been read. */
export class ReadMemory implements StorageMemory {
  constructor(private readonly data: StorageData) {}

  flat(storage: StorageDescriptor, dtype: DType): Tensor {
    const buffer = this.data.get(storage)
    if (buffer === undefined) throw new Error(`storage ${storage.key} was not read`)
    if (dtype === 'bool') {
      const odd = new Uint8Array(buffer).find((byte) => byte > 1)
      if (odd !== undefined) refuseBoolean(storage)
    }
    const count = Math.floor(buffer.byteLength / itemSize(dtype))
    return torch.fromBuffer(buffer, dtype, { shape: [count] })
  }

  finish(): void {}
}

/** Storages of a mapped file; those that are packed, or in another byte order, have been read. */
class MappedMemory implements StorageMemory {
  constructor(
    private readonly bytes: Tensor,
    private readonly read: StorageData,
  ) {}

  flat(storage: StorageDescriptor, dtype: DType): Tensor {
    if (this.read.has(storage)) return new ReadMemory(this.read).flat(storage, dtype)
    if (dtype === 'bool') {
      using bytes = this.slice(storage, 'uint8')
      if (torch.scope(() => bytes.gt(1).any().item())) refuseBoolean(storage)
    }
    return this.slice(storage, dtype)
  }

  finish(): void {
    this.bytes.dispose()
  }

  private slice({ offset, byteLength }: StorageDescriptor, dtype: DType): Tensor {
    const handle = access.handleOf(this.bytes) as TensorHandle
    const count = Math.floor(byteLength / itemSize(dtype))
    return access.wrap(native.sliceBytes(handle, offset, DTYPE_NUMBERS.get(dtype) as number, count))
  }
}

/** Kernels may do anything with a boolean that is neither 0 nor 1. */
function refuseBoolean({ key }: StorageDescriptor): never {
  refuse(`has a byte other than 0 and 1 among the booleans of ${quote(key)}`)
}

/** Reads storages, or maps the file that they lie in. */
export async function openStorages(
  source: FileSource,
  storages: Iterable<StorageDescriptor>,
  mmap: boolean,
): Promise<StorageMemory> {
  if (!mmap) return new ReadMemory(await readStorages(source, storages))
  const packed = [...storages].filter(
    ({ deflated, swap }) => deflated !== undefined || swap !== undefined,
  )
  return new MappedMemory(source.map(), await readStorages(source, packed))
}
