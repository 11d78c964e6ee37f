// Reads pictures until it is terminated.

import { parentPort, workerData } from 'node:worker_threads'
import { dataloader } from '../../../lib/index.js'
import { datasets, transforms } from '../../../lib/vision/index.js'

const transform = transforms.pipeline().randomResizedCrop(32).toTensor()
const dataset = await datasets.imageFolder(workerData as string, { transform })
for (;;) {
  // Batches of one: their promises are settled all the time.
  for await (const [x] of dataloader(dataset, { prefetch: 8, numWorkers: 2 })) {
    x.dispose()
    parentPort?.postMessage('reading')
  }
}
