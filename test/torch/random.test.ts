// Generators, and the random numbers of the process: the same bits as Python's (test/goldens/random.json).

import test from 'ava'
import { TorchError } from '../../lib/errors.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import type { DType } from '../../lib/torch/types.js'
import {
  digest,
  type GoldenDigest,
  type GoldenTensor,
  golden,
  tensorOf,
} from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

interface Draw {
  fn: string
  on?: { shape: number[]; dtype: DType }
  args: unknown[]
  options?: object
  result: GoldenDigest
}

interface RandomGoldens {
  functions: Draw[]
  methods: Draw[]
  generator: {
    defaultSeed: string
    newState: GoldenDigest
    state: GoldenDigest
    following: GoldenTensor
    negativeSeed: string
  }
}

const goldens = golden<RandomGoldens>('random')

type Fn = (...values: unknown[]) => Tensor
const named = (object: object, name: string): Fn =>
  (object as Record<string, Fn>)[name]?.bind(object) as Fn

/** What a failing case is called. */
const label = ({ fn, on, args, options }: Draw): string => JSON.stringify({ fn, on, args, options })

test.serial('every random function draws Python’s numbers from a generator', (t) => {
  for (const draw of goldens.functions) {
    const { fn, args, options, result } = draw
    const generator = new torch.Generator().manualSeed(2n ** 63n + 11n)
    const given = args.map((arg) =>
      Array.isArray(arg) && !arg.every(Number.isInteger) ? torch.tensor(arg) : arg,
    )
    // Of whole numbers, but counts of a distribution rather than a shape.
    if (fn === 'binomial') given[0] = torch.tensor(args[0] as number[])
    t.deepEqual(digest(named(torch, fn)(...given, { ...options, generator })), result, label(draw))
  }
})

test.serial('every random method draws Python’s numbers from a generator', (t) => {
  for (const draw of goldens.methods) {
    const { fn, on, args, result } = draw
    const x = torch.zeros(on?.shape as number[], { dtype: on?.dtype as DType })
    const generator = torch.generator().manualSeed(-3)
    t.is(named(x, fn)(...args, { generator }), x)
    t.deepEqual(digest(x), result, label(draw))
  }
})

test.serial('a generator answers as Python’s', (t) => {
  const { defaultSeed, newState, state, following, negativeSeed } = goldens.generator
  const fresh = new torch.Generator()
  t.is(fresh.device, 'cpu')
  t.is(fresh.initialSeed(), BigInt(defaultSeed))
  t.deepEqual(digest(fresh.getState()), newState)
  const used = new torch.Generator({ device: 'cpu' }).manualSeed(123)
  torch.rand([10], { generator: used })
  torch.randn([3], { generator: used })
  t.deepEqual(digest(used.getState()), state)
  const clone = used.cloneState()
  const later = new torch.Generator('cpu').setState(used.getState())
  for (const one of [used, clone, later]) {
    t.deepEqual(digest(torch.rand([4], { generator: one })), digest(tensorOf(following)))
  }
  t.is(fresh.manualSeed(-1).initialSeed(), BigInt(negativeSeed))
  const chosen = fresh.seed()
  t.is(fresh.initialSeed(), chosen)
  t.not(fresh.seed(), chosen)
})

test.serial('a generator leaves the default one alone', (t) => {
  torch.manualSeed(5)
  const expected = torch.rand([3]).toArray()
  torch.manualSeed(5)
  const generator = new torch.Generator()
  torch.rand([100], { generator })
  torch.zeros([100]).normal_({ generator })
  t.deepEqual(torch.rand([3]).toArray(), expected)
})

test.serial('the default generator is that of manualSeed, seed and the state', (t) => {
  t.is(torch.manualSeed(7), torch.defaultGenerator)
  t.is(torch.initialSeed(), 7n)
  const state = torch.getRngState()
  const expected = torch.rand([3]).toArray()
  torch.setRngState(state)
  t.deepEqual(torch.rand([3], { generator: torch.defaultGenerator }).toArray(), expected)
  t.is(torch.defaultGenerator.manualSeed(8), torch.defaultGenerator)
  t.is(torch.random.initialSeed(), 8n)
  const chosen = torch.seed()
  t.is(torch.initialSeed(), chosen)
  t.is(torch.defaultGenerator.device, 'cpu')
})

test.serial('forkRng leaves the stream where it was, whatever happens inside', (t) => {
  torch.manualSeed(1)
  const expected = [torch.rand([1]), torch.rand([1])].map((x) => x.item())
  torch.manualSeed(1)
  const first = torch.rand([1]).item()
  const inner = torch.random.forkRng(() => {
    torch.manualSeed(99)
    return torch.rand([1]).item()
  })
  t.throws(() =>
    torch.random.forkRng(() => {
      torch.rand([5])
      throw new Error('mine')
    }),
  )
  t.throws(() => torch.random.forkRng(async () => torch.rand([1])), {
    instanceOf: TypeError,
    message: /must not be async/,
  })
  t.deepEqual([first, torch.rand([1]).item()], expected)
  torch.manualSeed(99)
  t.is(torch.rand([1]).item(), inner)
})

test.serial('wrong seeds, states, devices and generators are refused', (t) => {
  const generator = new torch.Generator()
  for (const seed of [0.5, '1', null, Number.NaN, 2 ** 60, {}]) {
    t.throws(() => generator.manualSeed(seed as never), {
      instanceOf: TypeError,
      message: /^manualSeed: expected an integer for seed/,
    })
    t.throws(() => torch.manualSeed(seed as never), { instanceOf: TypeError })
  }
  for (const seed of [2n ** 64n, -(2n ** 63n) - 1n]) {
    t.throws(() => torch.manualSeed(seed), { instanceOf: RangeError })
  }
  for (const state of [torch.zeros([10]), torch.zeros([10], { dtype: 'uint8' })]) {
    t.throws(() => generator.setState(state))
  }
  t.throws(() => generator.setState(1 as never), { instanceOf: TypeError })
  for (const device of ['gpu', 'meta', 1.5, null, { dev: 'cpu' }]) {
    t.throws(() => new torch.Generator(device as never))
  }
  t.throws(() => new torch.Generator('cuda'), { instanceOf: TorchError })
  const spoofs = [{}, Object.create(generator), new Proxy(generator, {}), torch.ones([1])]
  for (const spoof of spoofs) {
    t.throws(() => torch.zeros([1]).normal_({ generator: spoof as never }), {
      instanceOf: TypeError,
      message: /a Generator/,
    })
  }
  t.throws(() => torch.Generator.prototype.seed.call({} as never), { instanceOf: TypeError })
})
