import test from 'ava'
import { nn, optim, type Tensor, TorchError, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

const make = () => nn.sequential({ first: nn.linear(2, 2), last: nn.batchNorm1d(2) })

test('everything that does not fit is told at once, and nothing is changed', (t) => {
  const model = make()
  const before = model.getParameter('first.bias').toArray()
  const error = t.throws(
    () =>
      model.loadStateDict({
        'first.weight': torch.zeros([2, 3]),
        'first.bias': torch.full([2], 7),
        'last.weight': torch.zeros([4]),
        'last.running_mean': torch.zeros([2]),
        more: torch.zeros([1]),
      }),
    { instanceOf: TorchError },
  )
  // Word for word PyTorch's, but for the shapes' torch.Size.
  t.is(
    error?.message,
    'Error(s) in loading state_dict for Sequential:\n' +
      '\tMissing key(s) in state_dict: "last.bias", "last.running_var". \n' +
      '\tUnexpected key(s) in state_dict: "more". \n' +
      '\tsize mismatch for first.weight: copying a param with shape [2, 3] from checkpoint, ' +
      'the shape in current model is [2, 2].\n' +
      '\tsize mismatch for last.weight: copying a param with shape [4] from checkpoint, ' +
      'the shape in current model is [2].',
  )
  t.deepEqual(model.getParameter('first.bias').toArray(), before)
})

test('stateDict: prefix, destination and the tensors themselves', (t) => {
  const model = make()
  const destination = new Map<string, Tensor>([['x', torch.zeros([1])]])
  const state = model.stateDict({ prefix: 'm.', destination, keepVars: true })
  t.is(state, destination)
  t.deepEqual([...state.keys()].slice(0, 3), ['x', 'm.first.weight', 'm.first.bias'])
  t.is(state.get('m.first.weight'), model.getParameter('first.weight'))
  t.false(model.stateDict().get('first.weight')?.requiresGrad)
  t.throws(() => model.stateDict({ destination: {} as never }), { message: /expected a Map/ })
  t.throws(() => model.stateDict({ prefix: 5 as never }), { message: /a string for prefix/ })
})

test('hooks see state dicts come and go', (t) => {
  const model = make()
  const inner = model.getSubmodule('first')
  const seen: string[] = []
  inner.registerStateDictPreHook((module, prefix, keepVars) => {
    t.is(module, inner)
    seen.push(`pre ${prefix} ${keepVars}`)
  })
  inner.registerStateDictPostHook((_, state, prefix) => {
    seen.push(`post ${[...state.keys()]}`)
    state.set(`${prefix}old`, state.get(`${prefix}weight`) as Tensor)
    state.delete(`${prefix}weight`)
  })
  const state = model.stateDict()
  t.deepEqual(seen, ['pre first. false', 'post first.weight,first.bias'])
  t.deepEqual([...state.keys()].slice(0, 2), ['first.bias', 'first.old'])

  inner.registerLoadStateDictPreHook((_, given, prefix, { strict }) => {
    t.true(strict)
    given.set(`${prefix}weight`, given.get(`${prefix}old`) as Tensor)
    given.delete(`${prefix}old`)
  })
  state.delete('last.weight')
  const report = model.getSubmodule('last').registerLoadStateDictPostHook((_, { missingKeys }) => {
    seen.push(`missing ${missingKeys}`)
    missingKeys.length = 0
  })
  t.deepEqual(model.loadStateDict(state), { missingKeys: [], unexpectedKeys: [] })
  // The user's own is not touched.
  t.true(state.has('first.old'))
  t.is(seen.at(-1), 'missing last.weight')
  report.remove()
  t.throws(() => model.loadStateDict(state), { message: /Missing key.*"last.weight"/ })
  inner.registerLoadStateDictPreHook((_, __, ___, { errorMessages }) => {
    errorMessages.push('not today')
  })
  t.throws(() => model.loadStateDict(state), { message: /not today/ })
})

test('assign puts the given tensors in the place of the own', (t) => {
  const model = nn.sequential(nn.linear(2, 2))
  model.requiresGrad_(false)
  const old = model.getParameter('0.weight')
  const weight = torch.ones([2, 2], { dtype: 'float64' })
  const bias = torch.zeros([2], { dtype: 'float64' })
  model.loadStateDict({ '0.weight': weight, '0.bias': bias }, { assign: true })
  const now = model.getParameter('0.weight')
  t.not(now, old)
  t.is(now.dtype, 'float64')
  t.false(now.requiresGrad)
  torch.noGrad(() => weight.fill_(3))
  t.deepEqual(now.toArray(), [
    [3, 3],
    [3, 3],
  ])
  t.deepEqual(model(torch.ones([1, 2], { dtype: 'float64' })).toArray(), [[6, 6]])
  t.throws(() => model.loadStateDict({}, { assign: 1 as never }), { message: /a boolean/ })
})

test('what is tied stays tied', (t) => {
  class Tied extends nn.Module {
    encoder = nn.linear(2, 2, { bias: false })
    decoder = nn.linear(2, 2, { bias: false })
    constructor() {
      super()
      this.decoder.weight = this.encoder.weight
    }
    override forward(x: Tensor): Tensor {
      return this.decoder(this.encoder(x))
    }
  }
  const model = new Tied()
  t.is(model.parameters().length, 1)
  const state = model.stateDict()
  t.deepEqual([...state.keys()], ['encoder.weight', 'decoder.weight'])
  t.true(state.get('encoder.weight')?.isSetTo(state.get('decoder.weight') as Tensor))
  const optimizer = optim.sgd(model.parameters(), { lr: 1 })
  t.is(optimizer.paramGroups[0]?.params.length, 1)
  torch.noGrad(() => model.encoder.weight.fill_(1))
  const x = torch.ones([1, 2])
  model(x).sum().backward()
  // d/dw of the sum of W W 1, whose every entry is 4 with W = 1.
  t.deepEqual(model.encoder.weight.grad?.toArray(), [
    [4, 4],
    [4, 4],
  ])
  optimizer.step()
  t.deepEqual(model.decoder.weight.toArray(), [
    [-3, -3],
    [-3, -3],
  ])
  const copy = model.clone()
  t.is(copy.decoder.weight, copy.encoder.weight)
  model.double().to('meta').toEmpty({ device: 'cpu' })
  t.is(model.decoder.weight, model.encoder.weight)
  model.loadStateDict(copy.stateDict(), { assign: true })
  t.is(model.decoder.weight, model.encoder.weight)
  t.is(model.parameters().length, 1)
})
