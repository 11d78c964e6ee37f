// Collecting garbage for memory that V8 does not feel: native code calls back when a budget is exceeded.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { checkInteger, checkOptions, fail } from '../check.js'
import { native } from '../native.js'
import { DEVICE_EXPECTED, deviceName } from './device.js'
import type { DeviceLike } from './types.js'

type Collect = (options?: { type: 'minor' }) => void

let collector: Collect | undefined

/** V8's own collection, which Node hides unless it was started with --expose-gc. */
function findCollector(): Collect {
  if (typeof globalThis.gc === 'function') return globalThis.gc as Collect
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as Collect
}

native.onCollect((full) => {
  collector ??= findCollector()
  // Full is the default; Node.js 20 takes any type for 'minor'.
  if (full) collector()
  else collector({ type: 'minor' })
})

/** Options of {@link setMemoryBudget}. */
export interface MemoryBudgetOptions {
  /** `'cuda:0'` …, or `'cpu'`; the first CUDA device unless given. */
  device?: DeviceLike
}

/**
 * Sets how many bytes of a device's memory the process may hold before garbage is collected: at the next operation
 * that finds more, unreachable tensors are freed, first the young ones, which costs microseconds, then all if that
 * was not enough. Tensors that are reachable are never freed, so this is no hard limit; where they alone need
 * more, collections come at every quarter of growth.
 *
 * By default a CUDA device has a budget of a fifth of its memory, and the CPU has none: V8 knows of its bytes, and
 * collects for each 128 MB of garbage.
 *
 * @param bytes the budget; null for the default
 * @example torch.setMemoryBudget(8 * 2 ** 30, { device: 'cuda:0' })
 */
export function setMemoryBudget(bytes: number | null, options?: MemoryBudgetOptions): void {
  const where = 'setMemoryBudget'
  const { device = 'cuda:0' } = checkOptions(where, options, ['device'])
  if (bytes !== null) checkInteger(where, 'bytes', bytes, { min: 0 })
  native.setMemoryBudget(deviceIndex(where, device), bytes ?? -1)
}

function deviceIndex(where: string, device: unknown): number {
  const name = deviceName(device) ?? fail(where, 'device', DEVICE_EXPECTED, device)
  const [type, index = '0'] = name.split(':')
  return type === 'cpu' ? -1 : checkInteger(where, 'device', Number(index), { min: 0, max: 63 })
}
