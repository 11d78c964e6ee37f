// Device strings.

import { TorchError } from '../errors.js'
import { native } from '../native.js'

const PATTERN = /^(cpu|cuda|mps|xpu|hpu|mtia|meta|privateuseone)(:\d{1,3})?$/

/**
 * Whether a string names a device, such as `'cpu'` or `'cuda:0'`.
 *
 * @throws TorchError that says why, for a CUDA device that this machine does not have
 */
export function isDevice(name: string): boolean {
  if (!PATTERN.test(name)) return false
  if (!name.startsWith('cuda')) return true
  const reason = native.cudaReason()
  if (reason !== '') throw new TorchError(`the device '${name}' cannot be used: ${reason}`)
  const index = Number(name.split(':')[1] ?? 0)
  const count = native.cudaDeviceCount()
  if (index < count) return true
  throw new TorchError(`the device '${name}' cannot be used: there are ${count} CUDA devices`)
}
