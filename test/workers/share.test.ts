// tensor.share() and torch.fromShared(): one memory in several threads.

import type { Worker } from 'node:worker_threads'
import test from 'ava'
import { TorchError } from '../../lib/errors.js'
import { torch } from '../../lib/torch/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import { ended, message, startWorker } from './support.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

interface Reply {
  value?: unknown
  error?: string
}

async function ask(worker: Worker, command: string, token?: bigint): Promise<unknown> {
  worker.postMessage([command, token])
  const { value, error } = await message<Reply>(worker)
  if (error !== undefined) throw new Error(error)
  return value
}

async function withPeer(fn: (worker: Worker) => Promise<void>): Promise<void> {
  const worker = startWorker('peer')
  await message(worker)
  await fn(worker)
  const exit = ended(worker)
  worker.postMessage(['end'])
  await exit
}

test.serial('a shared tensor is the same memory, there and back', (t) =>
  withPeer(async (worker) => {
    const x = torch.arange(6, { dtype: 'float32' }).reshape(2, 3)
    const bytes = torch.memory().bytes
    const back = torch.fromShared((await ask(worker, 'addOne', x.share())) as bigint)
    t.deepEqual(x.toArray(), [
      [1, 2, 3],
      [4, 5, 6],
    ])
    x.mul_(10)
    t.deepEqual(back.toArray(), [
      [10, 20, 30],
      [40, 50, 60],
    ])
    t.is(torch.memory().bytes, bytes)
  }),
)

test.serial('views, dtypes, layouts and leaves arrive as they are, gradients stay', (t) =>
  withPeer(async (worker) => {
    const base = torch.arange(12, { dtype: 'int16' }).reshape(3, 4)
    const plain = { layout: 'strided', requiresGrad: false, isLeaf: true, grad: null }
    t.deepEqual(await ask(worker, 'describe', base.t().index([1]).share()), {
      ...plain,
      shape: [3],
      dtype: 'int16',
      values: [1, 5, 9],
    })
    const leaf = torch.ones([2], { requiresGrad: true })
    leaf.mul(3).sum().backward()
    t.deepEqual(await ask(worker, 'describe', leaf.share()), {
      ...plain,
      shape: [2],
      dtype: 'float32',
      requiresGrad: true,
      values: [1, 1],
    })
    const eye = [
      [1, 0],
      [0, 1],
    ]
    for (const [sparse, layout] of [
      [torch.eye(2).toSparse(), 'sparse_coo'],
      [torch.eye(2).toSparseCsr(), 'sparse_csr'],
      [torch.eye(2).toSparseCsc(), 'sparse_csc'],
    ] as const) {
      t.deepEqual(await ask(worker, 'describe', sparse.share()), {
        ...plain,
        shape: [2, 2],
        dtype: 'float32',
        layout,
        values: eye,
      })
    }
  }),
)

test.serial(
  'a conjugate view, an empty, a meta and an inference tensor are shared as such',
  (t) => {
    const z = torch.tensor([{ re: 1, im: 2 }])
    t.deepEqual(torch.fromShared(z.conj().share()).toArray(), [{ re: 1, im: -2 }])
    t.deepEqual(torch.fromShared(torch.empty([0, 3]).share()).shape, [0, 3])
    t.is(torch.fromShared(torch.empty([2], { device: 'meta' }).share()).device, 'meta')
    const inferred = torch.fromShared(torch.inferenceMode(() => torch.ones([2])).share())
    t.throws(() => inferred.add_(1), { message: /inference tensor/ })
    const sparse = torch.eye(2).toSparse()
    t.false(torch.fromShared(torch.inferenceMode(() => sparse.share())).isInference())
  },
)

