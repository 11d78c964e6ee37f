import * as nn from '../../../lib/nn/index.js'
import * as optim from '../../../lib/optim/index.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'

/** A model and its optimizer, all of whose numbers are one number. */
export interface SaverParts {
  readonly model: nn.Module
  readonly optimizer: optim.Sgd
  fill(value: number): void
  /** Whether every number is `value`. */
  holds(value: number): boolean
}

/** About 1 MB in 16 tensors, and as much momentum. */
export function saverParts(): SaverParts {
  const layers = Array.from({ length: 8 }, () => nn.linear(180, 180))
  const model = nn.sequential(...layers)
  const optimizer = optim.sgd(model.parameters(), { lr: 0, momentum: 0.5 })
  for (const parameter of model.parameters()) parameter.grad = torch.zerosLike(parameter)
  optimizer.step()
  const tensors = (): Tensor[] => [
    ...model.stateDict().values(),
    ...[...optimizer.stateDict().state.values()].flatMap(
      (record) => Object.values(record) as Tensor[],
    ),
  ]
  return {
    model,
    optimizer,
    fill: (value) => {
      torch.scope(() => tensors().forEach((tensor) => void tensor.fill_(value)))
    },
    holds: (value) =>
      torch.scope(() => tensors().every((tensor) => tensor.eq(value).all().item() === true)),
  }
}
