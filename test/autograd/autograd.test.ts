import test from 'ava'
import { torch } from '../../lib/torch/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

test('backward fills the leaves, and adds up', (t) => {
  const w = torch.tensor([1, 2, 3], { requiresGrad: true })
  t.is(w.grad, null)
  w.pow(2).sum().backward()
  t.deepEqual(w.grad?.toArray(), [2, 4, 6])
  w.pow(2).sum().backward()
  t.deepEqual(w.grad?.toArray(), [4, 8, 12])
  w.grad = null
  t.is(w.grad, null)
})

test('backward takes a gradient, keeps the graph, and limits itself to inputs', (t) => {
  const a = torch.tensor([1, 2], { requiresGrad: true })
  const b = torch.tensor([3, 4], { requiresGrad: true })
  const y = a.mul(b)
  t.throws(() => y.backward(), { message: /grad can be implicitly created only for scalar/ })
  y.backward(torch.tensor([1, 10]), { retainGraph: true, inputs: [a] })
  t.deepEqual(a.grad?.toArray(), [3, 40])
  t.is(b.grad, null)
  y.backward(torch.tensor([1, 1]))
  t.deepEqual(b.grad?.toArray(), [1, 2])
  t.throws(() => y.backward(torch.tensor([1, 1])), {
    message: /backward through the graph a second/,
  })
})

test('createGraph gives derivatives of derivatives', (t) => {
  const x = torch.tensor(3, { requiresGrad: true })
  x.pow(3).backward(null, { createGraph: true })
  const first = x.grad
  t.is(first?.item(), 27)
  x.grad = null
  first?.backward()
  t.is((x.grad as unknown as typeof x).item(), 18)
  x.grad = null
})

test('leaves, and what made the others', (t) => {
  const x = torch.ones([2], { requiresGrad: true })
  const y = x.add(1)
  t.true(x.isLeaf)
  t.false(y.isLeaf)
  t.is(y.gradFnName, 'AddBackward0')
  t.false(y.detach().requiresGrad)
  t.false(y.data().requiresGrad)
  t.throws(() => y.requiresGrad_(false), { message: /detach/ })
  t.throws(() => torch.ones([1], { dtype: 'int64' }).requiresGrad_(), { message: /floating-point/ })
  t.throws(
    () => {
      x.grad = torch.ones([3])
    },
    { instanceOf: RangeError },
  )
})

test('noGrad and enableGrad nest, and end with an exception', (t) => {
  const x = torch.ones([1], { requiresGrad: true })
  torch.noGrad(() => {
    t.false(torch.isGradEnabled())
    t.false(x.add(1).requiresGrad)
    t.true(torch.enableGrad(() => x.add(1)).requiresGrad)
  })
  t.throws(() =>
    torch.noGrad(() => {
      throw new Error('mine')
    }),
  )
  t.true(torch.isGradEnabled())
})
