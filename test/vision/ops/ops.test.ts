import test from 'ava'
import { nn, type Tensor, torch } from '../../../lib/index.js'
import { ops } from '../../../lib/vision/index.js'
import { formulaTensor } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const rows = (x: Tensor): number[][] => x.toArray() as number[][]

test('stochasticDepth drops rows, or the batch, and scales what stays', (t) => {
  torch.manualSeed(0)
  const x = torch.ones([1000, 2])
  const byRow = rows(ops.stochasticDepth(x, 0.25, 'row'))
  for (const [a, b] of byRow) {
    t.is(a, b)
    t.true(a === 0 || a === Math.fround(1 / 0.75))
  }
  const kept = byRow.filter(([a]) => a !== 0).length
  // 750 ± 5 standard deviations of 13.7
  t.true(Math.abs(kept - 750) < 69, String(kept))
  const sums = Array.from({ length: 50 }, () =>
    Number(ops.stochasticDepth(x, 0.5, 'batch').sum().item()),
  )
  t.deepEqual([...new Set(sums)].sort(), [0, 4000])
  t.is(Number(ops.stochasticDepth(x, 1, 'row').sum().item()), 0)
})

test('stochasticDepth as a layer is the identity in evaluation', (t) => {
  const layer = ops.stochasticDepth(0.5, 'row')
  const x = formulaTensor([4, 3])
  t.is(layer.eval()(x), x)
  t.is(ops.stochasticDepth(x, 0.5, 'row', false), x)
  t.is(String(layer), 'StochasticDepth(p=0.5, mode=row)')
  t.throws(() => ops.stochasticDepth(2, 'row'), { instanceOf: RangeError })
  t.throws(() => ops.stochasticDepth(x, 0.5, 'column' as never), { message: /'batch', 'row'/ })
})

test('squeezeExcitation multiplies channels by factors from their means', (t) => {
  const layer = ops.squeezeExcitation(4, 2)
  const x = formulaTensor([2, 4, 3, 3])
  const means = x.mean([2, 3], true)
  const factors = layer.fc2(layer.fc1(means).relu()).sigmoid()
  t.true(layer(x).allclose(x.mul(factors)))
  t.deepEqual([...layer.stateDict().keys()], ['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias'])
})

test('conv2dNormActivation keeps the size, with a bias only where nothing normalizes', (t) => {
  const x = formulaTensor([1, 3, 8, 9])
  const usual = ops.conv2dNormActivation(3, 5, { kernelSize: [3, 5], dilation: 2 })
  t.deepEqual(usual(x).shape, [1, 5, 8, 9])
  t.deepEqual(
    usual.children().map((child) => child.constructor.name),
    ['Conv2d', 'BatchNorm2d', 'ReLU'],
  )
  t.is(usual.outChannels, 5)
  const plain = ops.conv2dNormActivation(3, 5, {
    normLayer: null,
    activationLayer: nn.gelu as never,
    inplace: null,
  })
  t.deepEqual([...plain.stateDict().keys()], ['0.weight', '0.bias'])
  t.deepEqual(plain.children().length, 2)
  t.throws(() => ops.conv2dNormActivation(3, 5, { kernel: 3 } as never), { message: /kernel/ })
})

test('mlp and permute', (t) => {
  const net = ops.mlp(4, [8, 2], { normLayer: (width) => nn.layerNorm(width), dropout: 0.1 })
  t.deepEqual(
    net.children().map((child) => child.constructor.name),
    ['Linear', 'LayerNorm', 'ReLU', 'Dropout', 'Linear', 'Dropout'],
  )
  t.deepEqual(net(formulaTensor([3, 4])).shape, [3, 2])
  t.throws(() => ops.mlp(4, []), { message: /hiddenChannels/ })
  t.deepEqual(ops.permute([2, 0, 1])(formulaTensor([2, 3, 4])).shape, [4, 2, 3])
  t.throws(() => ops.permute([0.5]), { message: /permute/ })
})
