import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import {
  DataLoaderError,
  dataloader,
  dataset,
  samplers,
  tensorDataset,
} from '../../lib/data/index.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

const numbers = (length: number) => dataset({ length, getItem: (index: number) => index })

const values = async (batches: AsyncIterable<Tensor>): Promise<number[][]> => {
  const all: number[][] = []
  for await (const batch of batches) all.push(batch.toArray() as number[])
  return all
}

const sorted = (batches: number[][]) => batches.flat().sort((a, b) => a - b)
const range = (length: number) => Array.from({ length }, (_, index) => index)

test('batches come in order; the last may be smaller', async (t) => {
  const loader = dataloader(numbers(5), { batchSize: 2 })
  t.is(loader.length, 3)
  t.deepEqual(await values(loader), [[0, 1], [2, 3], [4]])
  t.deepEqual(await values(loader), [[0, 1], [2, 3], [4]])
  const dropping = dataloader(numbers(5), { batchSize: 2, dropLast: true })
  t.is(dropping.length, 2)
  t.deepEqual(await values(dropping), [
    [0, 1],
    [2, 3],
  ])
  t.deepEqual(await values(dataloader(numbers(2))), [[0], [1]])
  t.deepEqual(await values(dataloader(numbers(0), { batchSize: 3 })), [])
})

test('the counts of the tutorial', async (t) => {
  const birds = dataset({ length: 31_316, getItem: (index: number) => [0.5, index % 225] })
  const train = dataloader(birds, { batchSize: 64, shuffle: true })
  t.is(train.length, 490)
  t.is(dataloader(birds, { batchSize: 64, dropLast: true }).length, 489)
  let count = 0
  let last = 0
  for await (const { y } of train) {
    count += 1
    last = y.numel()
  }
  t.deepEqual([count, last], [490, 20])

  const held = dataset({ length: 1_125, getItem: (index: number) => [0.5, Math.floor(index / 5)] })
  t.is(dataloader(held, { batchSize: 64 }).length, 18)
  t.is(dataloader(held, { batchSize: 64, dropLast: true }).length, 17)
  const [, labels] = await dataloader(held, { batchSize: 24 }).iter().next()
  t.is(labels.dtype, 'int64')
  t.deepEqual(
    labels.toArray(),
    [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4],
  )
})

test('an array is a data set; a batch of pairs has x and y', async (t) => {
  const loader = dataloader(
    [
      [1.5, 'a'],
      [2.5, 'b'],
    ] as [number, string][],
    { batchSize: 2 },
  )
  const batch = await loader.iter().next()
  t.deepEqual(batch.x.toArray(), [1.5, 2.5])
  t.deepEqual(batch.y, ['a', 'b'])
})

test('getBatch makes whole batches; a collate asks for samples', async (t) => {
  const ds = tensorDataset(torch.arange(6), torch.arange(6).mul(2))
  const sums: number[] = []
  for await (const { x, y } of dataloader(ds, { batchSize: 4 })) {
    sums.push(x.add(y).sum().item() as number)
  }
  t.deepEqual(sums, [18, 27])
  const loader = dataloader(ds, { batchSize: 4, collate: (samples) => samples.length })
  t.is(await loader.iter().next(), 4)
})

test('a batchSize of null gives single samples, not collated', async (t) => {
  const loader = dataloader(numbers(3), { batchSize: null })
  t.is(loader.length, 3)
  const all: number[] = []
  for await (const sample of loader) all.push(sample)
  t.deepEqual(all, [0, 1, 2])
})

test('shuffle: all samples, another order each epoch, repeatable by seed', async (t) => {
  const make = (seed: number) => dataloader(numbers(40), { batchSize: 7, shuffle: true, seed })
  const loader = make(1)
  const epochs = [await values(loader), await values(loader)]
  for (const epoch of epochs) t.deepEqual(sorted(epoch), range(40))
  t.notDeepEqual(epochs[0], epochs[1])
  const again = make(1)
  t.deepEqual([await values(again), await values(again)], epochs)
  t.notDeepEqual(await values(make(2)), epochs[0])
})

