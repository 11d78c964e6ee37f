import { torch } from '../torch/index.js'
import type { Tensor } from '../torch/tensor.js'

/** The parts of a training run whose state a {@link Snapshot} can hold. */
export interface Resumable {
  model: {
    parameters(): Iterable<Tensor>
    buffers(): Iterable<Tensor>
    /** All modules of the tree, parents first. */
    modules(): Iterable<{ readonly training: boolean; train(mode?: boolean): unknown }>
  }
  optimizer: {
    readonly paramGroups: readonly { lr: number }[]
    stateDict(): unknown
    loadStateDict(state: never): unknown
  }
  /** A loader that knows its position gets it back; any other is left alone. */
  loader: { stateDict?(): unknown; loadStateDict?(state: never): unknown }
}

/** A training run's state at one moment. */
export interface Snapshot {
  /** Puts everything back, in place: tensors keep their identity. */
  restore(): void
}

/** Copies the state of a training run: weights, buffers, gradients, mode, optimizer, loader and CPU generator. */
export function takeSnapshot({ model, optimizer, loader }: Resumable): Snapshot {
  const parameters = [...model.parameters()]
  const tensors = [...parameters, ...model.buffers()]
  const values = tensors.map((tensor) => tensor.detach().clone())
  const gradients = parameters.map((parameter) => parameter.grad?.clone() ?? null)
  const modes = [...model.modules()].map((module) => ({ module, training: module.training }))
  const optimizerState = copyTensors(optimizer.stateDict())
  const loaderState = loader.stateDict?.()
  const generator = torch.getRngState()

  const restore = (): void => {
    torch.noGrad(() => {
      for (const [i, tensor] of tensors.entries()) tensor.copy_(values[i] as Tensor)
    })
    for (const [i, parameter] of parameters.entries()) parameter.grad = gradients[i] ?? null
    // Each sets its children too, and comes before them: what differs from its parent is set last.
    for (const { module, training } of modes) module.train(training)
    optimizer.loadStateDict(optimizerState as never)
    if (loaderState !== undefined) loader.loadStateDict?.(loaderState as never)
    torch.setRngState(generator)
  }
  return { restore }
}

/** The same nest of arrays, maps and plain objects with a copy of every tensor: steps write into the originals. */
function copyTensors(value: unknown): unknown {
  if (torch.isTensor(value)) return value.detach().clone()
  if (Array.isArray(value)) return value.map(copyTensors)
  if (value instanceof Map)
    return new Map([...value].map(([key, item]) => [key, copyTensors(item)]))
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyTensors(item)]))
  }
  return value
}
