import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import test from 'ava'

const photos = new URL('../../../examples/photos/train', import.meta.url)

// What a thread reads is of no use when it ends, and nobody can be told of it.
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads')
Promise.all([import(workerData.lib), import(workerData.vision)]).then(
  async ([{ dataloader }, { datasets, transforms }]) => {
    const transform = transforms.pipeline().randomResizedCrop(32).toTensor()
    const dataset = await datasets.imageFolder(new URL(workerData.photos), { transform })
    for (;;) {
      for await (const [x] of dataloader(dataset, { prefetch: 8 })) {
        x.dispose()
        parentPort.postMessage('reading')
      }
    }
  },
)
`

test('a thread may be terminated while its pictures are read', async (t) => {
  const url = (path: string) => new URL(`../../../lib/${path}`, import.meta.url).href
  const workerData = { photos: photos.href, lib: url('index.js'), vision: url('vision/index.js') }
  for (let i = 0; i < 5; i++) {
    const worker = new Worker(PROGRAM, { eval: true, workerData })
    await once(worker, 'message')
    t.is(await worker.terminate(), 1)
  }
})
