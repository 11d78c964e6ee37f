import test from 'ava'
import { type DrawOptions, dataloader, randomSplit, type Sampler } from '../../lib/data/index.js'
import { withRandomKey } from '../../lib/data/random.js'
import {
  batch,
  distributed,
  random,
  sequential,
  subsetRandom,
  weightedRandom,
} from '../../lib/data/sampler.js'
import { torch } from '../../lib/torch/index.js'
import { golden } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b)

const inEpoch = <T>(epoch: number, fn: () => T): T =>
  withRandomKey({ seed: 1, epoch, purpose: 'order', index: 0 }, fn)

test('sequential', (t) => {
  t.deepEqual([...sequential(4)], [0, 1, 2, 3])
  t.is(sequential({ length: 4 }).length, 4)
})

test('random: every index once, another order in another epoch', (t) => {
  const sampler = random(50)
  const first = inEpoch(0, () => [...sampler])
  t.deepEqual(sorted(first), [...sequential(50)])
  t.deepEqual(
    inEpoch(0, () => [...sampler]),
    first,
  )
  t.notDeepEqual(
    inEpoch(1, () => [...sampler]),
    first,
  )
})

test('random with replacement or fewer samples', (t) => {
  const few = random(50, { numSamples: 5 })
  t.is(few.length, 5)
  t.is(new Set(few).size, 5)
  const many = random(3, { replacement: true, numSamples: 100 })
  t.is([...many].length, 100)
  t.deepEqual(sorted(new Set(many)), [0, 1, 2])
  const rounds = [...random(3, { numSamples: 7 })]
  t.deepEqual(
    [sorted(rounds.slice(0, 3)), sorted(rounds.slice(3, 6))],
    [
      [0, 1, 2],
      [0, 1, 2],
    ],
  )
  t.is(rounds.length, 7)
  t.deepEqual([...random(0), ...random(0, { replacement: true })], [])
  t.throws(() => random(0, { numSamples: 1 }), { message: /numSamples, got 1/ })
  t.throws(() => random(3, { generator: 7 as never }), {
    message: /a torch.Generator for generator, got 7/,
  })
})

test('subsetRandom', (t) => {
  t.deepEqual(sorted(subsetRandom([9, 4, 7])), [4, 7, 9])
})

test('batch', (t) => {
  t.deepEqual([...batch(sequential(5), 2)], [[0, 1], [2, 3], [4]])
  t.deepEqual(
    [...batch(sequential(5), 2, true)],
    [
      [0, 1],
      [2, 3],
    ],
  )
  t.is(batch(sequential(5), 2).length, 3)
  t.is(batch(sequential(5), 2, true).length, 2)
  t.is(batch(new Set([3, 1]), 2).length, undefined)
  t.throws(() => batch(sequential(5), 0), { message: /batchSize, got 0/ })
})

interface Draws {
  readonly default: unknown
  readonly generator: unknown
}

interface Samplers {
  readonly seed: number
  readonly random: readonly (Draws & {
    size: number
    options: { replacement?: boolean; numSamples?: number }
  })[]
  readonly subsetRandom: readonly (Draws & { indices: number[] })[]
  readonly weightedRandom: readonly (Draws & {
    weights: number[]
    numSamples: number
    replacement: boolean
  })[]
  readonly distributed: readonly {
    size: number
    options: { numReplicas: number }
    ranks: number[][][]
  }[]
  readonly randomSplit: readonly {
    size: number
    lengths: number[]
    default: number[][]
    seeded: number[][]
  }[]
}

const python = golden<Samplers>('samplers')
const seeded = () => new torch.Generator().manualSeed(python.seed)

/** The indices of as many iterations as Python made. */
function draws(make: (options?: DrawOptions) => Sampler, { default: first, generator }: Draws) {
  const iterations = (sampler: Sampler, like: unknown) =>
    Array.isArray((like as unknown[])[0])
      ? (like as unknown[]).map(() => [...sampler])
      : [...sampler]
  torch.manualSeed(python.seed)
  return {
    default: iterations(make(), first),
    generator: iterations(make({ generator: seeded() }), generator),
  }
}

