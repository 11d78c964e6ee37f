import test from 'ava'
import { nn, optim, type Tensor, TorchError, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

const parameter = (): Tensor => torch.ones([2]).requiresGrad_()

test('named parameters keep their names in state dicts', (t) => {
  const layer = nn.linear(2, 1)
  const optimizer = optim.adam(layer.namedParameters())
  t.deepEqual(optimizer.paramGroups[0]?.paramNames, ['weight', 'bias'])
  const [group] = optimizer.stateDict().param_groups
  t.deepEqual(Object.keys(group ?? {}).slice(0, 2), ['param_names', 'lr'])
  t.deepEqual(group?.param_names, ['weight', 'bias'])
  // Loaded names replace those there are; without any, those there are stay.
  const other = optim.adam(nn.linear(2, 1).namedParameters())
  other.loadStateDict({
    state: new Map(),
    param_groups: [{ ...group, param_names: ['w', 'b'] } as never],
  })
  t.deepEqual(other.paramGroups[0]?.paramNames, ['w', 'b'])
  const { param_names: _, ...unnamed } = group as { param_names: string[] }
  other.loadStateDict({ state: new Map(), param_groups: [unnamed as never] })
  t.deepEqual(other.paramGroups[0]?.paramNames, ['w', 'b'])
  t.throws(
    () =>
      other.loadStateDict({
        state: new Map(),
        param_groups: [{ ...group, param_names: ['w'] } as never],
      }),
    { message: /a name for each parameter/ },
  )
})

test('names are for all parameters or for none', (t) => {
  t.throws(() => optim.sgd([['a', parameter()], parameter()]), {
    message: /SGD.addParamGroup: expected names for all params or for none/,
  })
  const optimizer = optim.sgd([{ params: [['a', parameter()]] }])
  t.throws(() => optimizer.addParamGroup({ params: [parameter()] }), {
    message: /names for the params of all groups or of none/,
  })
  optimizer.addParamGroup({ params: [['b', parameter()]], lr: 0.5 })
  t.is(optimizer.paramGroups[1]?.lr, 0.5)
})

test('what a group cannot take', (t) => {
  const first = parameter()
  const optimizer = optim.sgd([first], { lr: 0.1 })
  t.throws(() => optimizer.addParamGroup({ params: first }), {
    message: /in the optimizer already/,
  })
  t.throws(() => optimizer.addParamGroup({ params: parameter().mul(2) }), { message: /leaf/ })
  t.throws(() => optimizer.addParamGroup({ params: [3 as never] }), {
    message: /Tensors for params/,
  })
  t.throws(() => optimizer.addParamGroup(3 as never), { instanceOf: TypeError })
  t.throws(() => optimizer.addParamGroup({} as never), { message: /iterable of Tensors/ })
  t.is(optimizer.paramGroups.length, 1)
  // PyTorch takes such as retain their gradient.
  const retained = parameter().mul(1)
  retained.retainGrad()
  optimizer.addParamGroup({ params: retained })
  retained.sum().backward()
  optimizer.step()
  t.true(torch.allclose(retained, torch.full([2], 0.9)))
})

test('an optimizer that has refused a group goes on without it', (t) => {
  const matrix = torch.ones([2, 2]).requiresGrad_()
  const [vector, late] = [parameter(), torch.ones([2, 2]).requiresGrad_()]
  const optimizer = optim.muon([matrix], { lr: 0.1, weightDecay: 0.5 })
  // The kind of parameter is looked at last, by the optimizer itself.
  t.throws(() => optimizer.addParamGroup({ params: [late, vector] }), { message: /two dimensions/ })
  t.is(optimizer.paramGroups.length, 1)
  const { param_groups } = optimizer.stateDict()
  t.deepEqual(
    param_groups.map(({ params }) => params),
    [[0]],
  )
  for (const param of [matrix, vector, late]) param.grad = torch.zerosLike(param)
  optimizer.step()
  t.true(torch.allclose(matrix, torch.full([2, 2], 0.95)))
  t.true(torch.equal(vector, torch.ones([2])))
  t.true(torch.equal(late, torch.ones([2, 2])))
  // What was refused is in no group, and may come with another.
  optimizer.addParamGroup({ params: late, lr: 1 })
  t.is(optimizer.paramGroups[1]?.lr, 1)
  optimizer.zeroGrad()
  t.is(late.grad, null)
  t.not(vector.grad, null)
})

test('tensors of one element count as numbers', (t) => {
  const optimizer = optim.adam([parameter()], {
    lr: torch.tensor(0.5, { dtype: 'float64' }) as never,
    betas: [torch.tensor(0.25), torch.tensor(0.75)] as never,
  })
  const [group] = optimizer.paramGroups
  t.is(group?.lr, 0.5)
  t.deepEqual(group?.betas, [0.25, 0.75])
  Object.assign(group ?? {}, { lr: torch.tensor([2]) })
  t.is(group?.lr, 2)
  const [one, two] = [torch.tensor(0.25), torch.tensor(0.75)]
  for (const options of [
    { lr: one, foreach: true },
    { betas: [one, two], foreach: true },
    { betas: [one, 0.75] },
  ]) {
    t.throws(() => optim.adam([parameter()], options as never), { instanceOf: TypeError })
    t.throws(() => optim.adamw([parameter()], options as never), { instanceOf: TypeError })
  }
  t.throws(() => optim.adam([parameter()], { lr: torch.ones([2]) as never }), {
    message: /a number or a tensor of one element for lr/,
  })
})

test('defaults, and the state of each parameter', (t) => {
  const param = parameter()
  const optimizer = optim.adamw([{ params: [param], lr: 2 }], { lr: 0.5 })
  t.is(optimizer.defaults.lr, 0.5)
  t.is(optimizer.state.size, 0)
  param.grad = torch.ones([2])
  optimizer.step()
  t.deepEqual(Object.keys(optimizer.state.get(param) ?? {}), ['step', 'exp_avg', 'exp_avg_sq'])
})

test('a state dict is taken as PyTorch takes it: kinds are checked, ranges are not', (t) => {
  const optimizer = optim.adam([parameter()])
  const [group] = optimizer.stateDict().param_groups
  const load = (changes: object): void =>
    optimizer.loadStateDict({
      state: new Map(),
      param_groups: [{ ...group, ...changes } as never],
    })
  load({ lr: -1, betas: [2, 0.5], maximize: null, capturable: true, name: 'head', scale: 3 })
  const [loaded] = optimizer.stateDict().param_groups
  t.like(loaded, { lr: -1, betas: [2, 0.5], maximize: false, capturable: true })
  // What is not a setting stays there.
  t.like(loaded, { name: 'head', scale: 3 })
  t.throws(() => load({ lr: null }), { instanceOf: TypeError, message: /under lr/ })
  t.throws(() => load({ betas: [0.5] }), { instanceOf: TypeError, message: /under betas/ })
  t.throws(() => load({ foreach: 'yes' }), { instanceOf: TypeError, message: /under foreach/ })
  t.is(optimizer.paramGroups[0]?.lr, -1)
  t.throws(() => optimizer.loadStateDict({ state: new Map(), param_groups: [] }), {
    instanceOf: TorchError,
  })
})

test('zeroGrad', (t) => {
  const param = parameter()
  const optimizer = optim.sgd([param])
  const grad = torch.ones([2])
  param.grad = grad
  optimizer.zeroGrad({ setToNone: false })
  t.deepEqual(grad.toArray(), [0, 0])
  optimizer.zeroGrad()
  t.is<Tensor | null, null>(param.grad, null)
  t.throws(() => optimizer.zeroGrad({ setToNone: 1 as never }), { message: /setToNone/ })
})

for (const each of ['sgd', 'adagrad', 'rmsprop', 'adam', 'adamw', 'nadam'] as const) {
  test(`accumulated gradients make the step of one large batch: ${each}`, (t) => {
    const x = torch.randn([12, 5], { dtype: 'float64', generator: torch.generator().manualSeed(1) })
    const y = x.sum(1, { keepdim: true })
    const weights = [1, 4].map((parts) => {
      torch.manualSeed(0)
      const model = nn.linear(5, 1)
      model.to({ dtype: 'float64' })
      const optimizer = optim[each](model.parameters(), { lr: 0.05 })
      for (let step = 0; step < 5; step++) {
        optimizer.zeroGrad()
        for (let part = 0; part < parts; part++) {
          const size = 12 / parts
          const rows = (all: Tensor): Tensor => all.narrow(0, part * size, size)
          // The mean over a part, divided by the number of parts, adds up to the mean over all.
          nn.functional
            .mseLoss(model(rows(x)), rows(y))
            .div(parts)
            .backward()
        }
        optimizer.step()
      }
      return torch.cat(model.parameters().map((param) => param.detach().view(-1)))
    }) as [Tensor, Tensor]
    t.true(torch.allclose(weights[1], weights[0], 1e-12, 1e-14))
  })
}
