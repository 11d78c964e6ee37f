import { torch } from '../../../lib/torch/index.js'
import { report, sample } from './report.js'

torch.setNumThreads(1)

// Neither `for await` nor microtasks give the event loop a turn, which ordinary finalizers would wait for.
async function* batches(count: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) {
    await null
    yield i
  }
}

async function loop(): Promise<void> {
  const x = torch.zeros([512, 512])
  const worker = async (): Promise<void> => {
    for await (const i of batches(2500)) {
      const y = x.add(i)
      await Promise.resolve()
      y.mul_(2)
      if (i % 500 === 0) sample()
    }
  }
  await Promise.all([worker(), worker(), worker(), worker()])
}

await loop()
setImmediate(report)
