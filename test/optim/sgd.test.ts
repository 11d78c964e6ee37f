import test from 'ava'
import { nn, optim, type Tensor, torch } from '../../lib/index.js'
import { type GoldenTensor, golden, tensorOf } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

interface SgdGoldens {
  data: Record<string, { input: GoldenTensor; target: GoldenTensor }>
  cases: {
    name: string
    dtype: 'float32' | 'float64'
    options: { lr: number }
    loss: number[]
    weights: GoldenTensor[]
    momentumBuffers: GoldenTensor[] | null
  }[]
}

test('20 steps equal PyTorch to round-off, for every setting', (t) => {
  const { data, cases } = golden<SgdGoldens>('sgd')
  for (const { name, dtype, options, loss, weights, momentumBuffers } of cases) {
    const net = nn.sequential(nn.linear(5, 4), nn.relu(), nn.linear(4, 3)).to(dtype)
    const params = net.parameters()
    torch.noGrad(() =>
      params.forEach((param, i) => {
        param.copy_(tensorOf(weights[i] as GoldenTensor).index(0))
      }),
    )
    const optimizer = optim.sgd(params, options)
    const criterion = nn.crossEntropyLoss()
    const x = tensorOf(data[dtype]?.input as GoldenTensor)
    const y = tensorOf(data[dtype]?.target as GoldenTensor)
    const [relative, absolute] = dtype === 'float64' ? [1e-12, 1e-13] : [1e-5, 1e-6]
    const close = (actual: Tensor, expected: Tensor): boolean =>
      torch.allclose(actual, expected, relative, absolute)
    for (let step = 0; step < 20; step++) {
      optimizer.zeroGrad()
      const value = criterion(net(x), y)
      const wanted = torch.tensor(loss[step] as number, { dtype })
      t.true(close(value, wanted), `${name} ${dtype}: loss of step ${step}`)
      value.backward()
      optimizer.step()
      params.forEach((param, i) => {
        const golden = tensorOf(weights[i] as GoldenTensor).index(step + 1)
        t.true(close(param, golden), `${name} ${dtype}: weight ${i} after step ${step}`)
      })
    }
    const { state } = optimizer.stateDict()
    momentumBuffers?.forEach((buffer, i) => {
      t.true(close(state.get(i)?.momentum_buffer as Tensor, tensorOf(buffer)), `${name}: buffer`)
    })
    if (momentumBuffers === null) t.is(state.size, 0)
  }
})

const parameter = (): Tensor => torch.tensor([1, 2], { requiresGrad: true })

test('groups have settings of their own, which can be written', (t) => {
  const [a, b] = [parameter(), parameter()]
  const optimizer = optim.sgd([{ params: [a] }, { params: [b], lr: 0.5 }], { lr: 0.1 })
  t.deepEqual(
    optimizer.paramGroups.map((group) => group.lr),
    [0.1, 0.5],
  )
  const [first] = optimizer.paramGroups
  if (first) first.lr = 1
  a.sum().add(b.sum()).backward()
  optimizer.step()
  t.deepEqual(a.toArray(), [0, 1])
  t.deepEqual(b.toArray(), [0.5, 1.5])
  t.throws(() => Reflect.set(first as object, 'lr', -1), { instanceOf: RangeError })
  t.throws(() => Object.assign(first as object, { lrr: 1 }), { instanceOf: TypeError })
})

test('a parameter without gradient, or with its first one late, is treated as in PyTorch', (t) => {
  const [a, b] = [parameter(), parameter()]
  const optimizer = optim.sgd([a, b], { lr: 1, momentum: 0.5 })
  a.sum().backward()
  optimizer.step()
  t.deepEqual(b.toArray(), [1, 2])
  optimizer.zeroGrad()
  a.sum().add(b.sum()).backward()
  optimizer.step()
  t.deepEqual(a.toArray(), [1 - 1 - 1.5, 2 - 1 - 1.5])
  t.deepEqual(b.toArray(), [0, 1])
})

test('a gradient whose layout differs from its parameter is applied element by element', (t) => {
  const w = torch.zeros([2, 3], { requiresGrad: true })
  w.grad = torch.arange(6).to('float32').view(3, 2).t()
  optim.sgd([w], { lr: 1 }).step()
  t.deepEqual(w.toArray(), [
    [0, -2, -4],
    [-1, -3, -5],
  ])
})

