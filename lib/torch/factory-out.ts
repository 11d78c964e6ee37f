// Factories that write into `out`: what they take beside it, as in Python.

import { checkBoolean, show } from '../check.js'
import { native, type TensorHandle } from '../native.js'
import { deviceName } from './device.js'
import type { Tensor } from './tensor.js'
import { access } from './tensor-access.js'

type Keywords = Record<string, unknown>

/** What an operator takes that makes a tensor from nothing: with `out`, a description of what is there already. */
export const FACTORY_OPTIONS: readonly string[] = ['dtype', 'layout', 'device', 'pinMemory']

const sameDevice = (device: unknown, out: Tensor): boolean => {
  const name = deviceName(device)
  // 'cuda' means any device of that kind, as it does to torch.zeros.
  return name === out.device || (name !== undefined && out.device.startsWith(`${name}:`))
}

/** Refuses options that contradict `out`; returns the options that the operator itself takes. */
function describedByOut(where: string, keywords: Keywords): Keywords {
  const out = keywords.out as Tensor
  if (access.handleOf(out) !== undefined) {
    const { dtype = null, layout = null, device = null } = keywords
    const mismatch = (option: string, given: unknown, has: string): never => {
      throw new TypeError(`${where}: ${option} ${show(given)} does not match that of out, '${has}'`)
    }
    if (dtype !== null && dtype !== out.dtype) mismatch('dtype', dtype, out.dtype)
    if (layout !== null && layout !== out.layout) mismatch('layout', layout, out.layout)
    if (device !== null && !sameDevice(device, out)) mismatch('device', device, out.device)
  }
  const isDescription = (key: string): boolean =>
    FACTORY_OPTIONS.includes(key) || key === 'requiresGrad'
  return Object.fromEntries(Object.entries(keywords).filter(([key]) => !isDescription(key)))
}

/** Calls a factory with `out`, and `requiresGrad` if it is among the options. */
export function callFactoryOut(
  where: string,
  keywords: Keywords,
  call: (keywords: Keywords) => unknown,
): unknown {
  const requiresGrad = checkBoolean(where, 'requiresGrad', keywords.requiresGrad ?? false)
  const result = call(describedByOut(where, keywords))
  if (requiresGrad) native.setRequiresGrad(access.handleOf(result) as TensorHandle, true)
  return result
}
