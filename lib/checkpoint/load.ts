import { checkOptions, checkString } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { TensorBuilder } from './build.js'
import { StorageReference, TensorDescriptor } from './descriptor.js'
import { naming, refuse } from './error.js'
import { type ParseOptions, parsePth, parseStateDict, type StateDictOptions } from './parse.js'
import { GlobalReference } from './pickle-globals.js'
import { parseSafetensors } from './safetensors-header.js'
import { type ByteSource, FileSource } from './source.js'
import { readStorages } from './storage-data.js'
import { type PickledObject, replaceValues } from './values.js'

/**
 * A value out of a `.pth` file. Python's dict is a Map (`OrderedDict` a Map too, with its `metadata`), so
 * that keys keep their order and type; a list is an array, a tuple and a `torch.Size` a frozen array; an int
 * is a number, or a bigint beyond 2^53; None is null; bytes are a Uint8Array; a dtype and a device are texts.
 */
export type CheckpointValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Tensor
  | PickledObject
  | readonly CheckpointValue[]
  | Map<CheckpointKey, CheckpointValue>
  | Set<CheckpointKey>

/** What can be the key of a Python dict in a `.pth` file. */
export type CheckpointKey = null | boolean | number | bigint | string | readonly CheckpointKey[]

/**
 * Reads a file that Python's `torch.save` wrote, in the zip format or the one before it, without ever
 * running code out of it. Tensors come to the CPU wherever they were saved; tensors that shared memory
 * share it again.
 *
 * @throws CheckpointError that names the file and the entry, and any class or function that is refused
 */
export async function load(path: string, options: ParseOptions = {}): Promise<CheckpointValue> {
  checkString('load', 'path', path)
  checkOptions('load', options, ['allow'])
  return reading('load', path, async (source) => {
    const { value, tuples, storages } = parsePth(source, options)
    const data = await readStorages(source, storages)
    return building(new TensorBuilder(data), (builder) => {
      const result = replaceValues(value, tuples, (part) => {
        if (part instanceof TensorDescriptor) return builder.build(part)
        if (part instanceof GlobalReference) refuse(`holds ${part.name} itself as a value`)
        if (part instanceof StorageReference) refuse('holds a storage as a value')
        return part
      })
      return result as CheckpointValue
    })
  })
}

/**
 * Reads a state dict, in order, from a `.pth` file or a safetensors file; which one it is shows in its
 * first bytes, not in its name. `{ key: 'state_dict' }` picks one entry of a larger checkpoint, and only
 * the tensors of that entry are read.
 *
 * @throws CheckpointError that names the file and the entry; also where an entry is no tensor
 */
export async function loadTensors(
  path: string,
  options: StateDictOptions = {},
): Promise<Map<string, Tensor>> {
  checkString('loadTensors', 'path', path)
  checkOptions('loadTensors', options, ['allow', 'key'])
  return reading('loadTensors', path, (source) =>
    tensorsOf(source, parseStateDict(source, options)),
  )
}

/**
 * Reads a safetensors file: its tensors by name. The object has no prototype, so that any name is safe.
 *
 * @throws CheckpointError that names the file and the tensor
 */
export async function loadSafetensors(path: string): Promise<Record<string, Tensor>> {
  checkString('loadSafetensors', 'path', path)
  const tensors = await reading('loadSafetensors', path, (source) =>
    tensorsOf(source, parseSafetensors(source).tensors),
  )
  const result: Record<string, Tensor> = Object.create(null)
  for (const [name, tensor] of tensors) result[name] = tensor
  return result
}

/** The texts that a safetensors file carries under `__metadata__`. */
export async function safetensorsMetadata(path: string): Promise<Map<string, string>> {
  checkString('safetensorsMetadata', 'path', path)
  return reading('safetensorsMetadata', path, async (source) => {
    return new Map(parseSafetensors(source).metadata)
  })
}

function reading<T>(
  where: string,
  path: string,
  read: (source: ByteSource) => Promise<T>,
): Promise<T> {
  return naming(where, path, async () => {
    const source = await FileSource.open(path)
    try {
      return await read(source)
    } finally {
      await source.close()
    }
  })
}

async function tensorsOf(
  source: ByteSource,
  descriptors: ReadonlyMap<string, TensorDescriptor>,
): Promise<Map<string, Tensor>> {
  const data = await readStorages(
    source,
    [...descriptors.values()].map((tensor) => tensor.storage),
  )
  return building(new TensorBuilder(data), (builder) => {
    const tensors = new Map<string, Tensor>()
    for (const [name, descriptor] of descriptors) tensors.set(name, builder.build(descriptor))
    return tensors
  })
}

function building<T>(builder: TensorBuilder, build: (builder: TensorBuilder) => T): T {
  try {
    const result = build(builder)
    builder.finish()
    return result
  } catch (error) {
    builder.abandon()
    throw error
  }
}
