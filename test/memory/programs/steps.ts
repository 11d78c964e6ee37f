import { nn, optim, torch, trainStep } from '../../../lib/index.js'
import { report, sample } from './report.js'

torch.setNumThreads(1)

async function loop(): Promise<void> {
  const model = nn.sequential(nn.linear(32, 64), nn.relu(), nn.linear(64, 4))
  const optimizer = optim.sgd(model.parameters(), { lr: 0.01, momentum: 0.9 })
  const step = trainStep({ model, criterion: nn.crossEntropyLoss(), optimizer })
  // Nine are always waiting.
  let left = 10_000
  const work = async (): Promise<void> => {
    while (left-- > 0) {
      await step(torch.randn([64, 32]), torch.randint(4, [64]))
      if (left % 100 === 0) sample()
    }
  }
  await Promise.all(Array.from({ length: 10 }, work))
}

await loop()
setImmediate(report)
