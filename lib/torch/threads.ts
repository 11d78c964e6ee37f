// Threads inside one operator, and between operators.

import { checkInteger } from '../check.js'
import { native } from '../native.js'

const BOUNDS = { min: 1, max: 4096 }

/** Threads that one operator called from this JavaScript thread uses on the CPU. PyTorch's `torch.get_num_threads`. */
export const getNumThreads = (): number => native.numThreads()

/**
 * Sets how many threads an operator called from this JavaScript thread uses; each worker has a number of its own, at
 * first `OMP_NUM_THREADS` or the number of cores. PyTorch's `torch.set_num_threads`.
 */
export function setNumThreads(threads: number): void {
  native.setNumThreads(checkInteger('setNumThreads', 'threads', threads, BOUNDS))
}

/** Threads that run independent operators of one TorchScript program at a time. PyTorch's `torch.get_num_interop_threads`. */
export const getNumInteropThreads = (): number => native.numInteropThreads()

/**
 * Sets {@link getNumInteropThreads} for the process: once, before anything has used those threads. PyTorch's
 * `torch.set_num_interop_threads`.
 *
 * @throws TorchError when called twice or too late
 */
export function setNumInteropThreads(threads: number): void {
  native.setNumInteropThreads(checkInteger('setNumInteropThreads', 'threads', threads, BOUNDS))
}
