import type { StorageDescriptor } from './descriptor.js'
import { quote, refuse } from './error.js'
import type { ByteSource } from './source.js'
import { inflateInto } from './zip.js'

/** The bytes of each storage, in this machine's byte order. */
export type StorageData = ReadonlyMap<StorageDescriptor, ArrayBuffer>

/** Reads storages, each once, straight into memory of its own. */
export async function readStorages(
  source: ByteSource,
  storages: Iterable<StorageDescriptor>,
): Promise<StorageData> {
  const data = new Map<StorageDescriptor, ArrayBuffer>()
  for (const storage of new Set(storages)) data.set(storage, await readStorage(source, storage))
  return data
}

async function readStorage(source: ByteSource, storage: StorageDescriptor): Promise<ArrayBuffer> {
  const { key, offset, byteLength, deflated, swap } = storage
  const buffer = allocate(storage)
  const bytes = new Uint8Array(buffer)
  if (deflated === undefined) await source.readInto(bytes, offset)
  else await inflateInto(source, bytes, offset, deflated, key)
  if (swap !== undefined) swapBytes(Buffer.from(buffer, 0, byteLength), swap)
  return buffer
}

function allocate({ key, byteLength }: StorageDescriptor): ArrayBuffer {
  try {
    return new ArrayBuffer(byteLength)
  } catch {
    refuse(`needs ${byteLength} bytes for storage ${quote(key)}, more than can be had`)
  }
}

function swapBytes(bytes: Buffer, width: number): void {
  if (width === 2) bytes.swap16()
  else if (width === 4) bytes.swap32()
  else bytes.swap64()
}
