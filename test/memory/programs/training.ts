import { nn, optim, torch } from '../../../lib/index.js'
import { report, sample } from './report.js'

torch.setNumThreads(1)

function loop(): void {
  const model = nn.sequential(nn.linear(32, 64), nn.relu(), nn.linear(64, 4))
  const optimizer = optim.sgd(model.parameters(), { lr: 0.01, momentum: 0.9 })
  const criterion = nn.crossEntropyLoss()
  const x = torch.randn([64, 32])
  const y = torch.randint(4, [64])
  for (let i = 0; i < 10_000; i++) {
    optimizer.zeroGrad()
    criterion(model(x), y).backward()
    optimizer.step()
    if (i % 100 === 0) sample()
  }
}

loop()
setImmediate(report)
