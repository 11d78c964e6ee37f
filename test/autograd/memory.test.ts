// Nothing that autograd makes of JavaScript functions stays behind. Functions that refer to their own outputs are the
// exception that the documentation names, which is why those here are made at the top or refer to nothing.

import test from 'ava'
import { type Tensor, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)
const { autograd } = torch

const ITERATIONS = 10_000
const ELEMENTS = 4096

/** Runs `step` so often that a leak of one tensor for each would show, and looks at what is left. */
function bounded(title: string, step: (x: Tensor) => void, iterations = ITERATIONS): void {
  test.serial(title, async (t) => {
    t.timeout(300_000)
    const settle = async (): Promise<void> => {
      for (let turn = 0; turn < 5; turn++) {
        torch.memory()
        globalThis.gc?.()
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const loop = (count: number): void => {
      const x = torch.ones([ELEMENTS], { requiresGrad: true })
      for (let i = 0; i < count; i++) step(x)
    }
    loop(100)
    await settle()
    const before = torch.memory()
    const heap = process.memoryUsage().heapUsed
    loop(iterations)
    await settle()
    const after = torch.memory()
    t.is(after.live - before.live, 0)
    t.is(after.bytes - before.bytes, 0)
    t.true(process.memoryUsage().heapUsed - heap < 20e6)
  })
}

const square = autograd.function({
  name: 'Square',
  forward(ctx, x: Tensor) {
    const y = x.mul(x)
    ctx.saveForBackward(x, y)
    return y
  },
  backward(ctx, grad) {
    const [x] = ctx.savedTensors as [Tensor]
    return grad.mul(x).mul(2)
  },
})

const changeInPlace = autograd.function({
  name: 'ChangeInPlace',
  forward(ctx, x: Tensor) {
    ctx.markDirty(x)
    ctx.saveForBackward(x.mul_(2))
    return x
  },
  backward: (_ctx, grad) => grad.mul(2),
})

const firstHalf = autograd.function({
  name: 'FirstHalf',
  forward: (_ctx, x: Tensor) => x.narrow(0, 0, ELEMENTS / 2),
  backward: (_ctx, grad) => torch.cat([grad, torch.zerosLike(grad)]),
})

const failing = autograd.function({
  name: 'Failing',
  forward(ctx, x: Tensor) {
    ctx.saveForBackward(x)
    throw new Error('mine')
  },
  backward: (_ctx, grad: Tensor) => grad,
})

function backwardOf(y: Tensor, x: Tensor): void {
  autograd.grad(y.sum(), [x])
}

bounded('custom functions with backward', (x) => backwardOf(square(x), x))
bounded('custom functions whose graph is never used', (x) => {
  square(square(x))
})
bounded('custom functions differentiated twice', (x) => {
  const [first] = autograd.grad(square(x).sum(), [x], { createGraph: true })
  backwardOf(first, x)
})
bounded('custom functions that change in place, and views', (x) => {
  backwardOf(changeInPlace(x.mul(1)), x)
  changeInPlace(x.mul(1))
  backwardOf(firstHalf(x), x)
})
bounded('custom functions whose forward fails', (x) => {
  try {
    failing(x)
  } catch {}
})
bounded('hooks that refer to their own tensor, with backward', (x) => {
  const h = x.mul(2)
  h.registerHook((grad) => grad.mul(h.detach()))
  backwardOf(h, x)
})
bounded('hooks of graphs that are never used', (x) => {
  x.mul(2).registerHook((grad) => grad.mul(2))
})
bounded('hooks put on a leaf and removed', (x) => {
  const hooks = [x.registerHook(() => {}), x.registerPostAccumulateGradHook(() => {})]
  x.sum().backward()
  for (const hook of hooks) hook.remove()
  x.grad = null
})
bounded('hooks that throw', (x) => {
  const h = x.mul(2)
  using _hook = h.registerHook(() => {
    throw new Error('mine')
  })
  try {
    backwardOf(h, x)
  } catch {}
})
bounded('hooks that refer to their own tensor and throw', (x) => {
  const h = x.mul(2)
  h.registerHook(() => {
    throw new Error(`for ${h.shape}`)
  })
  try {
    backwardOf(h, x)
  } catch {}
})
bounded('hooks of saved tensors', (x) => {
  const pack = (tensor: Tensor): Tensor => tensor
  backwardOf(
    autograd.savedTensorsHooks(pack, pack, () => x.exp()),
    x,
  )
  autograd.savedTensorsHooks(pack, pack, () => x.exp())
})
bounded(
  'checkpoints, used and not',
  (x) => {
    backwardOf(
      torch.utils.checkpoint((input: Tensor) => input.exp().sin(), x),
      x,
    )
    torch.utils.checkpoint((input: Tensor) => input.exp().sin(), x)
  },
  2000,
)
bounded('closures over a whole loss', (x) => {
  const loss = (): Tensor => square(x).mean()
  backwardOf(loss(), x)
})
