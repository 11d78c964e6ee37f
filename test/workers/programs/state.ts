// The state that a worker begins with, and what it changes for itself.

import { parentPort } from 'node:worker_threads'
import { torch } from '../../../lib/torch/index.js'

export interface WorkerState {
  grad: boolean
  device: string
  dtype: string
  threads: number
}

torch.setNumThreads(1)
const found: WorkerState = {
  grad: torch.isGradEnabled(),
  device: torch.getDefaultDevice(),
  dtype: torch.getDefaultDtype(),
  threads: torch.getNumThreads(),
}
torch.setDefaultDevice('meta')
// Live at the end: a graph, and a tensor over memory of this thread.
torch.ones([100, 100], { device: 'cpu', requiresGrad: true }).mul(2).sum()
torch.fromTypedArray(new Float32Array(1000))
parentPort?.postMessage(found)
