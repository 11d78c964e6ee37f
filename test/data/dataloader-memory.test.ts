import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { dataloader, dataset, type Pair, pair } from '../../lib/data/index.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

// Serial: torch.memory() counts the tensors of the whole process.

const live = () => torch.memory().live

/** Samples that are told when a loader needs them no more. */
const fresh = (length: number) =>
  dataset({
    length,
    async getItem(index: number): Promise<Pair<Tensor, number>> {
      await sleep(1)
      return pair(torch.full([10], index), index)
    },
    release({ x }: Pair<Tensor, number>) {
      x.dispose()
    },
  })

test.serial('an epoch leaves no tensor behind but the batches', async (t) => {
  const before = live()
  for await (const [x, y] of dataloader(fresh(20), { batchSize: 4 })) {
    x.dispose()
    y.dispose()
  }
  t.is(live(), before)
})

test.serial('leaving the loop leaves no tensor behind', async (t) => {
  for (const prefetch of [0, 1, 4]) {
    const before = live()
    for await (const [x, y] of dataloader(fresh(100), { batchSize: 4, prefetch })) {
      x.dispose()
      y.dispose()
      await sleep(4)
      break
    }
    t.is(live(), before)
  }
})

test.serial('a failed sample leaves no tensor behind', async (t) => {
  const before = live()
  const samples = fresh(40)
  const ds = dataset({
    length: 40,
    async getItem(index: number) {
      if (index === 13) throw new Error('bad')
      return samples.getItem(index)
    },
    release: (item: Pair<Tensor, number>, index: number) => samples.release?.(item, index),
  })
  await t.throwsAsync(async () => {
    for await (const [x, y] of dataloader(ds, { batchSize: 4 })) {
      x.dispose()
      y.dispose()
    }
  })
  t.is(live(), before)
})

test.serial('samples of a data set without release are left alone', async (t) => {
  const kept = Array.from({ length: 6 }, (_, index) => torch.full([2], index))
  for await (const _ of dataloader(kept, { batchSize: 2 }));
  for await (const _ of dataloader(kept, { batchSize: 2 })) break
  t.deepEqual(
    kept.map((tensor) => tensor.sum().item()),
    [0, 2, 4, 6, 8, 10],
  )
})
