// Device strings.

import { TorchError } from '../errors.js'
import { native } from '../native.js'

const PATTERN = /^(cpu|cuda|mps|xpu|hpu|mtia|meta|privateuseone)(:\d{1,3})?$/

/** What a device argument takes, in words for an error message. */
export const DEVICE_EXPECTED = "a device such as 'cpu' or 'cuda:0'"

/**
 * The name of a device given by name or, for CUDA, by index; undefined for anything else.
 *
 * @throws TorchError that says why, for a CUDA device that this machine does not have
 */
export function deviceName(value: unknown): string | undefined {
  const index = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
  const name = index ? `cuda:${value}` : value
  return typeof name === 'string' && isDevice(name) ? name : undefined
}

/** The kind of a device, such as 'cuda' of 'cuda:0'. */
export const deviceType = (device: string): string => device.split(':')[0] as string

function isDevice(name: string): boolean {
  if (!PATTERN.test(name)) return false
  if (!name.startsWith('cuda')) return true
  const reason = native.cudaReason()
  if (reason !== '') throw new TorchError(`the device '${name}' cannot be used: ${reason}`)
  const index = Number(name.split(':')[1] ?? 0)
  const count = native.cudaDeviceCount()
  if (index < count) return true
  throw new TorchError(`the device '${name}' cannot be used: there are ${count} CUDA devices`)
}
