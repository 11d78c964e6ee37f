import test from 'ava'
import { TorchError, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)
const { autograd } = torch

test('grad gives gradients of any tensors and leaves grad alone', (t) => {
  const x = torch.tensor([1, 2, 3], { requiresGrad: true })
  const h = x.mul(x)
  const y = h.mul(2).sum()
  const [dx, dh] = autograd.grad(y, [x, h])
  t.deepEqual(dx.toArray(), [4, 8, 12])
  t.deepEqual(dh.toArray(), [2, 2, 2])
  t.is(x.grad, null)
})

test('one input, several outputs, given gradients', (t) => {
  const x = torch.tensor([1, 2], { requiresGrad: true })
  const [g] = autograd.grad([x.mul(2), x.mul(x)], x, {
    gradOutputs: [torch.tensor([1, 10]), torch.tensor([100, 1000])],
  })
  t.deepEqual(g.toArray(), [2 + 200, 20 + 4000])
  const [one] = autograd.grad([x.sum(), x.mul(x)], [x], {
    gradOutputs: [null, torch.tensor([1, 1])],
  })
  t.deepEqual(one.toArray(), [3, 5])
})

test('derivatives of derivatives', (t) => {
  const x = torch.tensor(2, { requiresGrad: true, dtype: 'float64' })
  const [first] = autograd.grad(x.pow(4), [x], { createGraph: true })
  const [second] = autograd.grad(first, [x], { createGraph: true })
  const [third] = autograd.grad(second, [x])
  t.deepEqual([first.item(), second.item(), third.item()], [32, 48, 48])
})

test('unused inputs', (t) => {
  const x = torch.tensor([1, 2], { requiresGrad: true })
  const unused = torch.tensor([3, 4, 5], { requiresGrad: true })
  t.throws(() => autograd.grad(x.sum(), [x, unused]), {
    instanceOf: TorchError,
    message: /^grad: input 1 was not used to compute the outputs; with allowUnused: true/,
  })
  t.is(autograd.grad(x.sum(), [unused], { allowUnused: true })[0], null)
  const [zeros] = autograd.grad(x.sum(), [unused], { materializeGrads: true })
  t.deepEqual(zeros?.toArray(), [0, 0, 0])
  t.throws(() => autograd.grad(x.sum(), [x], { materializeGrads: true, allowUnused: false }), {
    message: /materializeGrads needs allowUnused/,
  })
})

test('errors name what is wrong', (t) => {
  const x = torch.tensor([1, 2], { requiresGrad: true })
  const plain = torch.tensor([1, 2])
  t.throws(() => autograd.grad(plain.sum(), [x]), {
    message: /^grad: tensor 0 does not require grad and has no gradFn$/,
  })
  t.throws(() => autograd.grad(x.sum(), [x, plain]), {
    message: /^grad: input 1 does not require grad$/,
  })
  t.throws(() => autograd.grad(x.mul(2), [x]), {
    message:
      /^grad: grad can be implicitly created only for scalar outputs, and tensor 0 has shape \[2\]/,
  })
  const complex = torch.ones([], { dtype: 'complex64', requiresGrad: true })
  t.throws(() => autograd.grad(complex.mul(2), [complex]), { message: /only for real outputs/ })
  t.throws(() => autograd.grad(x.mul(2), [x], { gradOutputs: torch.ones([3]) }), {
    instanceOf: RangeError,
    message: /the gradient of tensor 0 has shape \[3\], the tensor \[2\]/,
  })
  t.throws(() => autograd.grad(x.mul(2), [x], { gradOutputs: [x, x] }), {
    instanceOf: RangeError,
    message: /^grad: expected as many gradients as tensors, 1 for gradOutputs/,
  })
  t.throws(() => autograd.grad([x.sum(), 1 as never], [x]), {
    message: /^grad: expected a Tensor for outputs\[1\], got 1$/,
  })
  t.throws(() => autograd.grad(x.sum(), []), { message: /at least one Tensor for inputs/ })
  t.throws(() => autograd.grad(x.sum(), [x], { retain: true } as never), {
    message: /unknown option "retain"/,
  })
  t.throws(() => x.sum().backward(null, { retainGraph: 1 as never }), {
    message: /^backward: expected a boolean for retainGraph, got 1$/,
  })
  t.throws(() => x.sum().backward(null, { inputs: [] }), { message: /at least one Tensor/ })
  const y = x.mul(x).sum()
  autograd.grad(y, [x])
  t.throws(() => autograd.grad(y, [x]), { message: /backward through the graph a second time/ })
})

test('backward of several tensors, limited to inputs that need not be leaves', (t) => {
  const x = torch.tensor([1, 2], { requiresGrad: true })
  const h = x.mul(3)
  autograd.backward([h.sum(), h.mul(h)], [null, torch.ones([2])], {
    inputs: [h],
    retainGraph: true,
  })
  t.is(x.grad, null)
  t.deepEqual(h.grad?.toArray(), [7, 13])
  autograd.backward(h.sum())
  t.deepEqual(x.grad?.toArray(), [3, 3])
})

test('retainGrad', (t) => {
  const x = torch.tensor([1, 2], { requiresGrad: true })
  const h = x.mul(2)
  t.false(h.retainsGrad)
  h.retainGrad()
  t.true(h.retainsGrad)
  h.mul(h).sum().backward()
  t.deepEqual(h.grad?.toArray(), [4, 8])
  t.throws(() => torch.ones([1]).retainGrad(), {
    message: /^retainGrad: the tensor does not require/,
  })
})

test('the graph can be looked at', (t) => {
  const x = torch.ones([2], { requiresGrad: true })
  const y = x.mul(2).add(x)
  t.is(x.gradFn, null)
  const node = y.gradFn as NonNullable<typeof y.gradFn>
  t.is(node.name, 'AddBackward0')
  t.is(String(node), '<AddBackward0>')
  const [[mul, output], [leaf]] = node.nextFunctions as never as [
    [typeof node, number],
    [typeof node],
  ]
  t.is(mul.name, 'MulBackward0')
  t.is(output, 0)
  t.is(leaf.name, 'AccumulateGrad')
  t.is(mul.nextFunctions[1]?.[0], null)
  t.true(mul.nextFunctions[0]?.[0]?.isSame(leaf))
})

test('detach_ cuts a tensor off from its graph', (t) => {
  const x = torch.ones([2], { requiresGrad: true })
  const y = x.mul(2)
  t.is(y.detach_(), y)
  t.false(y.requiresGrad)
  t.true(y.isLeaf)
})
