import test from 'ava'
import { nn, optim, type Tensor, torch } from '../../../lib/index.js'
import { models } from '../../../lib/vision/index.js'
import type { GoldenTensor } from '../../helpers/goldens.js'
import {
  digest,
  formulaTensor,
  type GoldenDigest,
  golden,
  tensorOf,
} from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

interface ModelGoldens {
  seed: number
  numParameters: number
  stateDict: (GoldenDigest & { name: string })[]
  logitsEval: GoldenTensor
  logitsTrain: GoldenTensor
  target: number[]
  loss: number
  gradientNorms: Record<string, number>
}

const goldens = golden<{ models: Record<string, ModelGoldens> }>('resnet').models
const make = { resnet18: models.resnet18, resnet34: models.resnet34, resnet50: models.resnet50 }

/** Largest difference, relative to the largest value: what oneDNN's choice of kernels may change. */
function difference(actual: Tensor, expected: Tensor): number {
  return Number(actual.sub(expected).abs().max().div(expected.abs().max()).item())
}

for (const name of ['resnet18', 'resnet34', 'resnet50'] as const) {
  test.serial(`${name}: names, weights, logits and gradients equal torchvision's`, async (t) => {
    t.timeout(300_000)
    const wanted = goldens[name] as ModelGoldens
    torch.manualSeed(wanted.seed)
    const model = await make[name]()
    const state = model.stateDict()
    t.deepEqual(
      [...state.keys()],
      wanted.stateDict.map((entry) => entry.name),
    )
    for (const { name: key, dtype, shape, sha256 } of wanted.stateDict) {
      t.deepEqual(digest(state.get(key) as Tensor), { dtype, shape, sha256 }, key)
    }
    t.is(
      model.parameters().reduce((sum, parameter) => sum + parameter.numel(), 0),
      wanted.numParameters,
    )
    const x = formulaTensor([2, 3, 224, 224])
    model.eval()
    const logits = torch.noGrad(() => model(x))
    t.true(difference(logits, tensorOf(wanted.logitsEval)) < 1e-4)
    if (name === 'resnet50') return // its training pass is slow, and made of the same layers
    model.train()
    const output = model(x)
    t.true(difference(output, tensorOf(wanted.logitsTrain)) < 1e-4)
    const loss = nn.crossEntropyLoss()(output, torch.tensor(wanted.target, { dtype: 'int64' }))
    t.true(Math.abs(Number(loss.item()) - wanted.loss) < 1e-3)
    loss.backward()
    const parameters = new Map(model.namedParameters())
    for (const [key, norm] of Object.entries(wanted.gradientNorms)) {
      const actual = Number(parameters.get(key)?.grad?.pow(2).sum().sqrt().item())
      t.true(Math.abs(actual / norm - 1) < 1e-2, `${key}: ${actual} instead of ${norm}`)
    }
  })
}

test.serial('resnet18 has 122 entries; a new head leaves two tensors to train', async (t) => {
  const model = await models.resnet18()
  t.is(model.stateDict().size, 122)
  model.requiresGrad_(false)
  t.is(model.fc.inFeatures, 512)
  model.fc = nn.linear(model.fc.inFeatures, 225)
  const trainable = model.parameters().filter((parameter) => parameter.requiresGrad)
  t.is(trainable.length, 2)
  t.is(
    trainable.reduce((sum, parameter) => sum + parameter.numel(), 0),
    115_425,
  )
  t.is(
    model.parameters().reduce((sum, parameter) => sum + parameter.numel(), 0),
    11_291_937,
  )
  t.deepEqual([...model.stateDict().keys()].slice(-2), ['fc.weight', 'fc.bias'])
})

test.serial('training only the head changes no other weight, but every running mean', async (t) => {
  const model = await models.resnet18()
  model.requiresGrad_(false)
  model.fc = nn.linear(model.fc.inFeatures, 4)
  const before = new Map([...model.stateDict()].map(([name, value]) => [name, value.clone()]))
  const optimizer = optim.sgd(model.parameters(), { lr: 0.1, momentum: 0.9 })
  const labels = torch.tensor([0, 1], { dtype: 'int64' })
  nn.crossEntropyLoss()(model(formulaTensor([2, 3, 64, 64])), labels).backward()
  optimizer.step()
  for (const [name, value] of model.stateDict()) {
    const same = value.equal(before.get(name) as Tensor)
    const moves = /running_|num_batches|^fc\./.test(name)
    t.is(same, !moves, name)
  }
  t.is(optimizer.stateDict().state.size, 2)
})

test.serial('options are checked', async (t) => {
  await t.throwsAsync(models.resnet18({ weights: 'IMAGENET1K_V9' }), { message: /IMAGENET1K_V1/ })
  await t.throwsAsync(models.resnet18({ numClasses: 0 }), { instanceOf: RangeError })
  await t.throwsAsync(models.resnet18({ pretraind: true } as never), { message: /pretraind/ })
})