test.serial('a token is good once, and only where it was given', async (t) => {
  const token = torch.ones([2]).share()
  torch.fromShared(token)
  t.throws(() => torch.fromShared(token), {
    instanceOf: RangeError,
    message: /^fromShared: expected a token .* got \d+n, which has been adopted or dropped before/,
  })
  t.throws(() => torch.fromShared(5n), { instanceOf: RangeError, message: /none of this process/ })
  t.throws(() => torch.fromShared(-1n), { instanceOf: RangeError })
  t.throws(() => torch.fromShared(2n ** 70n), { instanceOf: RangeError })
  t.throws(() => torch.fromShared(1 as never), {
    instanceOf: TypeError,
    message: 'fromShared: expected a token that share() gave, a bigint for token, got 1',
  })
  const x = torch.ones([2], { requiresGrad: true })
  t.throws(() => x.mul(2).share(), { instanceOf: TorchError, message: /share x\.detach\(\)/ })
  t.throws(() => x.share({ outlivesThread: 1 as never }), { instanceOf: TypeError })
  await withPeer(async (worker) => {
    await t.throwsAsync(ask(worker, 'twice', x.share()), { message: /RangeError: fromShared/ })
  })
})

test.serial('dropShared frees what nobody has adopted', (t) => {
  globalThis.gc?.()
  const before = torch.memory().bytes
  const token = torch.scope(() => torch.zeros([1000]).share())
  t.is(torch.memory().bytes, before + 4000)
  t.true(torch.dropShared(token))
  t.is(torch.memory().bytes, before)
  t.false(torch.dropShared(token))
})

test.serial(
  'a tensor over a JavaScript buffer moves to memory that outlives the thread',
  async (t) => {
    const array = Float32Array.of(1, 2, 3, 4)
    const x = torch.fromTypedArray(array)
    const view = x.index([torch.slice(2)])
    const shared = torch.fromShared(x.share())
    shared.fill_(7)
    t.deepEqual(view.toArray(), [7, 7])
    t.deepEqual([...array], [1, 2, 3, 4])

    let adopted = torch.empty([0])
    await withPeer(async (worker) => {
      adopted = torch.fromShared((await ask(worker, 'jsMemory')) as bigint)
    })
    globalThis.gc?.()
    t.is(adopted.sum().item(), 499500)
    t.is(adopted.add_(1).sum().item(), 500500)
  },
)

test.serial('what a thread has shared goes with it unless it was told to stay', async (t) => {
  globalThis.gc?.()
  const before = torch.memory().bytes
  const tokens: bigint[] = []
  await withPeer(async (worker) => {
    for (const command of ['nativeMemory', 'jsMemory', 'outliving']) {
      tokens.push((await ask(worker, command)) as bigint)
    }
    t.is(torch.memory().bytes, before + 4000 + 4000 + 12)
  })
  t.is(torch.memory().bytes, before + 12)
  const [native, js, outliving] = tokens as [bigint, bigint, bigint]
  t.throws(() => torch.fromShared(native), { message: /whose thread has ended/ })
  t.throws(() => torch.fromShared(js), { message: /whose thread has ended/ })
  t.deepEqual(torch.fromShared(outliving).toArray(), [1, 2, 3])
})

test.serial('memory is counted once, whoever frees it', async (t) => {
  globalThis.gc?.()
  const before = torch.memory().bytes
  await withPeer(async (worker) => {
    const first = torch.fromShared((await ask(worker, 'nativeMemory')) as bigint)
    t.true(torch.memory().bytes >= before + 4000)
    first.dispose()
  })
  t.is(torch.memory().bytes, before)
})

test.serial('the garbage collector of the receiver hears of what it adopts', (t) =>
  withPeer(async (worker) => {
    const before = torch.memory().bytes
    let peak = 0
    for (let i = 0; i < 500; i++) {
      torch.fromShared((await ask(worker, 'megabyte')) as bigint)
      peak = Math.max(peak, torch.memory().bytes - before)
    }
    t.log(`peak ${(peak / 2 ** 20).toFixed(0)} MB of 500`)
    t.true(peak < 300 * 2 ** 20)
  }),
)

test.serial('a shared tensor cannot grow in place', (t) => {
  for (const grow of ['original', 'adopted']) {
    using original = torch.ones([3])
    using adopted = torch.fromShared(original.share())
    t.throws(() => (grow === 'original' ? original : adopted).resize_([100]), {
      instanceOf: TorchError,
      message: /not resizable/,
    })
  }
})

test.serial('a write from elsewhere spoils a graph that needs the old values', (t) => {
  const x = torch.ones([3])
  const w = torch.ones([3], { requiresGrad: true })
  const y = w.mul(x).sum()
  torch.fromShared(x.share()).add_(1)
  t.throws(() => y.backward(), {
    instanceOf: TorchError,
    message: /modified by an inplace operation/,
  })
})
