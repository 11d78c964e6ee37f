import type { Tensor } from '../torch/tensor.js'
import { TensorBuilder } from './build.js'
import type { TensorDescriptor } from './descriptor.js'
import { naming } from './error.js'
import { FileSource } from './source.js'
import { openStorages } from './storage-memory.js'

/** How the bytes of tensors come into memory. */
export interface MemoryOptions {
  /**
   * Map the file instead of reading it: nothing is read before it is used, and processes that map the same file share
   * its memory. Writes to the tensors stay in memory. Off by default, because a file that is cut short while a tensor
   * still lies in it kills the process (SIGBUS), which nothing can prevent. Replacing a file by renaming another over
   * it, as this library does when it writes, is harmless.
   */
  readonly mmap?: boolean
}

/** Opens a file for the time of `read`; errors name the caller and the file. */
export function reading<T>(
  where: string,
  path: string,
  read: (source: FileSource) => Promise<T>,
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

/** Makes the tensors of some descriptors, by name. */
export async function tensorsOf(
  source: FileSource,
  descriptors: ReadonlyMap<string, TensorDescriptor>,
  mmap: boolean,
): Promise<Map<string, Tensor>> {
  const storages = [...descriptors.values()].map((tensor) => tensor.storage)
  const memory = await openStorages(source, storages, mmap)
  return building(new TensorBuilder(memory), (builder) => {
    const tensors = new Map<string, Tensor>()
    for (const [name, descriptor] of descriptors) tensors.set(name, builder.build(descriptor))
    return tensors
  })
}

/** Runs `build`; if it fails, nothing is left of what it has built. */
export function building<T>(builder: TensorBuilder, build: (builder: TensorBuilder) => T): T {
  try {
    const result = build(builder)
    builder.finish()
    return result
  } catch (error) {
    builder.abandon()
    throw error
  }
}
