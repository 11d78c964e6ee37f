// What goldens cannot show: methods, errors, and settings of layers.

import test from 'ava'
import { nn, type Tensor, torch } from '../../../lib/index.js'
import { formulaTensor } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

const close = (a: Tensor, b: Tensor): boolean => torch.allclose(a, b, { atol: 1e-6 })

test('the copies of a layer in an encoder begin alike and are trained apart', (t) => {
  torch.manualSeed(0)
  const layer = nn.transformerEncoderLayer(4, 2, 6)
  const encoder = nn.transformerEncoder(layer, 2)
  const [first, second] = encoder.layers
  t.true(torch.equal(first?.linear1.weight as Tensor, second?.linear1.weight as Tensor))
  t.not(first?.linear1.weight, second?.linear1.weight)
  t.not(first, layer)
  t.is(encoder.parameters().length, 2 * layer.parameters().length)
  const copy = encoder.clone().eval()
  const x = formulaTensor([3, 1, 4])
  t.true(torch.equal(copy(x), encoder.eval()(x)))
})

test('a causal mask is found, or said', (t) => {
  torch.manualSeed(0)
  const model = nn.transformer(4, 2, {
    numEncoderLayers: 1,
    numDecoderLayers: 1,
    dimFeedforward: 6,
    dropout: 0,
  })
  const mask = nn.generateSquareSubsequentMask(3)
  t.deepEqual(mask.toArray(), [
    [0, -Infinity, -Infinity],
    [0, 0, -Infinity],
    [0, 0, 0],
  ])
  t.deepEqual(nn.generateSquareSubsequentMask(2, { dtype: 'bool' }).toArray(), [
    [false, true],
    [false, false],
  ])
  const source = formulaTensor([3, 2, 4])
  const target = formulaTensor([3, 2, 4], 100)
  const found = model(source, target, { srcMask: mask, tgtMask: mask })
  const said = { srcIsCausal: true, tgtIsCausal: true }
  t.true(close(model(source, target, { srcMask: mask, tgtMask: mask, ...said }), found))
  const no = { srcIsCausal: false, tgtIsCausal: false }
  t.true(close(model(source, target, { srcMask: mask, tgtMask: mask, ...no }), found))
  // What comes later in the target changes nothing before it.
  const changed = target.clone()
  changed.select(0, 2).fill_(9)
  const other = model(source, changed, { srcMask: mask, tgtMask: mask })
  t.true(close(other.narrow(0, 0, 2), found.narrow(0, 0, 2)))
  t.false(close(other.select(0, 2), found.select(0, 2)))
})

test('encoders and decoders of one’s own take the places of a transformer’s', (t) => {
  class Encoder extends nn.Module {
    override forward(source: Tensor): Tensor {
      return source.mul(2)
    }
  }
  class Decoder extends nn.Module {
    override forward(target: Tensor, memory: Tensor): Tensor {
      return target.add(memory.sum())
    }
  }
  const model = nn.transformer(2, 1, { customEncoder: new Encoder(), customDecoder: new Decoder() })
  const ones = torch.ones([1, 1, 2])
  t.deepEqual(model(ones, ones).toArray(), [[[5, 5]]])
  t.deepEqual(model.parameters(), [])
})

test('transformers name what does not fit', (t) => {
  const model = nn.transformer(4, 2, {
    numEncoderLayers: 1,
    numDecoderLayers: 1,
    dimFeedforward: 6,
  })
  const x = torch.zeros([3, 2, 4])
  t.throws(() => model(torch.zeros([3, 1, 4]), x), { message: /as many sequences/ })
  t.throws(() => model(x, torch.zeros([3, 2, 5])), { message: /4 features of target, got 5/ })
  t.throws(() => model(x, x, { mask: x } as never), { message: /unknown option "mask"/ })
  t.throws(() => model(1 as never, x), { message: /a Tensor for source/ })
  t.throws(() => nn.transformerEncoder(3 as never, 2), { message: /a module for encoderLayer/ })
  t.throws(() => nn.transformerEncoderLayer(4, 3), { message: /not divisible/ })
  t.throws(() => nn.transformerEncoderLayer(4, 2, { activation: 'tanh' as never }), {
    message: /activation/,
  })
})

