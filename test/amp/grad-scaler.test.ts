import test from 'ava'
import { nn, optim, type Tensor, torch } from '../../lib/index.js'
import { formulaTensor, type GoldenTensor, golden, tensorOf } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

interface Case {
  name: 'sgd' | 'adam' | 'adamw' | 'adagrad' | 'rmsprop'
  options: Record<string, unknown>
  unscale: boolean
  scales: number[]
  weights: GoldenTensor[]
  state: [name: string, value: GoldenTensor][][]
  stateDict: [name: string, value: number][]
}

const {
  scaler: cases,
  infinite,
  nan,
} = golden<{
  infinite: number[]
  nan: number[]
  scaler: Case[]
}>('amp')

const SCALER = {
  device: 'cpu',
  initScale: 1024,
  growthFactor: 3,
  backoffFactor: 0.25,
  growthInterval: 4,
}

const parameters = (): Tensor[] =>
  [[3, 2], [4]].map((shape, i) =>
    formulaTensor(shape, 100 * i)
      .mul(2)
      .requiresGrad_(),
  )

type Make = (params: Tensor[], options: object) => optim.Optimizer

/** Backward of step `step`'s loss, with the overflows that the goldens have. */
function backward(params: Tensor[], scaler: ReturnType<typeof torch.amp.gradScaler>, step: number) {
  const products = params.map((param, i) =>
    param.mul(formulaTensor(param.shape, 1000 * (step + 1) + 100 * i)).sum(),
  )
  const loss = (products[0] as Tensor).add(products[1] as Tensor)
  scaler.scale(loss).backward()
  const grad = (params[step % 2] as Tensor).grad as Tensor
  if (infinite.includes(step)) grad.view(-1).indexPut_([1], torch.tensor(Infinity))
  if (nan.includes(step)) grad.view(-1).indexPut_([0], torch.tensor(Number.NaN))
}

for (const each of cases) {
  const { name, options, unscale } = each
  const title = `${name} ${JSON.stringify(options)}${unscale ? ', unscaled and clipped' : ''}`
  test(`fifty steps with overflows are PyTorch's: ${title}`, (t) => {
    const params = parameters()
    const optimizer = (optim[name] as unknown as Make)(params, options)
    const scaler = torch.amp.gradScaler(SCALER)
    const scales: number[] = []
    for (let step = 0; step < each.scales.length; step++) {
      optimizer.zeroGrad()
      backward(params, scaler, step)
      if (unscale) {
        scaler.unscale_(optimizer)
        nn.utils.clipGradNorm_(params, 1)
      }
      scaler.step(optimizer)
      scaler.update()
      scales.push(scaler.getScale())
    }
    t.deepEqual(scales, each.scales)
    t.deepEqual(Object.entries(scaler.stateDict()), each.stateDict)
    const close = (actual: Tensor, expected: GoldenTensor, what: string): void => {
      t.true(torch.allclose(actual, tensorOf(expected), 2e-6, 1e-7), what)
    }
    each.weights.forEach((weight, i) => {
      close(params[i] as Tensor, weight, `weight ${i}`)
    })
    const { state } = optimizer.stateDict()
    each.state.forEach((record, i) => {
      for (const [key, value] of record) {
        close(state.get(i)?.[key] as Tensor, value, `${key} of ${i}`)
      }
    })
  })
}

test('the order of calls is checked, for each optimizer by itself', (t) => {
  const params = parameters()
  const [one, two] = params.map((param) => optim.sgd([param], { lr: 0.1 })) as [
    optim.Sgd,
    optim.Sgd,
  ]
  const scaler = torch.amp.gradScaler(SCALER)
  const throws = (run: () => void, message: RegExp) => t.throws(run, { message })
  throws(() => scaler.step(one), /^gradScaler.step: call scale\(loss\) before/)
  backward(params, scaler, 2)
  throws(() => scaler.update(), /^gradScaler.update: call step\(optimizer\) before/)
  scaler.unscale_(one)
  throws(() => scaler.unscale_(one), /^gradScaler.unscale_: has already been called/)
  scaler.step(one)
  throws(() => scaler.step(one), /^gradScaler.step: has already been called/)
  throws(() => scaler.unscale_(one), /^gradScaler.unscale_: must come before step/)
  scaler.step(two)
  scaler.update()
  throws(
    () => scaler.step(optim.sgd([torch.ones(1).requiresGrad_()], { lr: 0.1 })),
    /the optimizer has no gradients/,
  )
  throws(() => scaler.step(optim.lbfgs(params), () => 1), /^gradScaler.step: closures cannot/)
  throws(() => scaler.step({} as never), /^gradScaler.step: expected an optimizer/)
  throws(() => scaler.scale(3 as never), /^gradScaler.scale: expected a Tensor/)
  const half = torch.ones(2, { dtype: 'float16', requiresGrad: true })
  const halves = optim.sgd([half], { lr: 0.1 })
  half.sum().backward()
  throws(() => scaler.unscale_(halves), /float16 gradients/)
})

