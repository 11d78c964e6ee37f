import test from 'ava'
import * as lr from '../../lib/lr/index.js'
import * as nn from '../../lib/nn/index.js'
import * as optim from '../../lib/optim/index.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import {
  digest,
  formulaTensor,
  type GoldenDigest,
  type GoldenTensor,
  golden,
  tensorOf,
} from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

interface Training {
  steps: number
  stateDictBefore: Record<string, GoldenDigest>
  lr: number[]
  losses: number[]
  stateDictAfter: Record<string, GoldenTensor>
  evalLogits: GoldenTensor
}

const SHAPE = [8, 3, 16, 16]

/** Noise with a stripe whose place tells the class, as scripts/goldens/training.py makes it. */
function batch(step: number): [Tensor, Tensor] {
  const number = step % 5
  const labels = Array.from({ length: 8 }, (_, i) => (i * 3 + number) % 5)
  const x = formulaTensor(SHAPE, number * 6144)
  for (const [i, label] of labels.entries()) {
    x.select(0, i)
      .select(0, label % 3)
      .narrow(0, label * 3, 3)
      .add_(1)
  }
  return [x, torch.tensor(labels, { dtype: 'int64' })]
}

/** The largest difference of two tensors, as a share of the largest expected value. */
function relativeError(actual: Tensor, expected: Tensor): number {
  const difference = actual.to('float64').sub(expected.to('float64')).abs().max().item()
  return Number(difference) / Number(expected.abs().max().item())
}

test('fifty steps with BatchNorm, momentum and one-cycle give the losses of PyTorch', (t) => {
  torch.setNumThreads(1)
  const expected = golden<Training>('training')
  torch.manualSeed(0)
  const model = nn.sequential(
    nn.conv2d(3, 8, 3, { padding: 1, bias: false }),
    nn.batchNorm2d(8),
    nn.relu(),
    nn.maxPool2d(2),
    nn.conv2d(8, 16, 3, { stride: 2, padding: 1, bias: false }),
    nn.batchNorm2d(16),
    nn.relu(),
    nn.adaptiveAvgPool2d([1, 1]),
    nn.flatten(),
    nn.linear(16, 5),
  )
  for (const [name, value] of model.stateDict()) {
    t.like(digest(value), expected.stateDictBefore[name] as GoldenDigest, name)
  }
  const criterion = nn.crossEntropyLoss()
  const optimizer = optim.sgd(model.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 1e-4 })
  const scheduler = lr.oneCycle(optimizer, { maxLr: 0.1, totalSteps: expected.steps })

  for (let step = 0; step < expected.steps; step++) {
    const [x, y] = batch(step)
    optimizer.zeroGrad()
    const loss = criterion(model(x), y)
    loss.backward()
    t.true(
      Math.abs((optimizer.paramGroups[0]?.lr as number) - (expected.lr[step] as number)) < 1e-15,
    )
    optimizer.step()
    scheduler.step()
    const [value, wanted] = [Number(loss.item()), expected.losses[step] as number]
    t.true(Math.abs(value / wanted - 1) < 1e-4, `step ${step}: ${value} for ${wanted}`)
  }

  const after = model.stateDict()
  for (const [name, value] of Object.entries(expected.stateDictAfter)) {
    const actual = after.get(name) as Tensor
    const error =
      value.dtype === 'int64'
        ? actual.sub(tensorOf(value)).item()
        : relativeError(actual, tensorOf(value))
    t.true(Number(error) < 1e-4, `${name}: ${error}`)
  }
  const logits = torch.noGrad(() => model.eval()(batch(0)[0]))
  t.true(relativeError(logits, tensorOf(expected.evalLogits)) < 1e-4)
})
