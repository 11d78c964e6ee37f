import test from 'ava'
import { drawBeta, drawDirichlet } from '../../lib/data/dirichlet.js'
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

test('keyed chances and choices come as often as they should', (t) => {
  const random = new KeyedRandom(key)
  const hits = Array.from({ length: 2000 }, () => random.chance(0.3)).filter(Boolean).length
  // 600 expected, standard deviation 20.
  t.true(Math.abs(hits - 600) < 100)
  t.false(random.chance(0))
  t.true(random.chance(1))
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < 2000; i++) {
    const chosen = random.choice([0.5, 0, 0.2, 0.3])
    counts[chosen] = (counts[chosen] ?? 0) + 1
  }
  t.is(counts[1], 0)
  for (const [index, expected] of [1000, 0, 400, 600].entries()) {
    t.true(Math.abs((counts[index] as number) - expected) < 120, `${counts}`)
  }
  // Rounding may leave the weights a little short of 1.
  const short = { uniform: () => 0.999999 }
  const { choice } = KeyedRandom.prototype
  t.is(choice.call(short as unknown as KeyedRandom, [0.5, 0.499, 0]), 1)
})

test('a keyed generator is a function of the stream, and each has numbers of its own', (t) => {
  const take = (random: KeyedRandom) => {
    const generator = random.generator('cpu')
    return torch.randn([5], { generator }).toArray()
  }
  const first = new KeyedRandom(key)
  const one = take(first)
  const other = take(first)
  t.deepEqual(take(new KeyedRandom(key)), one)
  t.notDeepEqual(other, one)
  t.notDeepEqual(take(new KeyedRandom(key, 1)), one)
})

test('keyed beta and Dirichlet numbers have their mean and follow the stream', (t) => {
  const random = new KeyedRandom(key)
  const betas = Array.from({ length: 300 }, () => drawBeta(2, random))
  t.true(betas.every((value) => value > 0 && value < 1))
  // Beta(2, 2) has mean 1/2 and variance 1/20.
  t.true(Math.abs(betas.reduce((sum, value) => sum + value, 0) / 300 - 0.5) < 0.07)
  t.is(betas[0], drawBeta(2, new KeyedRandom(key)))
  const shares = drawDirichlet(torch.full([50, 4], 1), random)
  t.deepEqual(shares.shape, [50, 4])
  t.true((shares.sum(-1).sub(1).abs().max().item() as number) < 1e-6)
})

test('operations within another leave the streams after it as they are', (t) => {
  const after = (parts: number) =>
    withRandomKey(key, () => {
      const random = nextRandom()
      const inner = random.nest(() =>
        Array.from({ length: parts }, () => nextRandom().uniform(0, 1)),
      )
      return { inner, own: random.uniform(0, 1), next: nextRandom().uniform(0, 1) }
    })
  const none = after(0)
  const three = after(3)
  t.is(none.own, new KeyedRandom(key, 0).uniform(0, 1))
  t.is(none.next, new KeyedRandom(key, 1).uniform(0, 1))
  t.deepEqual([three.own, three.next], [none.own, none.next])
  t.is(new Set([...three.inner, three.own, three.next]).size, 5)
  t.deepEqual(after(2).inner, three.inner.slice(0, 2))
})

test('a nested stream has the seed that the documentation says', (t) => {
  const [low, high] = philox4x32([0xffffffff, 5, key.index, key.epoch], [key.seed, 0])
  const seed = low + (high >>> 11) * 2 ** 32
  const nested = withRandomKey(key, () =>
    new KeyedRandom(key, 5).nest(() => nextRandom().uniform(0, 1)),
  )
  t.is(nested, new KeyedRandom({ ...key, seed }).uniform(0, 1))
})

test('outside a loader parts of an operation draw from the same generator', (t) => {
  const random = nextRandom()
  t.is(random.generator('cpu'), undefined)
  t.is(
    random.nest(() => nextRandom()),
    random,
  )
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