test('an overflow of one optimizer leaves the step of another alone, and lowers the scale', (t) => {
  for (const fused of [true, false]) {
    const params = parameters()
    const before = params.map((param) => param.detach().clone())
    const optimizers = params.map((param) => optim.sgd([param], { lr: 0.1, momentum: 0.9, fused }))
    const scaler = torch.amp.gradScaler(SCALER)
    // At step 7 the second parameter's gradient is infinite.
    backward(params, scaler, 7)
    for (const optimizer of optimizers) scaler.step(optimizer)
    scaler.update()
    t.is(scaler.getScale(), 256)
    t.deepEqual(
      params.map((param, i) => torch.equal(param, before[i] as Tensor)),
      [false, true],
    )
    t.is(optimizers[1]?.state.size, 0)
  }
})

test('fused momentum begins with the first gradient that is finite', (t) => {
  const [expected, weights] = [false, true].map((fused) => {
    const params = parameters()
    const optimizer = optim.sgd(params, { lr: 0.1, momentum: 0.9, dampening: 0.1, fused })
    const scaler = torch.amp.gradScaler(SCALER)
    for (let step = 0; step < 10; step++) {
      optimizer.zeroGrad()
      backward(params, scaler, step)
      scaler.step(optimizer)
      scaler.update()
    }
    return torch.cat(params.map((param) => param.detach().view(-1)))
  }) as [Tensor, Tensor]
  t.true(torch.allclose(weights, expected, 1e-6, 1e-7))
})

test('sparse gradients are divided too', (t) => {
  const embedding = nn.embedding(5, 2, { sparse: true })
  const optimizer = optim.sgd(embedding.parameters(), { lr: 0.1 })
  const scaler = torch.amp.gradScaler(SCALER)
  scaler.scale(embedding(torch.tensor([1, 1, 3], { dtype: 'int64' })).sum()).backward()
  scaler.unscale_(optimizer)
  t.deepEqual(embedding.weight.grad?.toDense().sum(1).toArray(), [0, 4, 0, 2, 0])
})

test('state dicts go both ways', (t) => {
  const scaler = torch.amp.gradScaler(SCALER)
  t.is(scaler.getScale(), 1024)
  const params = parameters()
  const optimizer = optim.sgd(params, { lr: 0.1 })
  backward(params, scaler, 2)
  scaler.step(optimizer)
  scaler.update()
  const state = scaler.stateDict()
  const other = torch.amp.gradScaler({ device: 'cpu' })
  other.loadStateDict(state)
  t.deepEqual(other.stateDict(), state)
  // A file gives a Map; and a scaler that has begun takes it over too.
  scaler.loadStateDict(new Map(Object.entries({ ...state, scale: 8, _growth_tracker: 3 })))
  t.deepEqual(scaler.stateDict(), { ...state, scale: 8, _growth_tracker: 3 })
  t.is(scaler.scale(torch.ones(1)).item(), 8)
  scaler.update(2)
  t.is(scaler.getScale(), 2)
  scaler.update(torch.tensor(4))
  t.is(scaler.getScale(), 4)
  const off = torch.amp.gradScaler({ device: 'cpu', enabled: false })
  t.deepEqual(off.stateDict(), {})
  t.throws(() => scaler.loadStateDict({}), { message: /the state is empty/ })
  t.throws(() => scaler.loadStateDict({ ...state, scale: 'x' }), { message: /for scale/ })
  t.throws(() => torch.amp.gradScaler({ device: 'cpu', growthFactor: 1 }), {
    instanceOf: RangeError,
  })
  t.throws(() => torch.amp.gradScaler({ device: 'cpu', backoffFactor: 1 }), {
    instanceOf: RangeError,
  })
})

test('a scaler that is not enabled lets everything through', (t) => {
  const scaler = torch.amp.gradScaler({ device: 'cpu', enabled: false })
  const [param] = parameters() as [Tensor]
  const loss = param.sum()
  t.is(scaler.scale(loss), loss)
  loss.backward()
  const optimizer = optim.sgd([param], { lr: 1 })
  const before = param.sum().item() as number
  scaler.unscale_(optimizer)
  scaler.step(optimizer)
  scaler.update()
  t.true(Math.abs((param.sum().item() as number) - (before - 6)) < 1e-5)
  t.is(scaler.getScale(), 1)
  t.false(scaler.isEnabled())
})

test('several losses, nested, take one scale', (t) => {
  const scaler = torch.amp.gradScaler(SCALER)
  const [a, [b]] = scaler.scale([torch.ones(1), [torch.ones(1).mul(2)]] as const)
  t.deepEqual([a.item(), b.item()], [1024, 2048])
})
