// Parametrized tensors that are computed once while nn.utils.parametrize.cached runs.

import { checkFunction, isThenable } from '../../../check.js'
import type { Tensor } from '../../../torch/tensor.js'
import type { ParametrizationList } from './list.js'

let depth = 0
const cache = new Map<ParametrizationList, Tensor>()

/** The parametrized tensor, computed now or kept from before. */
export function cachedOr(list: ParametrizationList): Tensor {
  if (depth === 0) return list()
  const known = cache.get(list)
  if (known !== undefined) return known
  const value = list()
  cache.set(list, value)
  return value
}

function leave(): void {
  depth--
  if (depth === 0) cache.clear()
}

/**
 * Runs a function in which each parametrized tensor is computed the first time it is read, and kept: for networks that
 * use one in several places. An async function ends when its promise does. PyTorch's `nn.utils.parametrize.cached`.
 *
 * @example const y = parametrize.cached(() => model(x))
 */
export function cached<T>(fn: () => T): T {
  checkFunction('cached', 'fn', fn)
  depth++
  let result: T
  try {
    result = fn()
  } catch (error) {
    leave()
    throw error
  }
  if (!isThenable(result)) {
    leave()
    return result
  }
  return Promise.resolve(result).finally(leave) as T
}
