import { native } from '../native.js'
import { reply } from '../torch/frame.js'
import type { Tensor } from '../torch/tensor.js'
import { handleOf } from '../torch/tensor-access.js'

/** Where the elements of a dense tensor lie. */
export interface MemoryExtent {
  /** Tells its storage from every other that lives. */
  readonly storage: number
  /** Address of the first byte, and of the one after the last. */
  readonly start: number
  readonly end: number
}

/** The memory between the first and the last element of a dense tensor. */
export function memoryExtent(tensor: Tensor): MemoryExtent {
  native.memoryExtent(handleOf('memoryExtent', 'tensor', tensor))
  const [storage = 0, start = 0, end = 0] = reply
  return { storage, start, end }
}
