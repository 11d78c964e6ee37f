// The other side of test/workers/share.test.ts: does what it is told, and answers.

import { parentPort, workerData } from 'node:worker_threads'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'

torch.setNumThreads(1)
const port = parentPort as NonNullable<typeof parentPort>
const kept: Tensor[] = []

/** By name, what the test can ask for. */
const commands: Record<string, (token: bigint) => unknown> = {
  /** Adds 1 in place to what was shared, and shares it back. */
  addOne(token) {
    const x = torch.fromShared(token)
    kept.push(x)
    return torch.noGrad(() => x.add_(1)).share()
  },
  describe(token) {
    using x = torch.fromShared(token)
    const { shape, dtype, layout, requiresGrad, isLeaf } = x
    return { shape, dtype, layout, requiresGrad, isLeaf, grad: x.grad, values: x.toArray() }
  },
  /** A tensor over memory of this isolate. */
  jsMemory() {
    return torch.fromTypedArray(Float32Array.from({ length: 1000 }, (_, i) => i)).share()
  },
  nativeMemory() {
    return torch.arange(1000, { dtype: 'float32' }).share()
  },
  megabyte() {
    using x = torch.zeros([2 ** 18])
    return x.share()
  },
  outliving() {
    return torch.tensor([1, 2, 3]).share({ outlivesThread: true })
  },
  twice(token) {
    torch.fromShared(token).dispose()
    torch.fromShared(token)
  },
}

port.on('message', ([name, token]: [string, bigint]) => {
  if (name === 'end') {
    port.close()
    return
  }
  try {
    port.postMessage({ value: commands[name]?.(token) })
  } catch (error) {
    port.postMessage({ error: String(error) })
  }
})
port.postMessage(workerData)
