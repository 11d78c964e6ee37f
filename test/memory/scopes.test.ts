import test from 'ava'
import { TensorDisposedError } from '../../lib/errors.js'
import { nn } from '../../lib/index.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

test.serial('a scope frees all but its result', (t) => {
  const x = torch.ones([4])
  let inner: Tensor | undefined
  const before = torch.memory().live
  const { kept, more } = torch.scope(() => {
    inner = x.add(1)
    return { kept: inner.mul(2), more: [x.sub(1)] }
  })
  t.is(torch.memory().live, before + 2)
  t.deepEqual(kept.toArray(), [4, 4, 4, 4])
  t.deepEqual(more[0]?.toArray(), [0, 0, 0, 0])
  t.throws(() => inner?.add(1), { instanceOf: TensorDisposedError })
  t.deepEqual(x.toArray(), [1, 1, 1, 1])
})

test.serial('scopes nest, end with an exception, and refuse async functions', (t) => {
  const result = torch.scope(() => {
    const y = torch.scope(() => torch.ones([2]))
    return y.add(1)
  })
  t.deepEqual(result.toArray(), [2, 2])
  const before = torch.memory().live
  t.throws(() =>
    torch.scope(() => {
      torch.ones([2])
      throw new Error('mine')
    }),
  )
  t.is(torch.memory().live, before)
  t.throws(() => torch.scope(async () => 1), { message: /must not be async/ })
})

test.serial('a scope leaves the parameters of a module made in it alone', (t) => {
  const layer = torch.scope(() => nn.linear(2, 2))
  t.deepEqual(layer(torch.ones([1, 2])).shape, [1, 2])
  t.deepEqual(layer.weight.shape, [2, 2])
})

test.serial('memory counts bytes from the first to the last', (t) => {
  globalThis.gc?.()
  const before = torch.memory().bytes
  const x = torch.empty([1000])
  t.is(torch.memory().bytes, before + 4000)
  const view = x.view(10, 100)
  x.dispose()
  t.is(torch.memory().bytes, before + 4000)
  view.dispose()
  t.is(torch.memory().bytes, before)
})

test.serial('using frees at the end of the block', (t) => {
  const before = torch.memory().live
  {
    using x = torch.ones([2])
    t.is(torch.memory().live, before + 1)
    t.deepEqual(x.shape, [2])
  }
  t.is(torch.memory().live, before)
})
