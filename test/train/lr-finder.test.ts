import test from 'ava'
import { dataloader } from '../../lib/data/index.js'
import { batchNorm2d } from '../../lib/nn/index.js'
import { sgd } from '../../lib/optim/index.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { lrFinder } from '../../lib/train/lr-finder.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

// Tensors of eight numbers: a second thread would only wait.
torch.setNumThreads(1)

/** A model with weights and running statistics, trained on losses that are given beforehand. */
function scripted(losses: readonly number[], { batches = losses.length } = {}) {
  const model = batchNorm2d(2)
  const optimizer = sgd(model.parameters(), { lr: 0.3, momentum: 0.9 })
  const samples = Array.from({ length: batches }, (_, i) =>
    torch.full([2, 2, 2], i, { dtype: 'float32' }),
  )
  const loader = dataloader(
    samples.map((x, i) => [x, i] as [Tensor, number]),
    { shuffle: true, seed: 5 },
  )
  const rates: number[] = []
  const criterion = (output: Tensor): Tensor => {
    const loss = losses[rates.length] as number
    rates.push(optimizer.paramGroups[0]?.lr as number)
    return output.pow(3).sum().mul(0.001).mul(0).add(loss)
  }
  return { model, optimizer, loader, criterion, rates }
}

/** The recurrence as it stands in the tutorial. */
function smooth(losses: readonly number[], beta: number): number[] {
  let average = 0
  return losses.map((loss, i) => {
    average = beta * average + (1 - beta) * loss
    return average / (1 - beta ** (i + 1))
  })
}

test('learning rates rise by a constant factor, one pass by default', async (t) => {
  const losses = [2, 1.9, 1.7, 1.8, 1.5]
  const subject = scripted(losses)
  const found = await lrFinder(subject, { startLr: 1e-4, endLr: 1e1 })
  t.deepEqual(
    found.losses.map((loss) => Number(loss.toFixed(6))),
    losses,
  )
  for (const [i, lr] of found.lrs.entries()) t.true(Math.abs(lr / 10 ** (i - 4) - 1) < 1e-12)
  t.deepEqual(subject.rates, found.lrs)
  t.is(found.ended, 'steps')
})

test('the tutorial: 490 batches from 1e-8 to 10', async (t) => {
  const found = await lrFinder(scripted(Array(490).fill(1)))
  t.is(found.lrs.length, 490)
  t.true(Math.abs((found.lrs[489] as number) - 9.585895) < 1e-6)
  const step = Math.log10(found.lrs[1] as number) - Math.log10(found.lrs[0] as number)
  t.true(Math.abs(step - 9 / 490) < 1e-12)
  t.true((found.lrs[364] as number) < 0.05 && (found.lrs[365] as number) > 0.05)
})

test('the smoothed loss is the running mean without its bias; the first one is the first loss', async (t) => {
  const losses = [4, 3, 3.5, 2, 2.25]
  const found = await lrFinder(scripted(losses), { beta: 0.75 })
  t.is(found.smoothed[0], 4)
  for (const [i, expected] of smooth(losses, 0.75).entries()) {
    t.true(Math.abs((found.smoothed[i] as number) - expected) < 1e-12)
  }
})

test('stops at the first smoothed loss above 4 times the best, without recording it or a step', async (t) => {
  const losses = [1, 0.5, 2, 2.0625, 1, 1]
  const subject = scripted(losses)
  let steps = 0
  const { optimizer } = subject
  const counted = new Proxy(optimizer, {
    get(target, key) {
      if (key === 'step') steps++
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const found = await lrFinder({ ...subject, optimizer: counted }, { beta: 0 })
  t.deepEqual(found.losses, [1, 0.5, 2], 'exactly 4 times the best is not above it')
  t.is(steps, 3)
  t.is(found.ended, 'diverged')
})

test('stops at a loss that is not finite', async (t) => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const found = await lrFinder(scripted([1, 0.9, bad, 0.8]))
    t.is(found.lrs.length, 2)
    t.is(found.ended, 'not finite')
  }
  const first = await lrFinder(scripted([Number.NaN, 1]))
  t.deepEqual(first, { lrs: [], losses: [], smoothed: [], suggestion: null, ended: 'not finite' })
})

test('suggests a tenth of the last rate that did no harm, nothing when the loss never fell', async (t) => {
  const suggestion = async (losses: number[]): Promise<number | null> =>
    (await lrFinder(scripted(losses), { startLr: 1e-4, endLr: 1e1, beta: 0 })).suggestion
  const near = (value: number | null, expected: number) =>
    t.true(Math.abs((value as number) / expected - 1) < 1e-12)
  near(await suggestion([3, 2, 1, 2, 3]), 1e-3)
  near(await suggestion([3, 1, 1.5, 1.1875, 3]), 1e-2)
  t.is(await suggestion([1, 2, 3, 3, 3]), null)
})

test('takes several passes when there are fewer batches than steps', async (t) => {
  const found = await lrFinder(scripted(Array(7).fill(1), { batches: 3 }), { steps: 7 })
  t.is(found.lrs.length, 7)
})

test('leaves no trace: weights, buffers, gradients, mode, optimizer, loader and generator', async (t) => {
  const subject = scripted([5, 4, 3, 2])
  const { model, optimizer, loader } = subject
  torch.manualSeed(1)
  // A step beforehand, so that there are gradients and momentum to lose.
  model(torch.randn([2, 2, 2, 2]))
    .pow(3)
    .sum()
    .backward()
  optimizer.step()
  model.eval()
  const read = () => ({
    model: [...model.stateDict()].map(([name, value]) => [name, value.toArray()]),
    gradients: model.parameters().map((parameter) => parameter.grad?.toArray()),
    training: model.training,
    optimizer: JSON.stringify(optimizer.stateDict(), (_, value) =>
      torch.isTensor(value) ? value.toArray() : value,
    ),
    loader: loader.stateDict(),
    generator: torch.getRngState().toArray(),
  })
  const before = read()
  const identities = model.parameters()
  const training = (output: Tensor): Tensor => output.pow(3).sum()
  await lrFinder({ ...subject, criterion: training }, { startLr: 0.1, endLr: 1 })
  t.deepEqual(read(), before)
  t.deepEqual(
    model.parameters().map((parameter, i) => parameter === identities[i]),
    [true, true],
  )
})

test('puts everything back when the loss throws', async (t) => {
  const subject = scripted([1, 1])
  subject.model.eval()
  const broken = (): Tensor => {
    throw new Error('no loss today')
  }
  await t.throwsAsync(lrFinder({ ...subject, criterion: broken }), { message: 'no loss today' })
  t.false(subject.model.training)
  t.is(subject.optimizer.paramGroups[0]?.lr, 0.3)
})

test('refuses bad options and an empty loader', async (t) => {
  const subject = scripted([1])
  await t.throwsAsync(lrFinder(subject, { startLr: 0 }), { message: /lrFinder.*startLr/ })
  await t.throwsAsync(lrFinder(subject, { startLr: 1, endLr: 1 }), { message: /lrFinder.*endLr/ })
  await t.throwsAsync(lrFinder(subject, { beta: 1 }), { message: /lrFinder.*beta/ })
  await t.throwsAsync(lrFinder(subject, { divergence: 1 }), { message: /lrFinder.*divergence/ })
  await t.throwsAsync(lrFinder(subject, { rate: 1 } as object), {
    message: /unknown option "rate"/,
  })
  const empty = { ...subject, loader: dataloader([] as [Tensor, number][]) }
  await t.throwsAsync(lrFinder(empty, { steps: 2 }), { message: /at least one batch/ })
})
