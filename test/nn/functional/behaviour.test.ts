// What goldens do not show: warnings, identities, callbacks, gradients through in-place calls.

import test from 'ava'
import { nn, type Tensor, torch } from '../../../lib/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

const F = nn.functional

const warnings: string[] = []
process.on('warning', ({ name, message }) => {
  if (name === 'TorchWarning') warnings.push(message)
})

/** What `run` warns of; warnings are delivered on the next turn. */
async function warned(run: () => unknown): Promise<string[]> {
  warnings.length = 0
  run()
  await new Promise((resolve) => setImmediate(resolve))
  return [...warnings]
}

test.serial('deprecated calls work and warn once', async (t) => {
  const x = torch.randn([2, 3])
  const cube = torch.randn([2, 3, 2])
  const cases: [run: () => unknown, message: RegExp][] = [
    [() => F.softmax(x), /^softmax: the dimension/],
    [() => F.logSoftmax(cube), /^logSoftmax: the dimension/],
    [() => F.softmin(x), /^softmin: the dimension/],
    [() => F.dropout2d(cube), /^dropout2d: an input with 3 dimensions counts as/],
    [() => F.dropout3d(cube), /^dropout3d: an input with 3 dimensions is deprecated/],
    [() => F.gumbelSoftmax(x, { eps: 1e-8 }), /^gumbelSoftmax: eps is deprecated/],
    [() => F.klDiv(x, x), /^klDiv: reduction 'mean'/],
    [() => F.huberLoss(x, torch.zeros([3])), /^huberLoss: the shape of target \[3\] differs/],
    [
      () => F.affineGrid(torch.zeros([1, 2, 3]), [1, 1, 2, 2]),
      /^affineGrid: alignCorners is false/,
    ],
    [
      () => F.affineGrid(torch.zeros([1, 2, 3]), [1, 1, 2, 1], true),
      /^affineGrid: with alignCorners/,
    ],
    [
      () => F.gridSample(torch.zeros([1, 1, 2, 2]), torch.zeros([1, 1, 1, 2])),
      /^gridSample: alignCorners/,
    ],
    [() => F.upsample(cube, 4), /^upsample is deprecated/],
  ]
  for (const [run, message] of cases) {
    const first = await warned(run)
    t.is(first.length, 1, String(run))
    t.regex(first[0] as string, message)
    t.deepEqual(await warned(run), [], String(run))
  }
})

test('softmax without a dimension takes the first for 0, 1 and 3 dimensions, else the second', (t) => {
  for (const [shape, dim] of [
    [[], 0],
    [[3], 0],
    [[2, 3], 1],
    [[2, 3, 2], 0],
    [[2, 2, 2, 2], 1],
  ] as const) {
    const x = torch.randn(shape)
    t.true(F.softmax(x).equal(F.softmax(x, dim)), `${shape}`)
    t.true(F.logSoftmax(x).equal(F.logSoftmax(x, { dim })), `${shape}`)
  }
})

test('arguments by position and by name are the same', (t) => {
  const x = torch.randn([1, 1, 5, 5])
  t.true(F.maxPool2d(x, 2, 1).equal(F.maxPool2d(x, { kernelSize: 2, stride: 1 })))
  t.true(F.hardtanh(x, -0.5, 0.5).equal(F.hardtanh(x, -0.5, { maxVal: 0.5 })))
  t.true(F.mseLoss(x, x.neg(), 'sum').equal(F.mseLoss(x, x.neg(), { reduction: 'sum' })))
  t.true(F.relu(x, { inplace: undefined }).equal(F.relu(x)))
  const [pooled, indices] = F.maxPool2d(x, 2, { returnIndices: true })
  t.true(pooled.equal(F.maxPool2d(x, 2)))
  t.true(x.flatten().index([indices.flatten()]).equal(pooled.flatten()))
})

test('what is done in place returns its input, and a leaf that needs gradients refuses it', (t) => {
  const x = torch.tensor([-1, 2])
  t.is(F.relu(x, true), x)
  t.deepEqual(x.toArray(), [0, 2])
  const grown = torch.ones([2, 2])
  t.is(F.dropout1d(grown, 1, true, true), grown)
  t.deepEqual([grown.shape, grown.sum().item()], [[2, 2], 0])
  t.throws(() => F.relu_(torch.ones([1], { requiresGrad: true })), { message: /leaf/ })
})

test('a distance of one’s own', (t) => {
  const [anchor, positive, negative] = [
    [0, 0],
    [1, 2],
    [4, 0],
  ].map((row) => torch.tensor([row])) as [Tensor, Tensor, Tensor]
  const manhattan = (a: Tensor, b: Tensor) => a.sub(b).abs().sum(1)
  const loss = (options: object) =>
    F.tripletMarginWithDistanceLoss(anchor, positive, negative, {
      distanceFunction: manhattan,
      ...options,
    }).item()
  t.is(loss({}), 0) // 1 + 3 − 4
  t.is(loss({ margin: 2 }), 1)
  t.is(loss({ margin: 2, swap: true }), 1) // from the positive to the negative it is 5
})

test('embedding shrinks the rows it looks up, not the others, unseen by autograd', (t) => {
  const table = torch.tensor(
    [
      [3, 4],
      [6, 8],
      [0.3, 0.4],
    ],
    { requiresGrad: true },
  )
  const rows = F.embedding(torch.tensor([0, 2], { dtype: 'int64' }), table, { maxNorm: 1 })
  const lengths = table.detach().norm(2, [1]).toArray() as number[]
  t.true(Math.abs((lengths[0] as number) - 1) < 1e-5)
  t.is(lengths[1], 10)
  t.true(Math.abs((lengths[2] as number) - 0.5) < 1e-6)
  rows.sum().backward()
  t.deepEqual(table.grad?.toArray(), [
    [1, 1],
    [0, 0],
    [1, 1],
  ])
})

test('gaussianNllLoss passes gradients through the least variance', (t) => {
  const variance = torch.tensor([0.25], { requiresGrad: true })
  const zero = torch.tensor([0])
  // ½ log v + d²/(2v) with v clamped to 1: its derivative there is ½ − ½ d².
  F.gaussianNllLoss(zero, torch.tensor([3]), variance, { eps: 1 }).backward()
  t.is(variance.grad?.item(), 0.5 - 4.5)
})

test('attention without weights is attention with them', (t) => {
  torch.manualSeed(0)
  const x = torch.randn([4, 2, 6])
  const [inWeight, outWeight] = [torch.randn([18, 6]), torch.randn([6, 6])]
  const attend = (needWeights: boolean) =>
    F.multiHeadAttentionForward(
      x,
      x,
      x,
      6,
      3,
      inWeight,
      null,
      null,
      null,
      false,
      0,
      outWeight,
      null,
      { needWeights },
    )
  const [withWeights, weights] = attend(true)
  const [without, none] = attend(false)
  t.is(none, null)
  t.deepEqual(weights?.shape, [2, 4, 4])
  t.true(torch.allclose(withWeights, without, { atol: 1e-5 }))
  t.true(torch.allclose((weights as Tensor).sum(-1), torch.ones([2, 4])))
})
