import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import {
  DataLoaderError,
  type DataLoaderOptions,
  dataloader,
  dataset,
} from '../../lib/data/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

/** Twenty numbers; those that leave 3 when divided by 5 cannot be made. */
const flawed = dataset({
  length: 20,
  async getItem(index: number) {
    await sleep((index * 7) % 4)
    if (index % 5 === 3) throw new RangeError(`no ${index}`)
    return index
  },
})

const FLAWED = [3, 8, 13, 18]

async function values(batches: AsyncIterable<Tensor>): Promise<number[][]> {
  const all: number[][] = []
  for await (const batch of batches) all.push(batch.toArray() as number[])
  return all
}

const load = (options: DataLoaderOptions<number, Tensor>) =>
  dataloader(flawed, { batchSize: 6, seed: 4, ...options })

test('skip: batches are smaller, and the report names what is missing', async (t) => {
  for (const concurrency of [1, 7]) {
    const loader = load({ onError: 'skip', concurrency })
    t.deepEqual(await values(loader), [
      [0, 1, 2, 4, 5],
      [6, 7, 9, 10, 11],
      [12, 14, 15, 16, 17],
      [19],
    ])
    const { errors, batches, samples, epoch, decodeWait, consumerWait } = loader.report
    t.deepEqual([epoch, batches, samples], [0, 4, 16])
    t.deepEqual(
      errors,
      FLAWED.map((index) => ({
        index,
        batch: Math.floor(index / 6),
        path: undefined,
        stage: 'getItem',
        reason: `no ${index}`,
      })),
    )
    t.true(decodeWait > 0 && consumerWait >= 0)
  }
})

test('replace: batches stay full, and the same for any concurrency', async (t) => {
  const run = async (concurrency: number, seed: number) => {
    const loader = load({ onError: 'replace', concurrency, seed, shuffle: true })
    const epochs = [await values(loader), await values(loader)]
    for (const epoch of epochs) {
      t.deepEqual(
        epoch.map(({ length }) => length),
        [6, 6, 6, 2],
      )
      t.false(epoch.flat().some((value) => FLAWED.includes(value)))
    }
    t.true(loader.report.errors.length >= FLAWED.length)
    return epochs
  }
  const one = await run(1, 4)
  t.deepEqual(await run(5, 4), one)
  t.notDeepEqual(await run(5, 5), one)
})

test('replace: with a sampler, another sample of the same batch', async (t) => {
  const loader = load({ onError: 'replace', sampler: [3, 1, 2, 8, 4], batchSize: 3 })
  const [first = [], second] = await values(loader)
  t.true([1, 2].includes(first[0] as number))
  t.deepEqual(first.slice(1), [1, 2])
  t.deepEqual(second, [4, 4])
})

test('a batch none of whose samples can be made is left out', async (t) => {
  for (const onError of ['skip', 'replace'] as const) {
    const loader = dataloader(flawed, { onError, batchSampler: [[0], [3, 8], [13], [5]] })
    t.deepEqual(await values(loader), [[0], [5]])
    t.is(loader.report.batches, 2)
    t.deepEqual([...new Set(loader.report.errors.map(({ index }) => index))].sort(), [13, 3, 8])
  }
})

test('single samples', async (t) => {
  const loader = dataloader(flawed, { batchSize: null, onError: 'skip', sampler: [2, 3, 4] })
  const all: number[] = []
  for await (const sample of loader) all.push(sample)
  t.deepEqual(all, [2, 4])
})

test('maxErrors ends the iteration with the sample that is one too many', async (t) => {
  const loader = load({ onError: 'skip', maxErrors: 2 })
  const error = await t.throwsAsync(values(loader), { instanceOf: DataLoaderError })
  t.is(
    error?.message,
    'dataloader: sample 13 failed: no 13; that makes more than 2 samples (maxErrors)',
  )
  t.is(loader.report.errors.length, 3)
  t.is((await values(load({ onError: 'skip', maxErrors: 4 }))).length, 4)
})

test('throw is the default; what collate and getBatch throw always ends the iteration', async (t) => {
  await t.throwsAsync(values(load({})), { message: 'dataloader: sample 3 failed: no 3' })
  const fail = () => {
    throw new Error('bad')
  }
  const collate = dataloader([1, 2], { onError: 'skip', collate: fail })
  await t.throwsAsync(values(collate as AsyncIterable<Tensor>), { message: /batch 0|sample 0/ })
  const whole = dataset({ length: 4, getItem: () => 0, getBatch: fail })
  await t.throwsAsync(values(dataloader(whole, { onError: 'skip' }) as never), {
    message: 'dataloader: sample 0 failed: bad',
  })
  await t.throwsAsync(values(dataloader(whole, { batchSize: 2, onError: 'skip' }) as never), {
    message: /batch 0 \(samples 0, 1\) failed: bad/,
  })
})

test('leaving early while samples fail', async (t) => {
  for await (const _ of load({ onError: 'replace', prefetch: 3 })) break
  t.pass()
})

test('the options are checked', (t) => {
  t.throws(() => load({ onError: 'ignore' as never }), {
    message: /one of 'throw', 'skip', 'replace' for onError, got "ignore"/,
  })
  t.throws(() => load({ maxErrors: -1 }), { message: /maxErrors, got -1/ })
  t.throws(() => load({ numWorkers: -1 }), { message: /numWorkers, got -1/ })
})
