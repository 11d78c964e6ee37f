// Steps off the JS thread: ends in the way it is told while one runs.

import { parentPort, workerData } from 'node:worker_threads'
import { nn, optim, trainStep } from '../../../lib/index.js'
import { torch } from '../../../lib/torch/index.js'

torch.setNumThreads(1)
const how = (workerData as string | null) ?? process.argv[2]
const wide = nn.sequential(nn.linear(800, 800), nn.relu(), nn.linear(800, 800))
const step = trainStep({
  model: wide,
  criterion: nn.mseLoss(),
  optimizer: optim.sgd(wide.parameters(), { lr: 0.01 }),
})
const x = torch.ones([800, 800])

if (how === 'once') {
  // Nobody waits, and yet it is done before the thread ends.
  const before = wide.parameters()[0]?.sum().item()
  void step(x, x).then((loss) => {
    const after = wide.parameters()[0]?.sum().item()
    const message = { finite: Number.isFinite(loss.item()), changed: before !== after }
    if (parentPort === null) console.log(JSON.stringify(message))
    else parentPort.postMessage(message)
  })
} else {
  // Always one that runs, and others that wait.
  for (let i = 0; i < 3; i++) {
    void (async () => {
      for (;;) await step(x, x)
    })()
  }
  parentPort?.postMessage('started')
  if (how === 'exit') setTimeout(() => process.exit(7), 30)
  if (how === 'throw') {
    setTimeout(() => {
      throw new Error('on purpose')
    }, 30)
  }
}
