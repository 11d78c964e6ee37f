// The generated namespaces as objects, below everything that is written over them.

import { makeFunction } from '../dispatch.js'
import {
  type FftFunctions,
  type LinalgFunctions,
  type Namespace,
  type SpecialFunctions,
  type TorchFunctions,
  tables,
} from '../ops.generated.js'

/** The functions of one generated namespace. */
export function generated<T>(namespace: Namespace): T {
  const functions: Record<string, unknown> = {}
  for (const [name, candidates] of Object.entries(tables[namespace])) {
    functions[name] = makeFunction(name, candidates)
  }
  return functions as T
}

/** The operators that PyTorch binds in `torch`, as they are. */
export const aten = generated<TorchFunctions>('torch')

/** PyTorch's `torch.linalg`. */
export const linalg = generated<LinalgFunctions>('linalg')

/** PyTorch's `torch.fft`. */
export const fft = generated<FftFunctions>('fft')

/** PyTorch's `torch.special`. */
export const special = generated<SpecialFunctions>('special')
