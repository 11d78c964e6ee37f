import { readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { native } from '../native.js'
import type { Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'
import { CheckpointError, refuse } from './error.js'

/** Random access to the bytes of a file, every range checked against its size. */
export interface ByteSource {
  readonly size: number
  /** The bytes of a range, for the small parts that describe the rest. */
  read(offset: number, length: number): Uint8Array
  /** Fills `target` from `offset` on, for tensor data. */
  readInto(target: Uint8Array, offset: number): Promise<void>
}

/** Below this a system call is cheaper than a trip to the thread pool. */
const SMALL = 1 << 17
/** One read call takes at most 2 GiB − 1 on Linux; smaller pieces also leave the thread pool free in between. */
const PIECE = 1 << 26

function checkRange(size: number, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
    refuse(`ends early: bytes ${offset} to ${offset + length} are wanted, the file has ${size}`)
  }
}

/** A file opened for reading. */
export class FileSource implements ByteSource {
  private constructor(
    private readonly handle: FileHandle,
    readonly size: number,
  ) {}

  /** Opens a regular file. Folders, pipes and devices are refused. */
  static async open(path: string): Promise<FileSource> {
    const handle = await open(path, 'r')
    try {
      const stats = await handle.stat()
      if (!stats.isFile()) refuse('is not a regular file')
      return new FileSource(handle, stats.size)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this.size, offset, length)
    const target = new Uint8Array(length)
    this.fillSync(target, offset)
    return target
  }

  async readInto(target: Uint8Array, offset: number): Promise<void> {
    checkRange(this.size, offset, target.length)
    if (target.length <= SMALL) {
      this.fillSync(target, offset)
      return
    }
    let done = 0
    while (done < target.length) {
      const length = Math.min(PIECE, target.length - done)
      const { bytesRead } = await this.handle.read(target, done, length, offset + done)
      if (bytesRead === 0) refuse('became shorter while it was read')
      done += bytesRead
    }
  }

  /**
   * All bytes as a uint8 tensor over a private mapping of the file, which outlives this source: read when they are
   * touched, and copied when they are written, so that the file never changes.
   */
  map(): Tensor {
    try {
      return access.wrap(native.mapFile(this.handle.fd, this.size))
    } catch (cause) {
      throw new CheckpointError(`cannot be mapped: ${String(cause)}`, { cause })
    }
  }

  async close(): Promise<void> {
    await this.handle.close()
  }

  private fillSync(target: Uint8Array, offset: number): void {
    let done = 0
    while (done < target.length) {
      const length = Math.min(PIECE, target.length - done)
      const bytesRead = readSync(this.handle.fd, target, done, length, offset + done)
      if (bytesRead === 0) refuse('became shorter while it was read')
      done += bytesRead
    }
  }
}

/** A file held in memory. */
export class MemorySource implements ByteSource {
  constructor(private readonly bytes: Uint8Array) {}

  get size(): number {
    return this.bytes.length
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this.size, offset, length)
    return this.bytes.subarray(offset, offset + length)
  }

  async readInto(target: Uint8Array, offset: number): Promise<void> {
    target.set(this.read(offset, target.length))
  }
}
