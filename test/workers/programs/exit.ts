// Ends by process.exit() with live tensors and a recorded graph.

import { torch } from '../../../lib/torch/index.js'

const x = torch.ones([1000], { requiresGrad: true })
x.share()
x.mul(2).sum()
process.exit(7)
