import test from 'ava'
import { nn, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

test('calculateGain is PyTorch’s table', (t) => {
  t.is(nn.init.calculateGain('linear'), 1)
  t.is(nn.init.calculateGain('tanh'), 5 / 3)
  t.is(nn.init.calculateGain('relu'), Math.SQRT2)
  t.is(nn.init.calculateGain('leakyRelu', 0.2), Math.sqrt(2 / 1.04))
  t.is(nn.init.calculateGain('selu'), 0.75)
  t.throws(() => nn.init.calculateGain('swish' as never), { message: /nonlinearity/ })
})

test('kaiming and xavier draw what the formulas say, from the default generator', (t) => {
  const bound = (weights: { abs(): { max(): { item(): unknown } } }) =>
    Number(weights.abs().max().item())
  const xavier = Math.sqrt(6 / (3 * 9 + 4 * 9))
  const kaiming = Math.sqrt(2 / (1 + 5)) * Math.sqrt(3 / 27)
  torch.manualSeed(0)
  const weight = torch.empty([4, 3, 3, 3])
  const expected = torch.empty([4, 3, 3, 3])
  nn.init.xavierUniform_(weight)
  torch.manualSeed(0)
  t.true(weight.equal(expected.uniform_(-xavier, xavier)))
  nn.init.kaimingUniform_(weight, Math.sqrt(5))
  t.true(bound(weight) <= kaiming && bound(weight) > 0.9 * kaiming)
  torch.manualSeed(0)
  nn.init.kaimingNormal_(weight, { mode: 'fanOut', nonlinearity: 'relu' })
  torch.manualSeed(0)
  t.true(weight.equal(expected.normal_(0, Math.SQRT2 / Math.sqrt(36))))
  t.throws(() => nn.init.xavierNormal_(torch.empty([3])), { message: /at least 2 dimensions/ })
})

test('same seed, same weights as a layer draws', (t) => {
  torch.manualSeed(0)
  const layer = nn.linear(4, 3)
  torch.manualSeed(0)
  t.true(nn.init.kaimingUniform_(torch.empty([3, 4]), Math.sqrt(5)).equal(layer.weight))
})

test('structured matrices', (t) => {
  t.deepEqual(nn.init.eye_(torch.empty([2, 3])).toArray(), [
    [1, 0, 0],
    [0, 1, 0],
  ])
  const dirac = nn.init.dirac_(torch.empty([4, 2, 3]), 2)
  const x = torch.arange(8, { dtype: 'float32' }).reshape([1, 2, 4])
  const same = nn.functional.conv1d(x, dirac, { padding: 1 })
  t.true(same.equal(torch.cat([x, x], 1)))
  const q = nn.init.orthogonal_(torch.empty([3, 2, 2]), 2).reshape([3, 4])
  t.true(torch.allclose(q.matmul(q.t()), torch.eye(3).mul(4), { atol: 1e-5 }))
  const sparse = nn.init.sparse_(torch.empty([10, 3]), 0.25)
  t.deepEqual(sparse.eq(0).sum(0).toArray(), [3, 3, 3])
  const cut = nn.init.truncNormal_(torch.empty([1000]), { std: 2, a: -1, b: 1 })
  t.true(Number(cut.abs().max().item()) <= 1)
  t.true(
    Number(
      nn.init
        .truncNormal_(torch.empty([1000]))
        .abs()
        .max()
        .item(),
    ) <= 2,
  )
})

test('parameters are changed outside the graph', (t) => {
  const layer = nn.linear(2, 2)
  nn.init.ones_(layer.weight)
  nn.init.constant_(layer.bias as nn.Parameter, 3)
  t.is(layer.weight.gradFn, null)
  t.deepEqual(layer(torch.ones([1, 2])).toArray(), [[5, 5]])
})
