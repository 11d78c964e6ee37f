import { nn, optim, torch } from '../../../lib/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import { report, sample } from './report.js'

torch.setNumThreads(1)

class Net extends nn.Module {
  first = nn.linear(256, 256)
  second = nn.linear(256, 1)
  override forward(x: Tensor) {
    return this.second(this.first(x).relu())
  }
}

// Modules, their parameters, gradients and optimizers go together, though JS and native objects point at each other.
function loop(): void {
  const x = torch.ones([4, 256])
  for (let i = 0; i < 1000; i++) {
    const model = nn.sequential(new Net())
    const optimizer = optim.sgd(model.parameters(), { lr: 0.1, momentum: 0.9 })
    model(x).sum().backward()
    optimizer.step()
    if (i % 50 === 0) sample()
  }
}

loop()
setImmediate(report)
