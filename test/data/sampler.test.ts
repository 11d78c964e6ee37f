import test from 'ava'
import { withRandomKey } from '../../lib/data/random.js'
import { batch, random, sequential, subsetRandom } from '../../lib/data/sampler.js'

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
  t.throws(() => random(3, { numSamples: 4 }), { message: /numSamples, got 4/ })
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
