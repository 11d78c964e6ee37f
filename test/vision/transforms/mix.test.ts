import test from 'ava'
import { dataloader } from '../../../lib/data/index.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const { cutMix, mixUp, randomChoice } = transforms

/** Image i is all i, of class i. */
const batch = (count: number): transforms.Batch => [
  torch.arange(count).to('float32').reshape([count, 1, 1, 1]).expand([count, 3, 8, 8]).contiguous(),
  torch.arange(count, { dtype: 'int64' }),
]

test('mixUp: one share for the whole batch, the same for images and labels', (t) => {
  for (let times = 0; times < 20; times++) {
    const { x, y } = mixUp(batch(4), { numClasses: 4 })
    const labels = y.toArray() as number[][]
    const share = labels[1]?.[1] as number
    const values = x.amax([1, 2, 3]).toArray() as number[]
    for (const [row, own] of labels.entries()) {
      const before = (row + 3) % 4
      t.true(Math.abs((own[row] as number) - share) < 1e-6)
      t.true(Math.abs((own[before] as number) - (1 - share)) < 1e-6)
      t.true(Math.abs((values[row] as number) - (row * share + before * (1 - share))) < 1e-5)
    }
  }
})

test('cutMix: labels have the share of the pixels', (t) => {
  for (let times = 0; times < 30; times++) {
    const [x, y] = cutMix(batch(3), { numClasses: 3 })
    for (const row of [0, 1, 2]) {
      const own = x.select(0, row).eq(row).to('float32').mean().item() as number
      t.true(Math.abs(own - (y.select(0, row).select(0, row).item() as number)) < 1e-6)
      t.true(Math.abs((y.select(0, row).sum().item() as number) - 1) < 1e-6)
    }
  }
})

test('images and labels that were given stay what they are', (t) => {
  const given = batch(3)
  const [x, y] = given.map((tensor) => JSON.stringify(tensor.toArray()))
  for (const step of [mixUp.step({ numClasses: 3 }), cutMix.step({ numClasses: 3 })]) step(given)
  t.deepEqual(
    given.map((tensor) => JSON.stringify(tensor.toArray())),
    [x, y],
  )
})

const samples = Array.from(
  { length: 10 },
  (_, index) => [torch.full([3, 8, 8], index), index] as const,
)
test.after(() => {
  for (const [x] of samples) x.dispose()
})

test('as collate of a loader: the numbers are those of the seed, whatever is loaded first', async (t) => {
  const mix = randomChoice.step([mixUp.step({ numClasses: 10 }), cutMix.step({ numClasses: 10 })])
  const epoch = async (prefetch: number): Promise<unknown[]> => {
    const loader = dataloader(
      { length: 10, getItem: (index: number) => samples[index] as readonly [Tensor, number] },
      { batchSize: 4, shuffle: true, seed: 5, prefetch, collate: mix.collate },
    )
    const seen: unknown[] = []
    for await (const { x, y } of loader) {
      t.deepEqual(x.shape.slice(1), [3, 8, 8])
      t.deepEqual(y.shape, [x.size(0), 10])
      seen.push([x.toArray(), y.toArray()])
      x.dispose()
      y.dispose()
    }
    return seen
  }
  const first = await epoch(0)
  t.is(first.length, 3)
  t.deepEqual(await epoch(3), first)
})

test('in a training loop, on a batch of a loader', async (t) => {
  const mix = mixUp.step({ numClasses: 10 })
  t.deepEqual([mix.name, mix.params], ['mixUp', { alpha: 1, numClasses: 10 }])
  const loader = dataloader(samples, { batchSize: 5 })
  for await (const given of loader) {
    const [x, y] = mix(given)
    t.deepEqual([x.shape, y.shape, y.dtype], [[5, 3, 8, 8], [5, 10], 'float32'])
  }
})

test('wrong batches and options are refused by name', (t) => {
  const [x, y] = batch(3)
  const refuse = (fn: () => unknown, message: RegExp) => t.throws(fn, { message })
  refuse(() => mixUp([x, y]), /mixUp: .* for numClasses/)
  refuse(() => mixUp([x, y], { numClasses: 2 }), /Class values must be smaller/)
  refuse(() => mixUp([x, y], { numClasses: 0 }), /numClasses, got 0/)
  refuse(() => mixUp([x, y], { alpha: 0, numClasses: 3 }), /alpha, got 0/)
  refuse(() => mixUp([x.to('uint8'), y], { numClasses: 3 }), /mixUp: .*floating-point.*"uint8"/)
  refuse(
    () => cutMix([x.select(0, 0), y], { numClasses: 3 }),
    /cutMix: .*\[N, C, H, W] for the images/,
  )
  refuse(() => cutMix([x, y.narrow(0, 0, 2)], { numClasses: 3 }), /3, as many as images/)
  refuse(() => cutMix([x, y.to('float32')], { numClasses: 3 }), /integers, or probabilities/)
  refuse(() => cutMix([x, torch.zeros([3, 4])], { numClasses: 3 }), /\[N, 3] for the labels/)
  refuse(() => cutMix(x as never), /\[images, labels] for batch, got a Tensor/)
  refuse(() => cutMix([x, 3 as never], { numClasses: 3 }), /for the labels, got 3/)
  refuse(() => mixUp.step({ classes: 3 } as never), /unknown option "classes"/)
  refuse(
    () => randomChoice.step([mixUp.step(), transforms.invert] as never),
    /randomChoice: expected a transform of images.* for a part/,
  )
  refuse(
    () => transforms.compose([mixUp.step() as never]),
    /compose: expected a transform of images/,
  )
})
