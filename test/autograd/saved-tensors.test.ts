import test from 'ava'
import { type Tensor, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)
const { savedTensorsHooks } = torch.autograd

const leaf = (...values: number[]): Tensor => torch.tensor(values, { requiresGrad: true })

test('saved tensors go through pack and come back through unpack', (t) => {
  const x = leaf(1, 2)
  const packed: unknown[] = []
  const y = savedTensorsHooks(
    (tensor) => {
      packed.push(tensor.toArray())
      t.false(torch.isGradEnabled())
      return { tensor, factor: 10 }
    },
    ({ tensor, factor }) => tensor.mul(factor),
    () => x.mul(x),
  )
  t.deepEqual(packed, [
    [1, 2],
    [1, 2],
  ])
  y.sum().backward()
  t.deepEqual(x.grad?.toArray(), [20, 40])
})

test('hooks nest: the innermost counts; and they end', (t) => {
  const x = leaf(1, 2)
  const calls: string[] = []
  const hooks = <T>(name: string, fn: () => T): T =>
    savedTensorsHooks(
      (tensor) => {
        calls.push(name)
        return tensor
      },
      (tensor) => tensor,
      fn,
    )
  hooks('outer', () => {
    x.exp()
    hooks('inner', () => x.exp())
    x.exp()
  })
  x.exp()
  t.deepEqual(calls, ['outer', 'inner', 'outer'])
})

test('async functions', async (t) => {
  const x = leaf(1, 2)
  let calls = 0
  const pending = savedTensorsHooks(
    (tensor) => {
      calls++
      return tensor
    },
    (tensor) => tensor,
    async () => {
      x.exp()
      await new Promise(setImmediate)
      x.exp()
    },
  )
  x.exp()
  await pending
  x.exp()
  t.is(calls, 2)
})

test('errors pass through the operation, or through backward', (t) => {
  const x = leaf(1, 2)
  const mine = new Error('mine')
  t.is(
    t.throws(() =>
      savedTensorsHooks(
        () => {
          throw mine
        },
        () => x,
        () => x.exp(),
      ),
    ),
    mine,
  )
  // Disposed at the end: a graph that a failed backward has not freed refers to this function's variables.
  using y = savedTensorsHooks(
    () => null,
    () => {
      throw mine
    },
    () => x.exp(),
  )
  t.is(
    t.throws(() => y.sum().backward()),
    mine,
  )
  using z = savedTensorsHooks(
    () => null,
    () => 3 as never,
    () => x.exp(),
  )
  t.throws(() => z.sum().backward(), {
    message: /^savedTensorsHooks: expected unpack to return a Tensor, got 3$/,
  })
  t.throws(
    () =>
      savedTensorsHooks(
        1 as never,
        () => x,
        () => 1,
      ),
    {
      message: /^savedTensorsHooks: expected a function for pack/,
    },
  )
})

test('pack may compute, but not change its tensor in place', (t) => {
  const x = leaf(1, 2)
  const y = savedTensorsHooks(
    (tensor) => tensor.to('bfloat16'),
    (tensor) => tensor.to('float32'),
    () => x.mul(1).exp(),
  )
  y.sum().backward()
  t.deepEqual(x.grad?.toArray(), y.detach().to('bfloat16').to('float32').toArray())
  t.throws(
    () =>
      savedTensorsHooks(
        (tensor) => tensor.add_(1),
        (tensor) => tensor,
        () => x.exp(),
      ),
    { message: /pack hook is modifying its input in place/ },
  )
})

test('custom functions and second derivatives', (t) => {
  const x = leaf(2)
  const cube = torch.autograd.function({
    forward(ctx, x: Tensor) {
      ctx.saveForBackward(x)
      return x.pow(3)
    },
    backward(ctx, grad) {
      const [x] = ctx.savedTensors as [Tensor]
      return grad.mul(x.mul(x)).mul(3)
    },
  })
  let calls = 0
  const y = savedTensorsHooks(
    (tensor) => {
      calls++
      return tensor
    },
    (tensor) => tensor,
    () => cube(x),
  )
  t.is(calls, 1)
  const [first] = torch.autograd.grad(y, [x], { createGraph: true })
  const [second] = torch.autograd.grad(first, [x])
  t.deepEqual([first.item(), second.item()], [12, 12])
})