test.serial('without a seed the order follows torch.manualSeed', async (t) => {
  const loader = dataloader(numbers(40), { batchSize: 40, shuffle: true })
  torch.manualSeed(11)
  const epochs = [await values(loader), await values(loader)]
  t.notDeepEqual(epochs[0], epochs[1])
  torch.manualSeed(11)
  t.deepEqual([await values(loader), await values(loader)], epochs)
})

test('sampler and batchSampler decide the order', async (t) => {
  t.deepEqual(await values(dataloader(numbers(9), { sampler: [4, 2, 4], batchSize: 2 })), [
    [4, 2],
    [4],
  ])
  const batchSampler = [[8], [0, 1, 2]]
  t.deepEqual(await values(dataloader(numbers(9), { batchSampler })), batchSampler)
  const sampler = samplers.random(9, { replacement: true, numSamples: 20 })
  const loader = dataloader(numbers(9), { sampler, batchSize: 6, seed: 1 })
  t.is(loader.length, 4)
  t.is((await values(loader)).flat().length, 20)
  const unsized = dataloader(numbers(9), { sampler: new Set([3, 1]), batchSize: 2 })
  t.deepEqual(await values(unsized), [[3, 1]])
  t.throws(() => unsized.length, { message: /sampler has no length/ })
})

test('options are checked', (t) => {
  const refuse = (options: object, message: RegExp) =>
    t.throws(() => dataloader(numbers(4), options), { message })
  refuse({ shuffle: true, sampler: [1] }, /sampler and shuffle exclude each other/)
  refuse({ batchSampler: [[1]], batchSize: 2 }, /batchSampler and batchSize exclude/)
  refuse({ batchSampler: [[1]], shuffle: true }, /batchSampler and shuffle exclude/)
  refuse({ batchSampler: [[1]], sampler: [1] }, /batchSampler and sampler exclude/)
  refuse({ batchSize: null, dropLast: true }, /batchSize: null and dropLast exclude/)
  refuse({ batchSize: 0 }, /batchSize, got 0/)
  refuse({ batchSize: 1.5 }, /batchSize, got 1.5/)
  refuse({ concurrency: 0 }, /concurrency, got 0/)
  refuse({ prefetch: -1 }, /prefetch, got -1/)
  refuse({ seed: -1 }, /seed, got -1/)
  refuse({ shuffle: 1 }, /a boolean for shuffle, got 1/)
  refuse({ sampler: 3 }, /iterable for sampler, got 3/)
  refuse({ collate: 3 }, /a function for collate, got 3/)
  refuse({ batch_size: 3 }, /unknown option "batch_size"; the options are batchSize/)
  t.throws(() => dataloader({} as never), { message: /a data set .* got an object/ })
  t.throws(() => dataloader({ getItem() {} } as never), {
    message: /length of the data set, got undefined/,
  })
})

test('samples are made several at a time, within concurrency, and come in order', async (t) => {
  let running = 0
  let most = 0
  const slow = dataset({
    length: 30,
    async getItem(index: number) {
      running += 1
      most = Math.max(most, running)
      await sleep((index * 7) % 5)
      running -= 1
      return index
    },
  })
  for (const concurrency of [1, 2, 5]) {
    most = 0
    const loader = dataloader(slow, { batchSize: 4, concurrency })
    t.deepEqual((await values(loader)).flat(), range(30))
    t.is(most, concurrency)
  }
})

test('prefetch bounds what is made ahead', async (t) => {
  const begun: number[] = []
  const ds = dataset({
    length: 20,
    async getItem(index: number) {
      begun.push(index)
      return index
    },
  })
  for (const prefetch of [0, 1, 3]) {
    begun.length = 0
    const loader = dataloader(ds, { batchSize: 2, prefetch })
    let batches = 0
    for await (const _ of loader) {
      batches += 1
      await sleep(5)
      t.is(begun.length, Math.min(2 * (batches + prefetch), 20))
    }
  }
})

