import test from 'ava'
import { type Tensor, TorchError, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

test('a hook sees the gradient of a leaf or of an intermediate tensor', (t) => {
  const x = torch.tensor([1, 2], { requiresGrad: true })
  const h = x.mul(3)
  const seen: unknown[] = []
  h.registerHook((grad) => {
    seen.push(grad.toArray())
    t.false(grad.requiresGrad)
  })
  x.registerHook((grad) => {
    seen.push(grad.toArray())
  })
  h.mul(h).sum().backward()
  t.deepEqual(seen, [
    [6, 12],
    [18, 36],
  ])
  t.deepEqual(x.grad?.toArray(), [18, 36])
})

test('a hook replaces the gradient, one after the other', (t) => {
  const x = torch.tensor([1, 2], { requiresGrad: true })
  const h = x.mul(1)
  h.registerHook((grad) => grad.mul(10))
  h.registerHook((grad) => grad.add(1))
  h.registerHook(() => null)
  h.sum().backward()
  t.deepEqual(x.grad?.toArray(), [11, 11])
})

test('remove, twice too, and as a Disposable', (t) => {
  const x = torch.tensor([1], { requiresGrad: true })
  let calls = 0
  const count = (): void => {
    calls++
  }
  const hook = x.registerHook(count)
  {
    using _second = x.registerHook(count)
    x.sum().backward()
  }
  t.is(calls, 2)
  hook.remove()
  hook.remove()
  x.sum().backward()
  t.is(calls, 2)
})

test('hooks may remove themselves and add others while they run', (t) => {
  const x = torch.tensor([1], { requiresGrad: true })
  const calls: string[] = []
  const first = x.registerHook(() => {
    calls.push('first')
    first.remove()
    second = x.registerHook(() => {
      calls.push('second')
    })
  })
  let second: { remove(): void } | undefined
  x.sum().backward()
  x.sum().backward()
  // It refers to its own leaf: nothing else ends that.
  second?.remove()
  t.deepEqual(calls, ['first', 'second'])
})

test('hooks of a tensor that is changed in place stay with the value before', (t) => {
  const x = torch.tensor([1, 2], { requiresGrad: true })
  const h = x.mul(1)
  const seen: unknown[] = []
  h.registerHook((grad) => {
    seen.push(['before', grad.toArray()])
  })
  h.mul_(5)
  h.registerHook((grad) => {
    seen.push(['after', grad.toArray()])
  })
  h.sum().backward()
  t.deepEqual(seen, [
    ['after', [1, 1]],
    ['before', [5, 5]],
  ])
})

test('the very error that a hook throws leaves backward', (t) => {
  const x = torch.tensor([1], { requiresGrad: true })
  const mine = { not: 'even an Error' }
  x.registerHook(() => {
    throw mine
  })
  let caught: unknown
  try {
    x.mul(2).sum().backward()
  } catch (error) {
    caught = error
  }
  t.is(caught, mine)
  t.is(x.grad, null)
  // And the engine goes on as if nothing had been.
  const y = torch.tensor([1], { requiresGrad: true })
  y.sum().backward()
  t.deepEqual(y.grad?.toArray(), [1])
  y.registerHook(() => {
    throw 'text'
  })
  try {
    y.sum().backward()
  } catch (error) {
    caught = error
  }
  t.is(caught, 'text')
})

test('what a hook returns is checked', (t) => {
  const refused = (value: unknown, message: RegExp): void => {
    const x = torch.tensor([1, 2], { requiresGrad: true })
    using _hook = x.registerHook(() => value as Tensor)
    t.throws(() => x.sum().backward(), { message })
  }
  refused(1, /^registerHook: expected the hook to return a Tensor or nothing, got 1$/)
  refused(Promise.resolve(), /got a Promise$/)
  refused(torch.ones([3]), /registerHook.* has changed the size of value/)
  refused(torch.ones([2], { dtype: 'float64' }), /registerHook.* has changed the type of value/)
})

test('hooks on what gets no gradient are refused', (t) => {
  const x = torch.tensor([1])
  t.throws(() => x.registerHook(() => {}), {
    instanceOf: TorchError,
    message: /^registerHook: the tensor does not require grad/,
  })
  t.throws(() => x.registerHook('f' as never), { message: /expected a function for hook/ })
  const leaf = torch.tensor([1], { requiresGrad: true })
  t.throws(() => leaf.mul(2).registerPostAccumulateGradHook(() => {}), { message: /is no leaf/ })
  t.throws(() => x.registerPostAccumulateGradHook(() => {}), { message: /does not require grad/ })
})

test('post-accumulate hooks run once grad is there, with the same object', (t) => {
  const w = torch.tensor([1, 2], { requiresGrad: true })
  const seen: unknown[] = []
  const hook = w.registerPostAccumulateGradHook((leaf) => {
    t.is(leaf, w)
    seen.push(leaf.grad?.toArray())
    torch.noGrad(() => leaf.sub_((leaf.grad as Tensor).mul(0.5)))
    leaf.grad = null
  })
  w.mul(2).sum().backward()
  w.mul(4).sum().backward()
  t.deepEqual(seen, [
    [2, 2],
    [4, 4],
  ])
  t.deepEqual(w.toArray(), [-2, -1])
  t.is(w.grad, null)
  hook.remove()
  w.sum().backward()
  t.is(seen.length, 2)
})

test('a hook records with createGraph, and not without', (t) => {
  const x = torch.tensor(3, { requiresGrad: true })
  const recorded: boolean[] = []
  const h = x.mul(x)
  h.registerHook((grad) => {
    recorded.push(torch.isGradEnabled())
    return grad.mul(h.detach())
  })
  const [first] = torch.autograd.grad(h, [x], { createGraph: true })
  t.is(first.item(), 9 * 6)
  torch.autograd.grad(h, [x])
  t.deepEqual(recorded, [true, false])
})

test('modes inside a hook end with it, also while an async mode is live', async (t) => {
  const x = torch.tensor(3, { requiresGrad: true })
  let running = true
  const other = torch.noGrad(async () => {
    while (running) {
      x.add(1)
      await new Promise(setImmediate)
    }
  })
  for (const createGraph of [false, true]) {
    const y = x.mul(x)
    y.registerHook((grad) => {
      t.is(torch.isGradEnabled(), createGraph)
      t.is(grad.mul(x).requiresGrad, createGraph)
      t.true(torch.enableGrad(() => x.mul(2).requiresGrad))
      t.is(x.mul(2).requiresGrad, createGraph)
    })
    await new Promise(setImmediate)
    const [dx] = torch.autograd.grad(y, [x], { createGraph })
    t.is(dx.requiresGrad, createGraph)
    t.true(x.mul(2).requiresGrad)
  }
  running = false
  await other
})

test('backward inside a hook, also nested so deep that libtorch moves to another thread', (t) => {
  const x = torch.tensor(1, { requiresGrad: true })
  let depth = 0
  const nest = (levels: number): void => {
    const y = x.mul(2)
    y.registerHook(() => {
      depth++
      if (levels > 1) torch.enableGrad(() => nest(levels - 1))
    })
    y.backward()
  }
  nest(30)
  t.is(depth, 30)
  t.is(x.grad?.item(), 60)
  t.throws(() => nest(100), { message: /belongs to another thread.*nested 60 deep/ })
  // Still usable.
  x.grad = null
  nest(2)
  t.is((x.grad as unknown as Tensor).item(), 4)
})

test('a tensor disposed by its hook does no harm', (t) => {
  const x = torch.tensor([1, 2], { requiresGrad: true })
  const h = x.mul(2)
  h.registerHook((grad) => {
    h.dispose()
    grad.dispose()
    x.dispose()
  })
  h.sum().backward()
  t.pass()
})
