import test from 'ava'
import { philox4x32 } from '../../lib/data/philox.js'
import {
  drawSeed,
  KeyedRandom,
  nextRandom,
  type RandomKey,
  withRandomKey,
} from '../../lib/data/random.js'
import { torch } from '../../lib/torch/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

const key: RandomKey = { seed: 1, epoch: 2, purpose: 'sample', index: 3 }

const draws = (random: KeyedRandom, count = 8): number[] =>
  Array.from({ length: count }, () => random.uint32())

test('Philox4x32-10 gives the known answers of the Random123 library', (t) => {
  const all = 0xffffffff
  t.deepEqual(philox4x32([0, 0, 0, 0], [0, 0]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8])
  t.deepEqual(
    philox4x32([all, all, all, all], [all, all]),
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  )
  t.deepEqual(
    philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  )
})

test('a keyed stream is a function of its key and operation, and every part of them matters', (t) => {
  const first = draws(new KeyedRandom(key))
  t.deepEqual(draws(new KeyedRandom(key)), first)
  const others = [
    new KeyedRandom({ ...key, seed: 2 }),
    new KeyedRandom({ ...key, seed: 1 + 2 ** 32 }),
    new KeyedRandom({ ...key, epoch: 3 }),
    new KeyedRandom({ ...key, purpose: 'batch' }),
    new KeyedRandom({ ...key, purpose: 'order' }),
    new KeyedRandom({ ...key, index: 4 }),
    new KeyedRandom(key, 1),
  ].map((random) => draws(random).join())
  t.is(new Set([first.join(), ...others]).size, 8)
})

test('numbers of a keyed stream lie where they are asked for and fill the range', (t) => {
  const random = new KeyedRandom(key)
  const uniform = Array.from({ length: 2000 }, () => random.uniform(-1, 3))
  t.true(Math.min(...uniform) >= -1 && Math.min(...uniform) < -0.98)
  t.true(Math.max(...uniform) < 3 && Math.max(...uniform) > 2.98)
  const mean = uniform.reduce((sum, value) => sum + value, 0) / uniform.length
  // The standard error of the mean of U(-1, 3) over 2000 draws is 0.026.
  t.true(Math.abs(mean - 1) < 0.12)
  const logs = Array.from({ length: 2000 }, () => random.logUniform(0.5, 2))
  t.true(Math.min(...logs) >= 0.5 && Math.max(...logs) < 2)
  const below = logs.filter((value) => value < 1).length
  t.true(Math.abs(below - 1000) < 120)
  const integers = Array.from({ length: 3000 }, () => random.integer(3))
  t.deepEqual([...new Set(integers)].sort(), [0, 1, 2])
})

test('a keyed permutation holds every index once and is uniform over small cases', (t) => {
  const order = new KeyedRandom(key).permutation(1000)
  t.deepEqual(
    [...order].sort((a, b) => a - b),
    Array.from({ length: 1000 }, (_, i) => i),
  )
  const counts = new Map<string, number>()
  for (let index = 0; index < 6000; index++) {
    const text = [...new KeyedRandom({ ...key, index }).permutation(3)].join('')
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  t.is(counts.size, 6)
  // 1000 of each expected, standard deviation 29.
  for (const count of counts.values()) t.true(Math.abs(count - 1000) < 150)
})

test('operations of one key have streams of their own, also after an await', async (t) => {
  const take = () =>
    withRandomKey(key, async () => {
      const first = nextRandom().uniform(0, 1)
      await new Promise((resolve) => setTimeout(resolve, 1))
      return [first, nextRandom().uniform(0, 1)]
    })
  const [one, other] = await Promise.all([take(), take()])
  t.deepEqual(one, other)
  t.is(one[0], new KeyedRandom(key, 0).uniform(0, 1))
  t.is(one[1], new KeyedRandom(key, 1).uniform(0, 1))
})

test.serial('elsewhere numbers come from torch and follow manualSeed', (t) => {
  const take = () => {
    torch.manualSeed(5)
    const random = nextRandom()
    return [
      random.uniform(0, 1),
      random.logUniform(0.5, 2),
      random.integer(10),
      ...random.permutation(5),
      drawSeed(),
    ]
  }
  const first = take()
  t.deepEqual(take(), first)
  torch.manualSeed(5)
  t.is(first[0], torch.rand([1]).item() as number)
})
