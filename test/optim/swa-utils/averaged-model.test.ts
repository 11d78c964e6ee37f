import test from 'ava'
import { nn, optim, type Tensor, torch } from '../../../lib/index.js'
import { formulaTensor, type GoldenTensor, golden, tensorOf } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const { averagedModel, getEmaAvgFn, getEmaMultiAvgFn, getSwaAvgFn, getSwaMultiAvgFn, updateBn } =
  optim.swaUtils

interface SwaCase {
  name: string
  dtype: 'float32' | 'float64'
  average: Record<string, GoldenTensor>
  statistics: Record<string, GoldenTensor>
  output: GoldenTensor
}

const OPTIONS: Record<string, optim.swaUtils.AveragedModelOptions> = {
  'the plain average': {},
  'the plain average, tensor by tensor': { avgFn: getSwaAvgFn() },
  'the plain average, all at once': { multiAvgFn: getSwaMultiAvgFn() },
  'a moving average': { multiAvgFn: getEmaMultiAvgFn(0.9) },
  'a moving average, tensor by tensor': { avgFn: getEmaAvgFn(0.9) },
  'a moving average with buffers': { multiAvgFn: getEmaMultiAvgFn(0.9), useBuffers: true },
}

const makeModel = () =>
  nn.sequential(nn.conv2d(1, 2, 3), nn.batchNorm2d(2), nn.flatten(), nn.linear(32, 3))

/** The state of the model at an update, as the goldens have it. */
function fill(model: nn.Module, update: number): void {
  torch.noGrad(() => {
    ;[...model.stateDict().values()].forEach((tensor, position) => {
      if (tensor.dim() === 0) tensor.fill_(update)
      else tensor.copy_(formulaTensor(tensor.shape, 1000 * update + 100 * position).add(1))
    })
  })
}

const batches = (dtype: 'float32' | 'float64'): Tensor[] =>
  [4, 2, 3].map((size) => formulaTensor([size, 1, 6, 6], 20000 + 1000 * size).to(dtype))

for (const one of golden<{ cases: SwaCase[] }>('swa').cases) {
  test(`${one.name} of ${one.dtype} is PyTorch's`, async (t) => {
    const tolerance = one.dtype === 'float64' ? 1e-12 : 1e-6
    const same = (actual: Tensor, expected: GoldenTensor, name: string): void => {
      t.is(actual.dtype, expected.dtype, name)
      t.deepEqual(actual.shape, expected.shape, name)
      t.true(torch.allclose(actual, tensorOf(expected), { rtol: tolerance, atol: tolerance }), name)
    }
    const model = makeModel().to(one.dtype)
    const averaged = averagedModel(model, OPTIONS[one.name])
    for (let update = 0; update < 4; update++) {
      fill(model, update)
      averaged.updateParameters(model)
    }
    const state = averaged.stateDict()
    t.deepEqual([...state.keys()], Object.keys(one.average))
    for (const [name, tensor] of state) same(tensor, one.average[name] as GoldenTensor, name)
    t.is(averaged.n_averaged.item(), 4)

    averaged.eval()
    const [first, ...others] = batches(one.dtype)
    await updateBn([first, ...others.map((input) => [input, null])], averaged)
    t.false(averaged.training)
    for (const [name, tensor] of averaged.namedBuffers()) {
      same(tensor, one.statistics[name] as GoldenTensor, name)
    }
    same(averaged(first as Tensor), one.output, 'output')
  })
}

test('the average is a copy, whose state carries over', (t) => {
  const model = makeModel()
  fill(model, 0)
  const averaged = averagedModel(model)
  averaged.updateParameters(model)
  fill(model, 1)
  t.false(
    torch.equal(
      averaged.module.stateDict().get('3.weight') as Tensor,
      model.stateDict().get('3.weight') as Tensor,
    ),
  )
  const other = averagedModel(makeModel())
  other.loadStateDict(averaged.stateDict())
  averaged.updateParameters(model)
  other.updateParameters(model)
  for (const [name, tensor] of averaged.stateDict()) {
    t.true(torch.equal(tensor, other.stateDict().get(name) as Tensor), name)
  }
})

test('integer tensors are averaged in floating point', (t) => {
  const int = { dtype: 'int64' } as const
  const average = torch.tensor([10, 20], int)
  getEmaMultiAvgFn(0.5)([average], [torch.tensor([20, 40], int)], torch.tensor(1))
  t.deepEqual(average.toArray(), [15, 30])
  // As in PyTorch: addcdiv has no integer division.
  t.throws(() => getSwaMultiAvgFn()([average], [torch.tensor([1, 2], int)], torch.tensor(1)))
})

test('updateBn awaits a loader and restores momentum and mode, also when the loader fails', async (t) => {
  const norm = nn.batchNorm2d(2, { momentum: 0.25 })
  const input = formulaTensor([3, 2, 4, 4])
  async function* failing() {
    yield input
    throw new RangeError('no more')
  }
  norm.eval()
  await t.throwsAsync(updateBn(failing(), norm), { message: 'no more' })
  t.false(norm.training)
  const mean = torch.mean(input, [0, 2, 3])
  t.true(torch.allclose(norm.running_mean as Tensor, mean))
  // The momentum is back: a quarter of the new mean enters.
  norm.train()
  norm(input.add(4))
  t.true(torch.allclose(norm.running_mean as Tensor, mean.add(1)))
})

test('wrong arguments are refused by name', async (t) => {
  const model = nn.linear(2, 2)
  t.throws(() => averagedModel({} as never), { message: /a module for model/ })
  t.throws(() => averagedModel(model, { avgFn: getSwaAvgFn(), multiAvgFn: getSwaMultiAvgFn() }), {
    message: /only one of avgFn and multiAvgFn/,
  })
  t.throws(() => getEmaAvgFn(1.5), { message: /from 0 to 1 for decay/ })
  t.throws(() => averagedModel(model).updateParameters(makeModel()), { message: /2 tensors.* 6/ })
  await t.throwsAsync(updateBn([1], makeModel()), { message: /a Tensor, or an array/ })
})