test('a synchronous getItem is called only for the batch in demand', async (t) => {
  const begun: number[] = []
  const ds = dataset({ length: 20, getItem: (index: number) => begun.push(index) })
  let batches = 0
  for await (const _ of dataloader(ds, { batchSize: 2, prefetch: 4 })) {
    batches += 1
    t.is(begun.length, 2 * batches)
  }
})

test('iter().next() makes one batch only, and later ones ahead', async (t) => {
  const begun: number[] = []
  const ds = dataset({
    length: 6,
    async getItem(index: number) {
      begun.push(index)
      return index
    },
  })
  const iterator = dataloader(ds, { batchSize: 2 }).iter()
  t.deepEqual((await iterator.next()).toArray(), [0, 1])
  await sleep(5)
  t.is(begun.length, 2)
  const [second, third] = await Promise.all([iterator.next(), iterator.next()])
  t.deepEqual(
    [second.toArray(), third.toArray()],
    [
      [2, 3],
      [4, 5],
    ],
  )
  await t.throwsAsync(iterator.next(), { instanceOf: RangeError, message: /no batch after the 3/ })
})

test('the rest of an iterator with for await', async (t) => {
  const iterator = dataloader(numbers(6), { batchSize: 2 }).iter()
  await iterator.next()
  t.deepEqual(await values(iterator), [
    [2, 3],
    [4, 5],
  ])
})

test('leaving the loop ends the work under way and begins no more', async (t) => {
  let begun = 0
  let ended = 0
  const ds = dataset({
    length: 1000,
    async getItem(index: number) {
      begun += 1
      await sleep(3)
      ended += 1
      return index
    },
  })
  for await (const _ of dataloader(ds, { batchSize: 4, prefetch: 5 })) break
  t.is(ended, begun)
  t.true(begun < 60)
  const before = begun
  await sleep(20)
  t.is(begun, before)
})

test('an error names the sample, and ends the iteration', async (t) => {
  const ds = dataset({
    length: 100,
    async getItem(index: number) {
      await sleep(index === 10 ? 8 : 1)
      if (index === 10 || index === 11) throw new RangeError(`no ${index}`)
      return index
    },
  })
  const seen: number[] = []
  const error = await t.throwsAsync(
    async () => {
      for await (const batch of dataloader(ds, { batchSize: 4 }))
        seen.push(...(batch.toArray() as number[]))
    },
    { instanceOf: DataLoaderError, message: 'dataloader: sample 10 failed: no 10' },
  )
  t.deepEqual(seen, range(8))
  t.deepEqual([error?.batch, error?.indices], [2, [10]])
  t.true(error?.cause instanceof RangeError)
})

test('an error in a synchronous getItem, in getBatch, in collate', async (t) => {
  const bad = () => {
    throw new Error('bad')
  }
  const first = (loader: { iter(): { next(): Promise<unknown> } }) => loader.iter().next()
  const item = dataset({ length: 3, getItem: bad })
  await t.throwsAsync(first(dataloader(item)), { message: 'dataloader: sample 0 failed: bad' })
  const whole = dataset({ length: 9, getItem: () => 0, getBatch: bad })
  await t.throwsAsync(first(dataloader(whole, { batchSize: 2 })), {
    message: 'dataloader: batch 0 (samples 0, 1) failed: bad',
  })
  await t.throwsAsync(first(dataloader(numbers(12), { batchSize: 10, collate: bad })), {
    message: 'dataloader: batch 0 (samples 0, 1, 2, 3, 4, 5, 6, 7, ...) failed: bad',
  })
  const ragged = [torch.zeros([2]), torch.zeros([3])]
  await t.throwsAsync(first(dataloader(ragged, { batchSize: 2 })), {
    message: /batch 0 \(samples 0, 1\) failed: .*float32 \[3\] in number 1/,
  })
  const rejects = dataset({ length: 3, getItem: () => Promise.reject('text') })
  await t.throwsAsync(first(dataloader(rejects)), { message: 'dataloader: sample 0 failed: text' })
})

