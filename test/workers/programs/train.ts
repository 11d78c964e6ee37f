// Operators, errors, backward and training in one worker, with live tensors left behind at its end.

import { parentPort } from 'node:worker_threads'
import { TorchError } from '../../../lib/errors.js'
import { nn, optim } from '../../../lib/index.js'
import { torch } from '../../../lib/torch/index.js'

export interface Trained {
  losses: number[]
  gradient: unknown
  errors: number
  grad: boolean
}

torch.setNumThreads(1)

let errors = 0
for (let i = 0; i < 200; i++) {
  try {
    torch.ones([2, 3]).matmul(torch.ones([2, 3]))
  } catch (error) {
    if (error instanceof TorchError) errors++
  }
  try {
    torch.ones([2]).sum('x' as never)
  } catch (error) {
    if (error instanceof TypeError) errors++
  }
}

const x = torch.arange(12, { dtype: 'float32' }).reshape(4, 3).div(12)
const w = torch.full([3], 0.5).requiresGrad_()
x.matmul(w).pow(2).sum().backward()

const layer = nn.linear(3, 1)
torch.noGrad(() => {
  layer.weight.fill_(0.1)
  layer.bias?.fill_(0)
})
const optimizer = optim.sgd(layer.parameters(), { lr: 0.1, momentum: 0.9 })
const losses: number[] = []
for (let step = 0; step < 20; step++) {
  optimizer.zeroGrad()
  const loss = layer(x).sub(1).pow(2).mean()
  loss.backward()
  optimizer.step()
  losses.push(loss.item() as number)
}

const trained: Trained = {
  losses,
  gradient: w.grad?.toArray(),
  errors,
  grad: torch.isGradEnabled(),
}
parentPort?.postMessage(trained)
