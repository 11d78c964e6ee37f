// Devices by number.

import type { Tensor } from '../tensor.js'
import { checkTensor } from './check.js'

/** The index of the tensor's device; -1 on the CPU. PyTorch's `torch.get_device`. */
export const getDevice = (input: Tensor): number =>
  checkTensor('getDevice', 'input', input).getDevice() as number
