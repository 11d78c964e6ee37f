// What autocast does for a task, and how the thread is brought to do it.

import { native } from '../native.js'

/** Autocast on one kind of device. */
export interface DeviceAutocast {
  readonly enabled: boolean
  /** The number of the dtype that it casts to. */
  readonly dtype: number
}

/** Autocast as a task has it. */
export interface Autocast {
  /** Kinds of devices that some region has been for; the others are as libtorch has them at first. */
  readonly devices: ReadonlyMap<string, DeviceAutocast>
  /** Whether casts of weights are kept for reuse. */
  readonly cacheEnabled: boolean
  /** Identifies the outermost region; null outside all. */
  readonly region: object | null
}

/** Autocast outside all regions. */
export const noAutocast: Autocast = {
  devices: new Map(),
  cacheEnabled: native.autocastCacheEnabled(),
  region: null,
}

/** Taken before mode-stack.ts makes them enter the running task: here the thread itself is asked. */
const { autocastEnabled, autocastDtype } = native

/** What libtorch has at first for the kinds of devices that some region has been for. */
const initial = new Map<string, DeviceAutocast>()

const read = (deviceType: string): DeviceAutocast => ({
  enabled: autocastEnabled(deviceType),
  dtype: autocastDtype(deviceType),
})

const same = (a: DeviceAutocast, b: DeviceAutocast): boolean =>
  a.enabled === b.enabled && a.dtype === b.dtype

/** `outer` with another choice for one kind of device. */
export function changedAutocast(
  outer: Autocast,
  deviceType: string,
  choice: DeviceAutocast,
  cacheEnabled: boolean,
): Autocast {
  if (!initial.has(deviceType)) initial.set(deviceType, read(deviceType))
  return {
    devices: new Map(outer.devices).set(deviceType, choice),
    cacheEnabled,
    region: outer.region ?? {},
  }
}

/**
 * Gives the thread `autocast`; `before` is what it has. Casts that are kept for reuse end with the outermost region,
 * as in PyTorch, and also whenever a task of another region has its turn: it may change the weights.
 */
export function applyAutocast(autocast: Autocast, before: Autocast): void {
  if (autocast.region !== before.region) native.clearAutocastCache()
  for (const [deviceType, first] of initial) {
    const wanted = autocast.devices.get(deviceType) ?? first
    if (same(wanted, before.devices.get(deviceType) ?? first)) continue
    native.setAutocast(deviceType, wanted.enabled, wanted.dtype)
  }
  if (autocast.cacheEnabled !== before.cacheEnabled) {
    native.setAutocastCacheEnabled(autocast.cacheEnabled)
  }
}

/** Gives the thread `autocast`, whatever it has. */
export function forceAutocast(autocast: Autocast): void {
  native.clearAutocastCache()
  for (const [deviceType, first] of initial) {
    const { enabled, dtype } = autocast.devices.get(deviceType) ?? first
    native.setAutocast(deviceType, enabled, dtype)
  }
  native.setAutocastCacheEnabled(autocast.cacheEnabled)
}

/**
 * What the thread has, where `applied` is what it was given last: libtorch turns autocast off inside the operators
 * that it has cast for, from where hooks may be called.
 */
export function actualAutocast(applied: Autocast): Autocast {
  const changed = [...applied.devices].filter(([type, choice]) => !same(read(type), choice))
  if (changed.length === 0) return applied
  const devices = new Map(applied.devices)
  for (const [type] of changed) devices.set(type, read(type))
  return { ...applied, devices }
}
