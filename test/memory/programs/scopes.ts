import { torch } from '../../../lib/torch/index.js'
import { report, sample } from './report.js'

torch.setNumThreads(1)

// Freed in step with the code: the memory never exceeds what one turn needs, collections or not.
function loop(): void {
  let x = torch.zeros([512, 512])
  let most = 0
  for (let i = 0; i < 3_000; i++) {
    const last = x
    x = torch.scope(() => {
      using twice = x.mul(2)
      const { values } = twice.sub(1).max(0)
      return twice.sub(values)
    })
    last.dispose()
    most = Math.max(most, torch.memory().bytes)
    if (i % 500 === 0) sample()
  }
  x.dispose()
  if (most > 2 << 20) throw new Error(`a scope has left ${most} bytes`)
}

loop()
setImmediate(report)
