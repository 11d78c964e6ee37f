import test from 'ava'
import { nn, optim, type Tensor, TorchError, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

const parameter = (values: number[] = [1, 2]): Tensor => torch.tensor(values).requiresGrad_()

test('betas are a pair that writes through', (t) => {
  const w = parameter()
  const optimizer = optim.adam([w], { lr: 0.1 })
  const [group] = optimizer.paramGroups
  t.deepEqual(group?.betas, [0.9, 0.999])
  if (group) group.betas = [0, 0]
  t.deepEqual(optimizer.stateDict().param_groups[0]?.betas, [0, 0])
  w.grad = torch.tensor([3, -4])
  optimizer.step()
  // Without memory every step is lr long, whatever the gradient.
  t.true(torch.allclose(w, torch.tensor([0.9, 2.1])))
})

test('groups have settings of their own, and frozen parameters stay', (t) => {
  const [a, b, c] = [parameter(), parameter(), parameter()]
  const optimizer = optim.adamw([{ params: [a], lr: 1 }, { params: [b] }], { weightDecay: 0.5 })
  optimizer.addParamGroup({ params: [c], weightDecay: 0, lr: 0 })
  for (const w of [a, b, c]) w.grad = torch.zeros([2])
  b.grad = null
  optimizer.step()
  t.deepEqual(a.toArray(), [0.5, 1])
  t.deepEqual(b.toArray(), [1, 2])
  t.deepEqual(c.toArray(), [1, 2])
  t.deepEqual([...optimizer.stateDict().state.keys()], [0, 2])
})

test('step runs a closure with gradients on, and returns what it returns', (t) => {
  const w = parameter()
  const optimizer = optim.adagrad([w], { lr: 1 })
  const loss = torch.noGrad(() =>
    optimizer.step(() => {
      optimizer.zeroGrad()
      const value = w.pow(2).sum()
      value.backward()
      return value
    }),
  )
  t.is(loss.item(), 5)
  t.deepEqual(w.toArray(), [0, 1])
})

test('adagrad has its state from the beginning', (t) => {
  const optimizer = optim.adagrad([parameter()], { initialAccumulatorValue: 0.5 })
  const record = optimizer.stateDict().state.get(0)
  t.is(record?.step?.item(), 0)
  t.deepEqual(record?.sum?.toArray(), [0.5, 0.5])
})

test('loading casts all but the step to the parameter', (t) => {
  const w = parameter()
  const before = optim.adam([w])
  w.grad = torch.ones([2])
  before.step()
  const double = torch.ones([2], { dtype: 'float64' }).requiresGrad_()
  const after = optim.adam([double])
  after.loadStateDict(before.stateDict())
  const record = after.stateDict().state.get(0)
  t.is(record?.step?.dtype, 'float32')
  t.is(record?.exp_avg?.dtype, 'float64')
  double.grad = torch.ones([2], { dtype: 'float64' })
  after.step()
  t.is(before.stateDict().state.get(0)?.step?.item(), 1)
  t.is(record?.step?.item(), 2)
})

test('an old state with the step as a number is taken', (t) => {
  const w = parameter()
  const optimizer = optim.adam([w], { betas: [0.5, 0.5] })
  optimizer.loadStateDict({
    state: new Map([[0, { step: 3, exp_avg: torch.ones([2]), exp_avg_sq: torch.ones([2]) }]]),
    param_groups: [{ lr: 0.1, params: [0] }],
  })
  t.is(optimizer.stateDict().state.get(0)?.step?.item(), 3)
  t.is(optimizer.paramGroups[0]?.lr, 0.1)
  t.deepEqual(optimizer.paramGroups[0]?.betas, [0.5, 0.5])
})

test('complex parameters are pairs of real ones', (t) => {
  for (const make of [
    optim.adam,
    optim.rmsprop,
    optim.adagrad,
    optim.adadelta,
    optim.adamax,
    optim.nadam,
    optim.radam,
    optim.asgd,
    optim.rprop,
  ]) {
    const w = torch.complex(torch.tensor([1, 2]), torch.tensor([3, 4])).requiresGrad_()
    const pairs = torch.tensor([[1, 3], [2, 4]]).requiresGrad_() // biome-ignore format: pairs
    const [forComplex, forPairs] = [make([w]), make([pairs])]
    for (let step = 0; step < 3; step++) {
      pairs.grad = torch.tensor([[1, -2], [-3, 4]]) // biome-ignore format: pairs
      w.grad = torch.viewAsComplex(pairs.grad)
      forComplex.step()
      forPairs.step()
    }
    t.deepEqual(torch.viewAsReal(w.detach()).toArray(), pairs.toArray(), make.name)
  }
})

test('sparse gradients: rows without one stay', (t) => {
  const indices = torch.tensor([[2, 0, 2]], { dtype: 'int64' })
  const values = torch.tensor([[1, 1], [2, 2], [3, 3]]) // biome-ignore format: rows
  for (const make of [optim.sparseAdam, optim.adagrad]) {
    const [w, dense] = [torch.ones([3, 2]).requiresGrad_(), torch.ones([3, 2]).requiresGrad_()]
    w.grad = torch.sparseCooTensor(indices, values, [3, 2])
    dense.grad = w.grad.toDense()
    make([w], { lr: 0.1 }).step()
    ;(make === optim.adagrad ? optim.adagrad : optim.adam)([dense], { lr: 0.1 }).step()
    t.true(torch.allclose(w, dense, 1e-5, 1e-6), make.name)
    t.deepEqual(w.narrow(0, 1, 1).toArray(), [[1, 1]])
  }
  const w = torch.ones([3, 2]).requiresGrad_()
  w.grad = torch.sparseCooTensor(indices, values, [3, 2])
  t.throws(() => optim.adam([w]).step(), { message: /Adam: .*sparse/ })
  const optimizer = optim.sparseAdam([w])
  optimizer.step()
  t.is(optimizer.stateDict().state.get(0)?.step, 1)
  w.grad = null
  w.grad = torch.ones([3, 2])
  t.throws(() => optimizer.step(), { message: /dense/ })
})

test('gradient and state that do not fit the parameter are refused, layouts followed', (t) => {
  for (const make of [optim.adam, optim.adagrad, optim.rmsprop, optim.adadelta]) {
    const w = torch.ones([2, 3]).requiresGrad_()
    w.grad = torch.ones([2, 3])
    torch.noGrad(() => w.set_(torch.ones([4, 3])))
    t.throws(() => make([w]).step(), { message: /gradient has shape \[2, 3\]/ }, make.name)
  }
  const plain = torch.arange(6, { dtype: 'float32' }).reshape([2, 3]).requiresGrad_()
  const turned = torch.arange(6, { dtype: 'float32' }).reshape([2, 3]).t().contiguous().t()
  const [forPlain, forTurned] = [optim.adam([plain]), optim.adam([turned.requiresGrad_()])]
  for (let step = 0; step < 2; step++) {
    plain.grad = torch.arange(6, { dtype: 'float32' }).reshape([2, 3])
    turned.grad = torch.arange(6, { dtype: 'float32' }).reshape([2, 3])
    forPlain.step()
    forTurned.step()
  }
  t.deepEqual(turned.toArray(), plain.toArray())
  const state = forPlain.stateDict()
  const other = optim.adam([torch.ones([5]).requiresGrad_()])
  t.throws(() => other.loadStateDict(state), { message: /exp_avg of parameter 0 has shape/ })
})

test('wrong settings are refused by name', (t) => {
  const w = [parameter()]
  const range = (make: () => unknown, message: RegExp): void => {
    t.throws(make, { instanceOf: RangeError, message })
  }
  range(() => optim.adam(w, { lr: -1 }), /lr/)
  range(() => optim.adam(w, { betas: [1, 0.9] }), /betas\[0\]/)
  range(() => optim.adam(w, { betas: [0.9, -0.1] }), /betas\[1\]/)
  range(() => optim.adamw(w, { eps: -1 }), /eps/)
  range(() => optim.adadelta(w, { rho: 1.5 }), /rho/)
  range(() => optim.rprop(w, { etas: [0.5, 0.9] }), /etas\[1\]/)
  range(() => optim.adafactor(w, { d: 0.5 }), /for d/)
  range(() => optim.adafactor(w, { beta2Decay: 0.5 }), /beta2Decay/)
  range(() => optim.sparseAdam(w, { lr: 0 }), /lr/)
  t.throws(() => optim.adam(w, { betas: [0.9] as never }), { message: /2 numbers for betas/ })
  t.throws(() => optim.adam(w, { fused: 1 as never }), { message: /boolean or null for fused/ })
  t.throws(() => optim.adamw(w, { decoupledWeightDecay: false } as never), {
    message: /decoupledWeightDecay/,
  })
  t.throws(() => optim.muon(w), { message: /two dimensions/ })
  const group = optim.adam(w).paramGroups[0]
  range(() => Object.assign(group ?? {}, { betas: [2, 2] }), /betas/)
  t.throws(() => Object.assign(group ?? {}, { capturable: true }), {
    instanceOf: TorchError,
    message: /capturable is not supported: .*CUDA graphs/,
  })
  t.throws(() => optim.sgd(w, { differentiable: true } as never), {
    message: /differentiable is not supported: .*no derivatives/,
  })
  t.notThrows(() => optim.adam(w, { capturable: false, differentiable: false } as never))
})

test('every optimizer trains a layer', (t) => {
  const { muon: _, sgd, sparseAdam: __, lbfgs: ___, ...others } = optim
  torch.manualSeed(0)
  const x = torch.randn([32, 4])
  const y = x.matmul(torch.tensor([[1], [-2], [3], [0.5]]))
  for (const [name, make] of Object.entries({ ...others, sgd })) {
    if (!/^[a-z]/.test(name) || name.startsWith('register') || typeof make !== 'function') continue
    const layer = nn.linear(4, 1)
    const lr = { adadelta: 10, asgd: 0.1, sgd: 0.1, adafactor: 0.3 }[name] ?? 0.05
    const optimizer = (make as typeof optim.adam)(layer.parameters(), { lr })
    const train = (): number => {
      optimizer.zeroGrad()
      const loss = layer(x).sub(y).square().mean()
      loss.backward()
      optimizer.step()
      return Number(loss.item())
    }
    const first = train()
    let last = first
    for (let step = 0; step < 60; step++) last = train()
    t.true(last < first / 2, `${name}: ${first} → ${last}`)
  }
})
