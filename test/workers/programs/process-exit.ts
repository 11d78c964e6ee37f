// A process that ends while its workers compute: by process.exit(), or because nothing holds it.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { torch } from '../../../lib/torch/index.js'

const workers = ['work', 'throw'].map(
  (workerData) => new Worker(new URL('endless.js', import.meta.url), { workerData }),
)
await Promise.all(workers.map((worker) => once(worker, 'message')))
torch.ones([10]).share()
if (process.argv[2] === 'exit') process.exit(0)
for (const worker of workers) worker.unref()
