import { torch } from '../../../lib/torch/index.js'
import { Tensor } from '../../../lib/torch/tensor.js'
import type { TensorFacts } from './expected.js'

/** What EXPECTED.jsonl would say of a tensor; `storages` tells which tensors share memory. */
export function factsOfTensors(): (value: unknown) => TensorFacts | undefined {
  const storages: Tensor[] = []
  const first = (tensor: Tensor): Tensor => tensor.detach().asStrided([], [], 0)
  const storageOf = (tensor: Tensor): unknown => {
    if (tensor.numel() === 0) return {}
    const known = torch.scope(() =>
      storages.findIndex((other) => first(tensor).isSetTo(first(other))),
    )
    return known < 0 ? storages.push(tensor) - 1 : known
  }
  return (value) => {
    if (!(value instanceof Tensor)) return undefined
    return {
      dtype: value.dtype,
      shape: value.shape,
      stride: value.stride(),
      offset: value.storageOffset(),
      requires_grad: value.requiresGrad,
      storage: storageOf(value),
      bytes: value.toBytes(),
    }
  }
}

/** Frees every tensor in a value out of a checkpoint. */
export function disposeAll(root: unknown): void {
  const seen = new Set<unknown>()
  const pending = [root]
  while (pending.length > 0) {
    const value = pending.pop()
    if (seen.has(value)) continue
    seen.add(value)
    if (value instanceof Tensor) value.dispose()
    else if (value instanceof Map) pending.push(...value.values())
    else if (Array.isArray(value)) pending.push(...value)
    else if (typeof value === 'object' && value !== null) pending.push(...Object.values(value))
  }
}
