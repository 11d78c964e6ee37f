// State dicts of gradient scalers.

import { checkInteger, checkNumber, fail, isPlainObject } from '../check.js'
import { TorchError } from '../errors.js'

/** State of a gradient scaler with PyTorch's names, ready for a `.pth` file; empty if it is not enabled. */
export interface GradScalerStateDict {
  scale: number
  growth_factor: number
  backoff_factor: number
  growth_interval: number
  _growth_tracker: number
}

/** Checks a state dict, an object or a Map as files give it; undefined if the scaler is not enabled. */
export function checkScalerState(
  where: string,
  stateDict: unknown,
  enabled: boolean,
): GradScalerStateDict | undefined {
  const given: unknown = stateDict instanceof Map ? Object.fromEntries(stateDict) : stateDict
  if (!isPlainObject(given)) fail(where, 'stateDict', 'an object or a Map', stateDict)
  if (!enabled) return undefined
  if (Object.keys(given).length === 0) {
    throw new TorchError(`${where}: the state is empty: the scaler it is of was not enabled`)
  }
  return {
    scale: checkNumber(where, 'scale', given.scale),
    growth_factor: checkNumber(where, 'growth_factor', given.growth_factor),
    backoff_factor: checkNumber(where, 'backoff_factor', given.backoff_factor),
    growth_interval: checkInteger(where, 'growth_interval', given.growth_interval),
    _growth_tracker: checkInteger(where, '_growth_tracker', given._growth_tracker),
  }
}
