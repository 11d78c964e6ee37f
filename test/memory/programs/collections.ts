// Large gradients that appear and go between collections: what is told to V8 from inside a collection must not make
// it start another, which aborts the process.
import { torch } from '../../../lib/torch/index.js'
import { report, sample } from './report.js'

torch.setNumThreads(1)

function loop(): void {
  const parameters = Array.from({ length: 4 }, () => torch.ones([20 << 20], { requiresGrad: true }))
  for (let round = 0; round < 8; round++) {
    for (const parameter of parameters) {
      for (let i = 0; i < 300; i++) torch.ones([4])
      parameter.sum().backward()
      if (round % 2 === 0) globalThis.gc?.()
    }
    const garbage: object[] = []
    for (let i = 0; i < 300_000; i++) garbage.push({ i })
    for (const parameter of parameters) parameter.grad = null
    sample()
  }
}

loop()
setImmediate(report)
