import { checkBoolean, checkOptions, checkString, fail } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { TensorBuilder } from './build.js'
import { StorageReference, TensorDescriptor } from './descriptor.js'
import { refuse } from './error.js'
import { type ParseOptions, parsePth, parseStateDict, type StateDictOptions } from './parse.js'
import { GlobalReference } from './pickle-globals.js'
import { building, type MemoryOptions, reading, tensorsOf } from './reading.js'
import { isSharded, loadShards } from './safetensors-index.js'
import { openStorages } from './storage-memory.js'
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

/** Options of {@link load}. */
export interface LoadOptions extends ParseOptions, MemoryOptions {}

/** Options of {@link loadTensors}. */
export interface LoadTensorsOptions extends StateDictOptions, MemoryOptions {}

/**
 * Reads a file that Python's `torch.save` wrote, in the zip format or the one before it, without ever
 * running code out of it. Tensors come to the CPU wherever they were saved; tensors that shared memory
 * share it again.
 *
 * @throws CheckpointError that names the file and the entry, and any class or function that is refused
 */
export async function load(path: string, options: LoadOptions = {}): Promise<CheckpointValue> {
  checkString('load', 'path', path)
  const { mmap = false, ...parsing } = checkOptions('load', options, ['allow', 'mmap'])
  checkBoolean('load', 'mmap', mmap)
  return reading('load', path, async (source) => {
    const { value, tuples, storages } = parsePth(source, parsing)
    const memory = await openStorages(source, [...storages], mmap)
    return building(new TensorBuilder(memory), (builder) => {
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
 * Reads a state dict, in order, from a `.pth` file, a safetensors file or the index of a sharded one; which one it is
 * shows in its first bytes, not in its name. `{ key: 'state_dict' }` picks one entry of a larger checkpoint, and only
 * the tensors of that entry are read.
 *
 * @throws CheckpointError that names the file and the entry; also where an entry is no tensor
 */
export async function loadTensors(
  path: string,
  options: LoadTensorsOptions = {},
): Promise<Map<string, Tensor>> {
  const where = 'loadTensors'
  checkString(where, 'path', path)
  const { mmap = false, ...parsing } = checkOptions(where, options, ['allow', 'key', 'mmap'])
  checkBoolean(where, 'mmap', mmap)
  if (await isSharded(path)) {
    if (parsing.key !== undefined)
      fail(where, 'key', 'nothing, for a safetensors file', parsing.key)
    return loadShards(where, path, mmap)
  }
  return reading(where, path, (source) => tensorsOf(source, parseStateDict(source, parsing), mmap))
}
