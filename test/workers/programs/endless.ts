// Works, or throws, until it is terminated.

import { parentPort, workerData } from 'node:worker_threads'
import { nn } from '../../../lib/index.js'
import { torch } from '../../../lib/torch/index.js'

torch.setNumThreads(1)
const a = torch.ones([64, 64])
const layer = nn.linear(64, 64)
parentPort?.postMessage('started')

for (;;) {
  if (workerData === 'throw') {
    try {
      a.matmul(torch.ones([3]))
    } catch {
      // the next one
    }
  } else {
    layer(a).relu().sum().backward()
  }
}
