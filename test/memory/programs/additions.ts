import { torch } from '../../../lib/torch/index.js'
import { report, sample } from './report.js'

torch.setNumThreads(1)

function loop(): void {
  const x = torch.zeros([512, 512])
  for (let i = 0; i < 20_000; i++) {
    x.add(x)
    if (i % 1000 === 0) sample()
  }
}

loop()
setImmediate(report)
