import test from 'ava'
import { nn, type Tensor, TorchError, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)
const { checkpoint } = torch.utils

const leaf = (...values: number[]): Tensor => torch.tensor(values, { requiresGrad: true })

test.serial('the same values and gradients, for inputs and what the function refers to', (t) => {
  torch.manualSeed(0)
  const model = nn.sequential(nn.linear(8, 16), nn.relu(), nn.linear(16, 4))
  const x = torch.randn([5, 8], { requiresGrad: true })
  const gradients = (y: Tensor): unknown[] => {
    const all = torch.autograd.grad(y.pow(2).sum(), [x, ...model.parameters()])
    return [y.toArray(), ...all.map((g) => g.toArray())]
  }
  t.deepEqual(gradients(checkpoint(model, x)), gradients(model(x)))
  const plain = x.detach()
  const y = checkpoint((input: Tensor) => model(input).relu(), plain)
  y.sum().backward()
  t.is(model.parameters()[0]?.grad?.shape.join(), '16,8')
})

test.serial('runs the function again, once for each backward, up to the last saved tensor', (t) => {
  const x = leaf(1, 2)
  const calls: string[] = []
  const y = checkpoint((input: Tensor) => {
    calls.push('begin')
    const result = input.exp().sin()
    calls.push('end')
    return result
  }, x)
  t.deepEqual(calls, ['begin', 'end'])
  y.sum().backward(null, { retainGraph: true })
  // sin saves the last tensor, so that the end is not reached again.
  t.deepEqual(calls, ['begin', 'end', 'begin'])
  y.sum().backward()
  t.is(calls.length, 4)
  const slope = (v: number): number => Math.fround(2 * Math.cos(Math.exp(v)) * Math.exp(v))
  for (const [i, g] of [...(x.grad as Tensor).toTypedArray()].entries()) {
    t.true(Math.abs(Number(g) - slope(i + 1)) < 1e-4)
  }
})

test.serial(
  'dropout drops the same, and the random numbers afterwards are those of one run',
  (t) => {
    const x = torch.ones([1000], { requiresGrad: true })
    const dropped = (run: (f: (input: Tensor) => Tensor) => Tensor): unknown[] => {
      torch.manualSeed(7)
      const y = run((input) => torch.dropout(input.mul(2), 0.5, true))
      const [g] = torch.autograd.grad(y.sum(), [x])
      return [y.toArray(), g.toArray(), torch.rand([3]).toArray()]
    }
    const expected = dropped((f) => f(x))
    t.deepEqual(
      dropped((f) => checkpoint(f, x)),
      expected,
    )
    torch.manualSeed(7)
    const y = checkpoint((input: Tensor) => torch.dropout(input.mul(2), 0.5, true).mul(input), x, {
      preserveRngState: false,
    })
    const [g] = torch.autograd.grad(y.sum(), [x])
    // Another mask the second time: where they differ, only one of the two factors is there.
    t.notDeepEqual(g.toArray(), y.mul(2).toArray())
  },
)

test.serial('nested checkpoints, non-tensor inputs, several outputs', (t) => {
  const x = leaf(1, 2)
  const block = (input: Tensor, factor: number, { twice }: { twice: boolean }): Tensor[] => {
    const inner = checkpoint((h: Tensor) => h.exp().exp(), input.mul(factor))
    return [inner, twice ? inner.sin() : inner]
  }
  const [a, b] = checkpoint(block, x, 0.5, { twice: true })
  const [c, d] = block(x, 0.5, { twice: true })
  const [g] = torch.autograd.grad((a as Tensor).add(b as Tensor).sum(), [x])
  const [h] = torch.autograd.grad((c as Tensor).add(d as Tensor).sum(), [x])
  t.deepEqual(g.toArray(), h.toArray())
})

test.serial('derivatives of derivatives', (t) => {
  const x = torch.tensor([0.5, 1], { dtype: 'float64', requiresGrad: true })
  const twice = (y: Tensor): unknown => {
    const [first] = torch.autograd.grad(y.sum(), [x], { createGraph: true })
    const [second] = torch.autograd.grad(first.sum(), [x])
    return second.toArray()
  }
  const f = (input: Tensor): Tensor => input.mul(input).exp().sin()
  t.deepEqual(twice(checkpoint(f, x)), twice(f(x)))
})

test.serial('without recording the function just runs', (t) => {
  const x = leaf(1)
  t.false(torch.noGrad(() => checkpoint((input: Tensor) => input.exp(), x)).requiresGrad)
})

test.serial('scopes do not free what the graph needs', (t) => {
  const x = leaf(1, 2)
  const y = torch.scope(() => {
    const h = x.mul(2)
    return checkpoint((input: Tensor) => torch.scope(() => input.exp().sin()), h)
  })
  const expected = x.mul(2).exp().sin()
  const [g] = torch.autograd.grad(expected.sum(), [x])
  t.deepEqual(torch.autograd.grad(y.sum(), [x])[0].toArray(), g.toArray())
})

test.serial('errors', (t) => {
  const x = leaf(1, 2)
  let runs = 0
  const changing = (change: (input: Tensor) => Tensor) =>
    checkpoint((input: Tensor) => (runs++ === 0 ? input.exp().exp() : change(input)), x)
  const refused = (change: (input: Tensor) => Tensor, message: RegExp): void => {
    runs = 0
    using y = changing(change).sum()
    t.throws(() => y.backward(), { instanceOf: TorchError, message })
  }
  refused((input) => input.add(1), /saved 2 tensors for backward at first, and 0 when it ran again/)
  refused(
    (input) => input.narrow(0, 0, 1).exp(),
    /saved a float32 tensor of shape \[2\] at first, and one of float32 and shape \[1\] when it ran again/,
  )
  const mine = new Error('mine')
  runs = 0
  using y = changing(() => {
    throw mine
  }).sum()
  t.is(
    t.throws(() => y.backward()),
    mine,
  )
  t.throws(() => checkpoint(1 as never), { message: /^checkpoint: expected a function for fn/ })
  t.throws(() => checkpoint(async () => 1), { message: /must not be async/ })
  const h = x.mul(1)
  using z = checkpoint((input: Tensor) => input.exp(), h).sum()
  h.add_(1)
  t.throws(() => z.backward(), { message: /modified by an inplace operation/ })
})

test.serial('keeps a fraction of the memory', (t) => {
  const blocks = Array.from({ length: 8 }, () =>
    nn.sequential(...Array.from({ length: 4 }, () => [nn.linear(128, 128), nn.relu()]).flat()),
  )
  const x = torch.ones([1024, 128])
  const held = (run: (block: (typeof blocks)[number], h: Tensor) => Tensor): number => {
    globalThis.gc?.()
    const before = torch.memory().bytes
    const y = torch.scope(() => {
      let h = x
      for (const block of blocks) h = run(block, h)
      return h.sum()
    })
    globalThis.gc?.()
    const bytes = torch.memory().bytes - before
    y.backward()
    return bytes
  }
  const all = held((block, h) => block(h))
  const some = held((block, h) => checkpoint(block, h))
  t.log(`${Math.round(all / 1024)} KiB without, ${Math.round(some / 1024)} KiB with checkpoints`)
  // Each block keeps its input rather than four activations.
  t.true(some < all * 0.3)
})
