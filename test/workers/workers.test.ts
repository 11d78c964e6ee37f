// The library in several threads at once, and in threads that come and go.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'
import { torch } from '../../lib/torch/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import type { WorkerState } from './programs/state.js'
import type { Trained } from './programs/train.js'
import { ended, message, programFile, run, startWorker } from './support.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

/** What the process holds once this thread's garbage is collected. */
async function held(): Promise<{ live: number; bytes: number }> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
  const { live, bytes } = torch.memory()
  return { live, bytes }
}

test.serial(
  'four workers at once compute, train and throw, while this thread computes',
  async (t) => {
    let running = 4
    const results = times(4, () => run<Trained>('train').finally(() => running--))
    let rounds = 0
    const a = torch.ones([32, 32])
    while (running > 0) {
      for (let i = 0; i < 20; i++) t.is(torch.noGrad(() => a.matmul(a).mean()).item(), 32)
      rounds++
      await new Promise((resolve) => setImmediate(resolve))
    }
    t.true(rounds > 1)
    for (const { losses, gradient, errors, grad } of await Promise.all(results)) {
      t.is(errors, 400)
      t.true(grad)
      // d/dw of the sum of (x·w)² is 2 xᵀ(x·w), here with w = (1/2, 1/2, 1/2) and rows (3r, 3r + 1, 3r + 2) / 12.
      const rows = times(4, (r) => times(3, (c) => (3 * r + c) / 12))
      const expected = times(3, (c) =>
        rows.reduce((sum, row) => sum + (row[c] as number) * row.reduce((s, v) => s + v, 0), 0),
      )
      ;(gradient as number[]).forEach((value, c) => {
        t.true(Math.abs(value - (expected[c] as number)) < 1e-6)
      })
      t.true((losses[19] as number) < (losses[0] as number) / 5)
      t.deepEqual(losses, (await results[0])?.losses)
    }
  },
)

test.serial('a worker that ends leaves nothing behind', async (t) => {
  await run('train')
  const before = await held()
  await Promise.all(times(4, () => run('train')))
  t.deepEqual(await held(), before)
})

test.serial('thirty workers come and go', async (t) => {
  const before = await held()
  const resident = process.memoryUsage.rss()
  for (let round = 0; round < 10; round++) await Promise.all(times(3, () => run('state')))
  t.deepEqual(await held(), before)
  const growth = (process.memoryUsage.rss() - resident) / 2 ** 20
  t.log(`resident memory grew by ${growth.toFixed(0)} MB`)
  t.true(growth < 150)
})

test.serial('workers are terminated in the middle of operators and of errors', async (t) => {
  const before = await held()
  for (let wave = 0; wave < 5; wave++) {
    await Promise.all(
      times(4, async (i) => {
        const worker = startWorker('endless', i % 2 === 0 ? 'work' : 'throw')
        await message(worker)
        await new Promise((resolve) => setTimeout(resolve, 3 * wave + i))
        t.is(await worker.terminate(), 1)
      }),
    )
  }
  t.deepEqual(await held(), before)
})

test.serial('workers are terminated while native threads read their pictures', async (t) => {
  const before = await held()
  const photos = fileURLToPath(new URL('../../examples/photos/train', import.meta.url))
  for (let wave = 0; wave < 5; wave++) {
    await Promise.all(
      times(2, async (i) => {
        const worker = startWorker('pictures', photos)
        await message(worker)
        await new Promise((resolve) => setTimeout(resolve, 5 * wave + i))
        t.is(await worker.terminate(), 1)
      }),
    )
  }
  t.deepEqual(await held(), before)
})

test.serial('modes and defaults of one thread are no other thread’s', async (t) => {
  const state = torch.noGrad(() => run<WorkerState>('state'))
  torch.setDefaultDevice('meta')
  t.deepEqual(await state, { grad: true, device: 'cpu', dtype: 'float32', threads: 1 })
  torch.setDefaultDevice(null)
  const worker = startWorker('state')
  const exit = ended(worker)
  await message(worker)
  t.is(torch.getDefaultDevice(), 'cpu')
  t.is(await exit, 0)
})

test.serial('process.exit() in a worker ends that worker', async (t) => {
  const before = await held()
  t.is(await ended(startWorker('exit')), 7)
  t.deepEqual(await held(), before)
})

for (const how of ['exit', 'end']) {
  test.serial(`a process ends (${how}) while its workers compute`, async (t) => {
    // Rejects unless the process ends by itself with code 0.
    const { stderr } = await promisify(execFile)(process.execPath, [
      programFile('process-exit'),
      how,
    ])
    t.is(stderr, '')
  })
}