test('an index that is not in the data set', async (t) => {
  const loader = dataloader(numbers(9), { sampler: [3, 9] })
  await t.throwsAsync(values(loader), {
    message: 'dataloader: sample 9 failed: the sampler gave the index 9 for a data set of 9',
  })
})

test('other work goes on between batches that are ready', async (t) => {
  let ticks = 0
  const timer = setInterval(() => {
    ticks += 1
  }, 1)
  for await (const _ of dataloader(numbers(200), { batchSize: 10 })) {
    const end = performance.now() + 2
    while (performance.now() < end);
  }
  clearInterval(timer)
  t.true(ticks >= 10, `${ticks} ticks`)
})

test('a state resumes an epoch where it was left, also in a new loader', async (t) => {
  const make = () => dataloader(numbers(40), { batchSize: 6, shuffle: true, seed: 9 })
  const whole = make()
  await values(whole)
  const second = await values(whole)
  const third = await values(whole)

  const loader = make()
  await values(loader)
  t.deepEqual(loader.stateDict(), { seed: 9, epoch: 1, batch: 0 })
  let state = loader.stateDict()
  for await (const _ of loader) {
    state = loader.stateDict()
    if (state.batch === 3) break
  }
  const resumed = make()
  resumed.loadStateDict(JSON.parse(JSON.stringify(state)))
  t.deepEqual(resumed.stateDict(), state)
  t.deepEqual(await values(resumed), second.slice(3))
  t.deepEqual(await values(resumed), third)
})

test('a state of a loader without a seed carries the seed of its epoch', async (t) => {
  const make = () => dataloader(numbers(40), { batchSize: 6, shuffle: true })
  const loader = make()
  t.deepEqual(loader.stateDict(), { seed: null, epoch: 0, batch: 0 })
  const iterator = loader.iter()
  await iterator.next()
  const state = loader.stateDict()
  const rest = await values(iterator)
  const resumed = make()
  resumed.loadStateDict(state)
  t.deepEqual(await values(resumed), rest)
  t.deepEqual(loader.stateDict(), { seed: null, epoch: 0, batch: 0 })
})

test('a wrong state is refused', (t) => {
  const loader = dataloader(numbers(4), { seed: 3 })
  t.throws(() => loader.loadStateDict({ seed: 4, epoch: 0, batch: 0 }), {
    message: /seed of the loader, 3,.*got 4/,
  })
  t.throws(() => loader.loadStateDict({ seed: 3, epoch: 0.5, batch: 0 }), {
    message: /epoch, got 0.5/,
  })
  t.throws(() => loader.loadStateDict({ seed: 3, epoch: 0, batch: -1 }), {
    message: /batch, got -1/,
  })
})

test('pinned memory goes on without a device, with a warning', async (t) => {
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
  const loader = dataloader(numbers(4), { batchSize: 4, pinMemory: true })
  t.deepEqual(await values(loader), [[0, 1, 2, 3]])
  if (!torch.cuda.isAvailable())
    t.regex((await warned).message, /memory is not pinned \(pinMemory\)/)
})

test('images in channels last; other tensors as they are', async (t) => {
  const ds = dataset({
    length: 4,
    getItem: (index: number) => [torch.full([3, 4, 5], index), index],
  })
  const [x, y] = await dataloader(ds, { batchSize: 4, memoryFormat: 'channels_last' }).iter().next()
  t.true(x.isContiguous({ memoryFormat: 'channels_last' }))
  t.deepEqual(x.select(1, 2).mean([-1, -2]).toArray(), [0, 1, 2, 3])
  t.deepEqual(y.toArray(), [0, 1, 2, 3])
})
