// Threads inside one operator.

import { checkInteger } from '../check.js'
import { native } from '../native.js'

/** Threads that one operator uses on the CPU. PyTorch's `torch.get_num_threads`. */
export const getNumThreads = (): number => native.numThreads()

/** Sets how many threads an operator called from this JavaScript thread uses. PyTorch's `torch.set_num_threads`. */
export function setNumThreads(threads: number): void {
  native.setNumThreads(checkInteger('setNumThreads', 'threads', threads, { min: 1, max: 4096 }))
}
