import test from 'ava'
import { nn, type Tensor, torch } from '../../lib/index.js'
import { models } from '../../lib/vision/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

test('ResNet18 at 224: 11,689,512 parameters, 1.81 G multiply-adds', async (t) => {
  const model = await models.resnet18()
  const summary = nn.summary(model, [1, 3, 224, 224], { depth: 1 })
  t.is(summary.totalParameters, 11_689_512)
  t.is(summary.trainableParameters, 11_689_512)
  // The sum over its 20 convolutions and the linear layer.
  t.is(summary.totalMacs, 1_814_073_344)
  const row = (name: string) => summary.rows.find((one) => one.name === name)
  // 64 filters of 3 x 7 x 7 at 112 x 112 places.
  t.is(row('conv1')?.macs, 64 * 3 * 7 * 7 * 112 * 112)
  t.is(row('fc')?.macs, 512 * 1000)
  t.deepEqual(row('layer1.0.conv1')?.outputShapes, [[1, 64, 56, 56]])
  t.is(row('layer1.0.relu')?.calls, 2)
  t.is(row('bn1')?.macs, 0)
  // torchinfo's figures for the same model.
  const text = String(summary)
  for (const line of [
    'Total mult-adds (G): 1.81',
    'Input size (MB): 0.60',
    'Forward/backward pass size (MB): 39.75',
    'Params size (MB): 46.76',
    '├─Sequential (layer1): 1-5          [1, 64, 56, 56]    147,968    True       462,422,016',
    '└─Linear (fc): 1-10                 [1, 1000]          513,000    True       512,000',
  ]) {
    t.true(text.includes(line), text)
  }
})

class Net extends nn.Module {
  embedding = nn.embedding(10, 8)
  layers = nn.moduleList([nn.linear(8, 8), nn.linear(8, 8)])
  norm = nn.batchNorm1d(8)
  dropout = nn.dropout(0.5)

  constructor() {
    super()
    this.registerBuffer('calls', torch.zeros([1]))
    ;(this.layers[1] as nn.Linear).weight = (this.layers[0] as nn.Linear).weight
  }

  override forward(x: Tensor): Tensor {
    this.getBuffer('calls').add_(1)
    let y: Tensor = this.embedding(x)
    for (const layer of this.layers) y = (layer as nn.Linear)(y)
    // Functional code counts too.
    const scores = y.matmul(y.transpose(1, 2))
    return this.dropout(this.norm(scores.matmul(y).transpose(1, 2)))
  }
}

test('MACs come from what runs, and nothing else changes', (t) => {
  const net = new Net()
  net.norm.eval()
  const modes = net.modules().map((module) => module.training)
  const before = net.buffers().map((buffer) => buffer.toArray())
  torch.manualSeed(3)
  const expected = torch.rand([2])
  torch.manualSeed(3)
  const summary = nn.summary(net, [2, 5], { dtype: 'int64' })
  t.true(torch.rand([2]).equal(expected))
  t.deepEqual(
    net.modules().map((module) => module.training),
    modes,
  )
  t.deepEqual(
    net.buffers().map((buffer) => buffer.toArray()),
    before,
  )
  const linear = 2 * 5 * 8 * 8
  const product = 2 * 5 * 5 * 8
  t.is(summary.totalMacs, 2 * linear + 2 * product)
  const lists = summary.rows.find(({ name }) => name === 'layers')
  t.is(lists?.macs, 2 * linear)
  t.is(lists?.calls, 0)
  // The tied weight counts once.
  t.is(summary.totalParameters, 80 + 64 + 8 + 8 + 16)
  t.deepEqual(
    summary.rows.map(({ name, parameters }) => [name, parameters]),
    [
      ['', 176],
      ['embedding', 80],
      ['layers', 80],
      ['layers.0', 72],
      ['layers.1', 8],
      ['norm', 16],
      ['dropout', 0],
    ],
  )
})

test('convolutions of every kind, attention and recurrent layers', (t) => {
  const macs = (model: nn.Module, input: readonly unknown[]) => nn.summary(model, input).totalMacs
  t.is(macs(nn.conv1d(4, 6, 3, { stride: 2, groups: 2 }), [2, 4, 11]), 2 * 6 * 5 * 2 * 3)
  t.is(macs(nn.conv2d(1, 2, 3, { dilation: 2, padding: 1 }), [1, 1, 7, 7]), 2 * 25 * 9)
  t.is(macs(nn.convTranspose2d(2, 3, 2, { stride: 2 }), [1, 2, 4, 4]), 2 * 16 * 3 * 4)
  t.is(
    macs(nn.bilinear(3, 4, 5), [
      [2, 3],
      [2, 4],
    ]),
    2 * 5 * 3 * 4,
  )
  t.is(macs(nn.lstm(3, 4), [5, 2, 3]), 5 * 2 * 4 * 4 * (3 + 4))
  const attention = nn.multiheadAttention(8, 2, { batchFirst: true })
  const sizes = [2, 5, 8] as const
  const projections = 4 * 2 * 5 * 8 * 8
  t.is(macs(attention, [sizes, sizes, sizes]), projections + 2 * 2 * 5 * 5 * 8)
})

test('summary refuses what it cannot run', (t) => {
  t.throws(() => nn.summary(5 as never, [1]), { message: /expected a module for model, got 5/ })
  t.throws(() => nn.summary(nn.relu(), 'x' as never), { message: /for input, got "x"/ })
  t.throws(() => nn.summary(nn.relu(), [1.5]), { message: /a size of the input/ })
  t.throws(() => nn.summary(nn.relu(), [1], { deep: 1 } as never), { message: /"deep"/ })
  // An error inside leaves no hooks behind.
  const layer = nn.linear(2, 2)
  t.throws(() => nn.summary(layer, [1, 3]))
  t.true(layer.training)
  t.is(nn.summary(layer, [1, 2]).rows[0]?.calls, 1)
})
