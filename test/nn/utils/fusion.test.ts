// nn.utils: fused batch normalizations against PyTorch, parameters as a vector, functional calls.

import test from 'ava'
import { nn, type Tensor, torch } from '../../../lib/index.js'
import { formulaTensor, tensorOf } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'
import { makeLayer } from '../modules/cases.js'
import { utils } from './goldens.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

const { fuseConvBnEval, fuseLinearBnEval, parametersToVector, vectorToParameters } = nn.utils
const { functionalCall } = nn.utils.stateless

test('a batch normalization is folded into the layer before it', (t) => {
  for (const one of utils.fused) {
    torch.manualSeed(0)
    const layer = makeLayer(one.module, one.args, one.options) as unknown as nn.Conv2d
    const norm = nn[one.norm](3)
    torch.noGrad(() => {
      norm.running_mean?.copy_(formulaTensor([3], 10))
      norm.running_var?.copy_(formulaTensor([3], 20).add(1))
      norm.weight?.copy_(formulaTensor([3], 30).add(1))
      norm.bias?.copy_(formulaTensor([3], 40))
    })
    layer.eval()
    norm.eval()
    const isLinear = one.module === 'linear'
    const fused = isLinear
      ? (fuseLinearBnEval(layer as unknown as nn.Linear, norm) as unknown as nn.Conv2d)
      : fuseConvBnEval(layer, norm, one.module === 'convTranspose2d')
    const label = `${one.module} ${JSON.stringify(one.options)}`
    for (const name of ['weight', 'bias'] as const) {
      const wanted = tensorOf(one[name])
      t.true(torch.allclose(fused[name] as nn.Parameter, wanted, { rtol: 1e-6 }), label)
    }
    const sizes = isLinear ? [2, 4] : one.norm === 'batchNorm1d' ? [2, 4, 6] : [2, 4, 6, 6]
    const x = formulaTensor(sizes)
    const expected = norm(layer(x))
    t.true(torch.allclose(fused(x), expected, { atol: 1e-6 }), label)
    t.is(layer.parameters().length, 'bias' in one.options ? 1 : 2)
  }
})

test('fusion is for evaluation, and for running statistics', (t) => {
  const [conv, norm] = [nn.conv2d(1, 1, 1), nn.batchNorm2d(1)]
  t.throws(() => fuseConvBnEval(conv, norm), { message: /in evaluation/ })
  const plain = nn.batchNorm2d(1, { trackRunningStats: false }).eval()
  t.throws(() => fuseConvBnEval(conv.eval(), plain), { message: /running statistics/ })
  const linear = nn.linear(2, 3).eval()
  const other = nn.batchNorm1d(2).eval()
  t.throws(() => fuseLinearBnEval(linear, other), { message: /3 features or of 1, got 2/ })
})

test('parameters as one vector, and back', (t) => {
  const net = nn.sequential(nn.linear(2, 2), nn.linear(2, 1))
  const vector = parametersToVector(net.parameters())
  t.deepEqual(vector.shape, [9])
  t.true(vector.requiresGrad)
  const weight = (net[0] as nn.Linear).weight
  vectorToParameters(torch.arange(9, { dtype: 'float32' }), net.parameters())
  t.is((net[0] as nn.Linear).weight, weight)
  t.deepEqual(
    net.parameters().map((parameter) => parameter.toArray()),
    [
      [
        [0, 1],
        [2, 3],
      ],
      [4, 5],
      [[6, 7]],
      [8],
    ],
  )
  t.throws(() => vectorToParameters(torch.zeros([8]), net.parameters()), { message: /9 numbers/ })
  t.throws(() => parametersToVector(3 as never), { message: /an iterable of Tensors/ })
  t.false(parametersToVector([torch.zeros([2])]).requiresGrad)
})

class Scaled extends nn.Module {
  inner = nn.linear(2, 2)
  scale = nn.parameter(torch.ones([2]))

  override forward(x: Tensor): Tensor {
    return this.inner(x).mul(this.scale)
  }
}

test('functionalCall puts other tensors in the place of parameters and buffers', (t) => {
  const net = nn.sequential(new Scaled())
  const names = net.namedParameters().map(([name]) => name)
  const before = net.parameters()
  const given = {
    '0.scale': torch.tensor([2, 3]).requiresGrad_(),
    '0.inner.weight': torch.ones([2, 2]).requiresGrad_(),
    '0.inner.bias': torch.zeros([2]),
  }
  const x = torch.tensor([[1, 2]])
  const expected = net(x)
  const output = functionalCall(net, given, x)
  t.deepEqual(output.toArray(), [[6, 9]])
  output.sum().backward()
  t.deepEqual(given['0.scale'].grad?.toArray(), [3, 3])
  t.deepEqual(given['0.inner.weight'].grad?.toArray(), [
    [2, 4],
    [3, 6],
  ])
  t.true(torch.equal(net(x), expected))
  t.deepEqual(net.parameters(), before)
  t.deepEqual(
    net.namedParameters().map(([name]) => name),
    names,
  )
  t.true(before.every((parameter) => parameter.grad === null))
})

test('functionalCall: buffers, ties, and errors that leave the module as it was', (t) => {
  const norm = nn.batchNorm1d(1).eval()
  const x = torch.tensor([[3]])
  const moved = functionalCall(norm, { running_mean: torch.tensor([3]) }, [x])
  t.is(moved.item(), 0)
  t.not(norm(x).item(), 0)
  const tied = nn.sequential(nn.linear(1, 1, false), nn.linear(1, 1, false))
  ;(tied[1] as nn.Linear).weight = (tied[0] as nn.Linear).weight
  const two = { '0.weight': torch.tensor([[2]]) }
  t.is(functionalCall(tied, two, x).item(), 12)
  const own = Number((tied[0] as nn.Linear).weight.item())
  const alone = functionalCall(tied, two, x, { tieWeights: false }).item()
  t.true(Math.abs(Number(alone) - 6 * own) < 1e-6)
  t.throws(() => functionalCall(tied, { other: x }, x), { message: /"other"/ })
  t.throws(() => functionalCall(norm, { weight: x }, x, { strict: true }), { message: /missing: / })
  t.throws(() => functionalCall(tied, { '0.weight': torch.ones([3, 3]) }, x))
  t.true(Math.abs(Number(tied(x).item()) - 3 * own * own) < 1e-5)
})
