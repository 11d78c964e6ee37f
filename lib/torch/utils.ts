// What Python has in the module `torch.utils`.

import { checkpoint } from '../autograd/checkpoint.js'
import { switches } from './switches.js'

/** PyTorch's `torch.utils`. */
export const utils = {
  checkpoint,
  /** `fillUninitializedMemory`: whether deterministic mode fills new memory with NaN or the largest integer. Process-wide. */
  deterministic: switches('utils', 'deterministic.', ['fillUninitializedMemory']),
}
