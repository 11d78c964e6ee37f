import { nn, torch } from '../../../lib/index.js'
import { report, sample } from './report.js'

torch.setNumThreads(1)

// Each output is a few bytes that keep 16 MB of activations alive: V8 has to be told of those.
function loop(): void {
  const model = nn.sequential(
    ...Array.from({ length: 4 }, () => [nn.linear(256, 256), nn.relu()]).flat(),
  )
  const x = torch.randn([2048, 256])
  for (let i = 0; i < 400; i++) {
    model(x).sum()
    sample()
  }
}

loop()
setImmediate(report)
