import { parentPort } from 'node:worker_threads'
import { torch } from '../../../lib/torch/index.js'

const outside = torch.isGradEnabled()
const inside = await torch.inferenceMode(async () => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  return torch.ones([1], { requiresGrad: true }).mul(2).requiresGrad
})
parentPort?.postMessage({ outside, inside, after: torch.isGradEnabled() })
