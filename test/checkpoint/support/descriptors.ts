// Reads checkpoints as far as descriptors and raw bytes: everything but the making of tensors.
import { type StorageDescriptor, TensorDescriptor } from '../../../lib/checkpoint/descriptor.js'
import { itemSize } from '../../../lib/checkpoint/dtypes.js'
import { refuse } from '../../../lib/checkpoint/error.js'
import { detectFormat } from '../../../lib/checkpoint/format.js'
import { type ParseOptions, parsePth } from '../../../lib/checkpoint/parse.js'
import { GlobalReference } from '../../../lib/checkpoint/pickle-globals.js'
import { parseSafetensors } from '../../../lib/checkpoint/safetensors-header.js'
import type { ByteSource } from '../../../lib/checkpoint/source.js'
import { readStorages, type StorageData } from '../../../lib/checkpoint/storage-data.js'
import { replaceValues } from '../../../lib/checkpoint/values.js'
import type { TensorFacts } from './expected.js'

/** A checkpoint read without libtorch. */
export interface Described {
  value: unknown
  data: StorageData
}

/** Reads a file of any format, data included. */
export async function describeFile(
  source: ByteSource,
  options: ParseOptions = {},
): Promise<Described> {
  if (source.size < 10 || detectFormat(source) === 'safetensors') {
    const value = parseSafetensors(source).tensors
    const storages = [...value.values()].map((tensor) => tensor.storage)
    return { value, data: await readStorages(source, storages) }
  }
  const { value, tuples, storages } = parsePth(source, options)
  const data = await readStorages(source, storages)
  const checked = replaceValues(value, tuples, (part) => {
    if (part instanceof GlobalReference) refuse(`holds ${part.name} as a value`)
    return part
  })
  return { value: checked, data }
}

/** What EXPECTED.json would say of a descriptor. */
export function factsOf(value: unknown, data: StorageData): TensorFacts | undefined {
  if (!(value instanceof TensorDescriptor)) return undefined
  const { dtype, shape, stride, offset, requiresGrad, storage } = value
  const bytes = gather(value, data)
  return { dtype, shape, stride, offset, requires_grad: requiresGrad, storage, bytes }
}

/** The elements of a tensor in order. */
function gather(tensor: TensorDescriptor, data: StorageData): Uint8Array {
  const { shape, stride, offset, numel } = tensor
  const width = itemSize(tensor.dtype)
  const source = new Uint8Array(data.get(tensor.storage as StorageDescriptor) ?? new ArrayBuffer(0))
  const bytes = new Uint8Array(numel * width)
  const index: number[] = shape.map(() => 0)
  for (let i = 0; i < numel; i++) {
    const at = index.reduce((sum, position, d) => sum + position * (stride[d] ?? 0), offset)
    bytes.set(source.subarray(at * width, (at + 1) * width), i * width)
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d] = (index[d] ?? 0) + 1
      if ((index[d] ?? 0) < (shape[d] ?? 0)) break
      index[d] = 0
    }
  }
  return resolve(tensor, bytes)
}

/** Does what the conjugate and negative bits stand for, on 32-bit floats. */
function resolve({ dtype, flags }: TensorDescriptor, bytes: Uint8Array): Uint8Array {
  if (flags.neg !== true && flags.conj !== true) return bytes
  const floats = new Float32Array(bytes.buffer)
  if (flags.neg === true && dtype === 'float32') {
    for (let i = 0; i < floats.length; i++) floats[i] = -(floats[i] ?? 0)
  }
  if (flags.conj === true && dtype === 'complex64') {
    for (let i = 1; i < floats.length; i += 2) floats[i] = -(floats[i] ?? 0)
  }
  return bytes
}