test('tables over given vectors', (t) => {
  const vectors = torch.tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
  const table = nn.embedding.fromPretrained(vectors)
  t.false(table.weight.requiresGrad)
  t.is(String(table), 'Embedding(3, 2)')
  t.deepEqual(table(torch.tensor([2, 0], { dtype: 'int64' })).toArray(), [
    [5, 6],
    [1, 2],
  ])
  // The memory is the tensor's own.
  vectors.fill_(7)
  t.deepEqual(table.weight.select(0, 1).toArray(), [7, 7])
  const trained = nn.embedding.fromPretrained(vectors, { freeze: false, paddingIdx: 1 })
  t.true(trained.weight.requiresGrad)
  t.is(trained.paddingIdx, 1)
  t.deepEqual(trained.weight.select(0, 1).toArray(), [7, 7])

  const bag = nn.embeddingBag.fromPretrained(vectors, { mode: 'sum' })
  t.deepEqual(bag(torch.tensor([[0, 1, 2]], { dtype: 'int64' })).toArray(), [[21, 21]])
  torch.manualSeed(5)
  const next = torch.rand([1]).item()
  torch.manualSeed(5)
  nn.embedding.fromPretrained(vectors)
  t.is(torch.rand([1]).item(), next)
  t.throws(() => nn.embedding.fromPretrained(torch.zeros([3])), { message: /2 dimensions/ })
  t.throws(() => nn.embedding.fromPretrained(vectors, { numEmbeddings: 3 } as never), {
    message: /unknown option "numEmbeddings"/,
  })
})

test('adaptive softmax: all log-probabilities, the best class, and targets that are none', (t) => {
  torch.manualSeed(0)
  const layer = nn.adaptiveLogSoftmaxWithLoss(8, 12, [3, 7], { divValue: 2 })
  const x = formulaTensor([5, 8]).mul(4)
  const all = layer.logProb(x)
  t.deepEqual(all.shape, [5, 12])
  t.true(close(all.exp().sum(1), torch.ones([5])))
  t.deepEqual(layer.predict(x).toArray(), all.argmax(1).toArray())
  const target = torch.tensor([0, 4, 11, 2, 7], { dtype: 'int64' })
  const { output, loss } = layer(x, target)
  t.true(close(output, all.gather(1, target.unsqueeze(1)).squeeze(1)))
  t.true(close(loss, output.neg().mean()))
  t.throws(() => layer(x, torch.tensor([0, 4, 12, 2, 7], { dtype: 'int64' })), {
    instanceOf: RangeError,
    message: /from 0 to 11, got 0 to 12/,
  })
  t.throws(() => nn.adaptiveLogSoftmaxWithLoss(8, 12, [7, 3]), { instanceOf: RangeError })
  t.throws(() => nn.adaptiveLogSoftmaxWithLoss(8, 12, []), { message: /cutoffs/ })
  t.throws(() => nn.adaptiveLogSoftmaxWithLoss(8, 12, [12]), { message: /cutoffs/ })
})

test('numbers are printed as they were written', (t) => {
  t.is(String(nn.softshrink(1)), 'Softshrink(1)')
  t.is(String(nn.softshrink()), 'Softshrink(0.5)')
  t.is(String(nn.softplus()), 'Softplus(beta=1.0, threshold=20.0)')
  t.is(String(nn.constantPad1d(1, 2)), 'ConstantPad1d(padding=(1, 1), value=2)')
  t.is(
    String(nn.lpPool1d(1.5, 2)),
    'LPPool1d(norm_type=1.5, kernel_size=2, stride=None, ceil_mode=False)',
  )
})

test('a batch is not normalized by a variance that may be 0', (t) => {
  const norm = nn.batchNorm1d(2, { eps: 0 })
  t.throws(() => norm(formulaTensor([3, 2])), { instanceOf: RangeError, message: /an eps above 0/ })
  t.notThrows(() => norm.eval()(formulaTensor([3, 2])))
})