test('random gives the indices of Python', (t) => {
  for (const { size, options, ...expected } of python.random) {
    t.deepEqual(
      draws((more) => random(size, { ...options, ...more }), expected),
      expected,
    )
  }
})

test('subsetRandom gives the indices of Python', (t) => {
  for (const { indices, ...expected } of python.subsetRandom) {
    t.deepEqual(
      draws((more) => subsetRandom(indices, more), expected),
      expected,
    )
  }
})

test('weightedRandom gives the indices of Python', (t) => {
  for (const { weights, numSamples, replacement, ...expected } of python.weightedRandom) {
    const make = (more?: DrawOptions) =>
      weightedRandom(weights, numSamples, { replacement, ...more })
    t.deepEqual(draws(make, expected), expected)
    t.is(make().length, numSamples)
  }
})

test('weightedRandom in a loader follows its seed and epoch', async (t) => {
  const sampler = weightedRandom(Float32Array.of(1, 0, 2, 3), 12)
  const epochs = async (seed: number) => {
    const loader = dataloader([0, 1, 2, 3], { sampler, seed, batchSize: null })
    const epoch = async () => {
      const samples: number[] = []
      for await (const sample of loader) samples.push(sample)
      return samples
    }
    return [await epoch(), await epoch()]
  }
  const [first, second] = await epochs(3)
  t.deepEqual(await epochs(3), [first, second])
  t.notDeepEqual(first, second)
  t.notDeepEqual((await epochs(4))[0], first)
  t.is(first?.length, 12)
  t.false(first?.includes(1))
})

test('weightedRandom refuses weights from which nothing can be drawn', (t) => {
  t.throws(() => weightedRandom([1, -1], 1), { message: /at least 0 for weight 1, got -1/ })
  t.throws(() => weightedRandom([1, Number.NaN], 1), { message: /weight 1, got NaN/ })
  t.throws(() => weightedRandom([0, 0], 1), { message: /at least one weight above 0/ })
  t.throws(() => weightedRandom([], 1), { message: /at least one weight above 0/ })
  t.throws(() => weightedRandom('11' as never, 1), { message: /an array of numbers for weights/ })
  t.throws(() => weightedRandom([1], 0), { message: /numSamples, got 0/ })
  t.throws(() => weightedRandom([1, 0, 1], 3, { replacement: false }), {
    message: /at most 2, the number of weights above 0.*got 3/,
  })
})

test('distributed gives the indices of Python to every rank, by epoch', (t) => {
  for (const { size, options, ranks } of python.distributed) {
    const mine = ranks.map((_, rank) => {
      const sampler = distributed(size, { ...options, rank })
      return [0, 3].map((epoch) => {
        sampler.setEpoch(epoch)
        t.is(sampler.epoch, epoch)
        const indices = [...sampler]
        t.is(indices.length, sampler.length)
        return indices
      })
    })
    t.deepEqual(mine, ranks)
  }
})

test('distributed refuses what is no rank, and needs to be told', (t) => {
  t.throws(() => distributed(5, { numReplicas: 2, rank: 2 }), { message: /from 0 to 1 for rank/ })
  t.throws(() => distributed(5, { numReplicas: 2 } as never), { message: /rank, got undefined/ })
  t.throws(() => distributed(5, { numReplicas: 0, rank: 0 }), { message: /numReplicas, got 0/ })
  t.throws(() => distributed(5, { numReplicas: 1, rank: 0 }).setEpoch(-1), {
    message: /DistributedSampler.setEpoch: .*epoch, got -1/,
  })
})

test('randomSplit gives the parts of Python', (t) => {
  for (const { size, lengths, ...expected } of python.randomSplit) {
    const samples = { length: size, getItem: (index: number) => index }
    const parts = (options?: object) =>
      randomSplit(samples, lengths, options).map(({ indices }) => [...indices])
    torch.manualSeed(python.seed)
    t.deepEqual(parts(), expected.default)
    t.deepEqual(parts({ seed: python.seed }), expected.seeded)
    t.deepEqual(parts({ generator: seeded() }), expected.seeded)
  }
  t.throws(
    () => randomSplit({ length: 1, getItem: () => 0 }, [1], { seed: 1, generator: seeded() }),
    { message: /seed and generator exclude each other/ },
  )
})
