// How late a timer is while a training step of some seconds uses all processors. Prints the delays and the step's time.

import { nn, optim, trainStep } from '../../../lib/index.js'
import { torch } from '../../../lib/torch/index.js'
import { models } from '../../../lib/vision/index.js'

const INTERVAL = 10

const model = await models.resnet18({ numClasses: 10 })
const step = trainStep({
  model,
  criterion: nn.crossEntropyLoss(),
  optimizer: optim.sgd(model.parameters(), { lr: 0.01, momentum: 0.9 }),
})

function batch(size: number) {
  return [torch.rand([size, 3, 160, 160]), torch.randint(10, [size], { dtype: 'int64' })] as const
}

async function timed(size: number): Promise<number> {
  const start = performance.now()
  await step(...batch(size))
  return performance.now() - start
}

// The batch whose step takes about two seconds here.
await timed(4)
const size = Math.min(128, Math.max(4, Math.round((2000 / (await timed(8))) * 8)))

const delays: number[] = []
let due = performance.now() + INTERVAL
const timer = setInterval(() => {
  const now = performance.now()
  delays.push(now - due)
  due = now + INTERVAL
}, INTERVAL)
const seconds = (await timed(size)) / 1000
clearInterval(timer)
console.log(JSON.stringify({ seconds, delays }))