test('zeroGrad drops the gradients, or zeroes them', (t) => {
  const w = parameter()
  const optimizer = optim.sgd([w], { lr: 1 })
  w.sum().backward()
  optimizer.zeroGrad({ setToNone: false })
  t.deepEqual(w.grad?.toArray(), [0, 0])
  optimizer.zeroGrad()
  t.is(w.grad, null)
})

test('a state dict carries settings and momentum over', (t) => {
  const run = (steps: number, optimizer: optim.Sgd, w: Tensor): void => {
    for (let i = 0; i < steps; i++) {
      optimizer.zeroGrad()
      w.pow(2).sum().backward()
      optimizer.step()
    }
  }
  const straight = parameter()
  run(6, optim.sgd([straight], { lr: 0.1, momentum: 0.9 }), straight)
  const first = parameter()
  const before = optim.sgd([first], { lr: 0.1, momentum: 0.9 })
  run(3, before, first)
  const second = first.detach().clone().requiresGrad_()
  const after = optim.sgd([second], { lr: 5 })
  after.loadStateDict(before.stateDict())
  run(3, after, second)
  t.deepEqual(second.toArray(), straight.toArray())
  t.deepEqual(before.stateDict().param_groups[0]?.params, [0])
  t.throws(() => optim.sgd([parameter(), second], { lr: 1 }).loadStateDict(before.stateDict()), {
    message: /\[1\] parameters, the optimizer of \[2\]/,
  })
})

test('a state of another model is refused, and changes nothing', (t) => {
  const step = (model: nn.TensorModule, width: number, optimizer: optim.Sgd): void => {
    optimizer.zeroGrad()
    model(torch.ones([1, width]))
      .sum()
      .backward()
    optimizer.step()
  }
  const [a, b] = [nn.linear(8, 8), nn.linear(2, 2)]
  const [forA, forB] = [a, b].map((model) =>
    optim.sgd(model.parameters(), { lr: 0.1, momentum: 0.9 }),
  ) as [optim.Sgd, optim.Sgd]
  step(a, 8, forA)
  step(b, 2, forB)
  const before = forA.stateDict().state.get(0)?.momentum_buffer?.toArray()
  t.throws(() => forA.loadStateDict(forB.stateDict()), {
    message: /momentum_buffer of parameter 0 has shape \[2,2\], the parameter \[8,8\]/,
  })
  t.deepEqual(forA.stateDict().state.get(0)?.momentum_buffer?.toArray(), before)
  const bad = forB.stateDict()
  if (bad.param_groups[0]) bad.param_groups[0].lr = 'fast'
  t.throws(() => forB.loadStateDict(bad), { instanceOf: TypeError, message: /lr/ })
})

test('gradient and momentum follow a parameter of other layout, dtype or size', (t) => {
  const w = torch.ones([2, 3], { requiresGrad: true })
  const optimizer = optim.sgd([w], { lr: 1, momentum: 0.5 })
  w.sum().backward()
  torch.noGrad(() => w.set_(torch.ones([4, 3])))
  t.throws(() => optimizer.step(), {
    message: /gradient has shape \[2, 3\], its parameter \[4, 3\]/,
  })

  const layer = nn.linear(2, 1, { bias: false })
  torch.noGrad(() => layer.weight.fill_(1))
  const forLayer = optim.sgd(layer.parameters(), { lr: 1, momentum: 0.5 })
  const train = (): void => {
    forLayer.zeroGrad()
    layer(torch.ones([1, 2], { dtype: layer.weight.dtype }))
      .sum()
      .backward()
    forLayer.step()
  }
  train()
  layer.to('float64')
  train()
  t.deepEqual(layer.weight.toArray(), [[1 - 1 - 1.5, 1 - 1 - 1.5]])
})

test('wrong settings and parameters are refused by name', (t) => {
  const w = parameter()
  t.throws(() => optim.sgd([w], { lr: -1 }), { instanceOf: RangeError, message: /lr/ })
  t.is(optim.sgd([w]).paramGroups[0]?.lr, 1e-3)
  t.throws(() => optim.sgd([w], { lr: 1, momentun: 1 } as never), { message: /momentun/ })
  t.throws(() => optim.sgd([w], { lr: 1, nesterov: true }), { message: /nesterov/ })
  t.throws(() => optim.sgd([], { lr: 1 }), { message: /empty/ })
  t.throws(() => optim.sgd([w, w], { lr: 1 }), { message: /already/ })
  t.throws(() => optim.sgd([w.add(1)], { lr: 1 }), { message: /leaf/ })
  t.throws(() => optim.sgd(5 as never, { lr: 1 }), { instanceOf: TypeError })
})
