// CUDA devices.

import { native } from '../native.js'

/** Whether tensors can be put on a CUDA device. PyTorch's `torch.cuda.is_available`. */
export const isAvailable = (): boolean => native.cudaReason() === ''

/** Why {@link isAvailable} says no: a CPU build of libtorch, no driver, no device; `''` if it says yes. */
export const whyNot = (): string => native.cudaReason()

/** Number of CUDA devices. PyTorch's `torch.cuda.device_count`. */
export const deviceCount = (): number => native.cudaDeviceCount()
