import test from 'ava'
import { type Tensor, TorchError, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)
const { autograd } = torch

const leaf = (...values: number[]): Tensor => torch.tensor(values, { requiresGrad: true })

/** The user's forward, whose name the stack must show. */
function rootOfZero(x: Tensor): Tensor {
  return x.mul(0).sqrt()
}

test.serial('NaN is found, with the stack of the forward call', (t) => {
  const x = leaf(1)
  const error = t.throws(
    () => autograd.detectAnomaly(() => rootOfZero(x).mul(0).sum().backward()),
    { instanceOf: TorchError },
  )
  t.regex(error.message, /^Function 'SqrtBackward0' returned nan values in its 0th output/)
  const cause = error.cause as Error
  t.is(cause.message, 'SqrtBackward0 was recorded by this forward call')
  t.regex(cause.stack ?? '', /rootOfZero .*anomaly\.test\.ts/)
  t.notRegex(cause.stack ?? '', /lib\/torch|node:internal/)
  t.false(autograd.isAnomalyEnabled())
  // Outside it NaN passes.
  rootOfZero(x).mul(0).sum().backward()
  t.deepEqual(x.grad?.toArray(), [Number.NaN])
})

test.serial('checkNan: false only explains errors', (t) => {
  const x = leaf(1)
  autograd.detectAnomaly(() => rootOfZero(x).mul(0).sum().backward(), { checkNan: false })
  t.deepEqual(x.grad?.toArray(), [Number.NaN])
  const error = t.throws(() =>
    autograd.detectAnomaly(
      () => {
        const h = x.mul(1)
        const y = h.mul(h)
        h.add_(1)
        y.sum().backward()
      },
      { checkNan: false },
    ),
  )
  t.regex(error.message, /modified by an inplace operation/)
  t.is((error.cause as Error).message, 'MulBackward0 was recorded by this forward call')
})

test.serial('derivatives of derivatives name both calls', (t) => {
  const x = leaf(0)
  const error = t.throws(() =>
    autograd.detectAnomaly(() => {
      const y = x.pow(1.5)
      const [first] = autograd.grad(y.sum(), [x], { createGraph: true })
      first.mul(0).sum().backward()
    }),
  )
  const cause = error.cause as Error
  t.regex(cause.message, /recorded by this forward call/)
  t.is((cause.cause as Error).message, 'PowBackward0 was recorded by this forward call')
})

test.serial('a graph recorded outside is said to be so', (t) => {
  const x = leaf(1)
  const y = rootOfZero(x).mul(0).sum()
  const error = t.throws(() => autograd.detectAnomaly(() => y.backward()))
  t.regex((error.cause as Error).message, /SqrtBackward0 was recorded outside detectAnomaly/)
})

test.serial('errors of hooks and custom functions stay as they are', (t) => {
  const x = leaf(1)
  const mine = new TorchError('mine')
  const thrown = t.throws(() =>
    autograd.detectAnomaly(() => {
      const h = x.mul(2)
      h.registerHook(() => {
        throw mine
      })
      h.sum().backward()
    }),
  )
  t.is(thrown, mine)
  t.is(mine.cause, undefined)
})

test.serial('async functions, and other tasks meanwhile', async (t) => {
  const x = leaf(1)
  const detecting = autograd.detectAnomaly(async () => {
    const y = rootOfZero(x).mul(0).sum()
    await new Promise(setImmediate)
    t.true(autograd.isAnomalyEnabled())
    y.backward()
  })
  t.false(autograd.isAnomalyEnabled())
  rootOfZero(x).mul(0).sum().backward()
  const error = await t.throwsAsync(detecting)
  t.regex((error.cause as Error).stack ?? '', /rootOfZero/)
  t.false(autograd.isAnomalyEnabled())
})

test.serial('setDetectAnomaly', (t) => {
  const x = leaf(1)
  autograd.setDetectAnomaly(true)
  t.true(autograd.isAnomalyEnabled())
  t.throws(() => rootOfZero(x).mul(0).sum().backward(), { message: /returned nan values/ })
  autograd.setDetectAnomaly(false)
  t.false(autograd.isAnomalyEnabled())
  rootOfZero(x).mul(0).sum().backward()
  torch.noGrad(() =>
    t.throws(() => autograd.setDetectAnomaly(true), { message: /cannot be called inside noGrad/ }),
  )
  const inForward = autograd.function({
    forward(_ctx, input: Tensor) {
      autograd.setDetectAnomaly(true)
      return input.clone()
    },
    backward: (_ctx, grad) => grad,
  })
  t.throws(() => inForward(x), { message: /cannot be called inside .* a custom function/ })
  t.false(autograd.isAnomalyEnabled())
  t.throws(() => autograd.setDetectAnomaly(1 as never), { message: /a boolean for enabled/ })
  t.throws(() => autograd.detectAnomaly(() => 1, { check: 1 } as never), {
    message: /^detectAnomaly: unknown option "check"/,
  })
})
