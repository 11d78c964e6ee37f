import { torch } from '../../../lib/torch/index.js'
import { slice } from '../../../lib/torch/indexing.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import { report, sample } from './report.js'

torch.setNumThreads(1)

// A view owns no byte, yet each keeps a megabyte alive: alone, in iterators, in closures and in objects with cycles.
function loop(): void {
  let held: (() => number) | undefined
  for (let i = 0; i < 10_000; i++) {
    const base = torch.empty([512, 512])
    const view = base
      .index([slice(0, 2), 0])
      .view(2, 1)
      .expand([2, 64])
    const node: { view: Tensor; self?: object; read: () => number } = {
      view,
      read: () => view.shape.length,
    }
    node.self = node
    held = node.read
    if (i % 250 === 0) sample()
  }
  held?.()
}

loop()
setImmediate(report)
