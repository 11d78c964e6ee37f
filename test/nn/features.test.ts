import test from 'ava'
import { nn, type Tensor, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

const make = () => nn.sequential({ a: nn.linear(2, 3), b: nn.sequential(nn.batchNorm1d(3)) })

test('members by dotted name', (t) => {
  const model = make()
  t.is(model.getSubmodule(''), model)
  t.is(model.getSubmodule('b.0').constructor.name, 'BatchNorm1d')
  t.is(model.getParameter('a.weight'), (model.at(0) as nn.Linear).weight)
  t.is(model.getBuffer('b.0.running_mean').dim(), 1)
  t.throws(() => model.getSubmodule('b.1'), {
    instanceOf: TypeError,
    message: "getSubmodule: Sequential has no module '1' ('b.1' was asked for)",
  })
  t.throws(() => model.getParameter('a.mean'), {
    message: "getParameter: Linear has no parameter 'mean' ('a.mean' was asked for)",
  })
  t.throws(() => model.getBuffer('a.weight'), { message: /Linear has no buffer 'weight'/ })
  t.throws(() => model.getSubmodule(5 as never), { message: /a string for target/ })

  const relu = nn.relu()
  model.setSubmodule('b.0', relu)
  t.is(model.getSubmodule('b.0'), relu)
  model.setSubmodule('b.1', nn.relu())
  t.is((model.getSubmodule('b') as nn.Sequential).length, 2)
  t.throws(() => model.setSubmodule('b.2', relu, { strict: true }), { message: /no module '2'/ })
  t.throws(() => model.setSubmodule('a.weight', relu), { message: /Linear has no module 'weight'/ })
  t.throws(() => model.setSubmodule('', relu), { instanceOf: TypeError })
  t.throws(() => model.setSubmodule('c', 5 as never), { message: /expected a module/ })
})

test('registration under computed names', (t) => {
  const module = new nn.Module()
  module.registerParameter('w', nn.parameter(torch.ones([1])))
  module.registerParameter('later', null)
  module.registerModule('act', nn.relu())
  module.addModule('act', nn.tanh())
  module.registerBuffer('mean', torch.zeros([1]))
  module.registerBuffer('none', null)
  module.registerBuffer('cache', torch.zeros([1]), false)
  t.deepEqual([...module.stateDict().keys()], ['w', 'mean'])
  Reflect.set(module, 'later', nn.parameter(torch.ones([1])))
  Reflect.set(module, 'none', torch.ones([1]))
  t.deepEqual([...module.stateDict().keys()], ['w', 'later', 'mean', 'none'])
  t.is(module.children()[0]?.constructor.name, 'Tanh')
  t.throws(() => module.registerParameter('w', null), {
    message: /already has a property named "w"/,
  })
  t.throws(() => module.registerParameter('x', torch.ones([1]) as never), { message: /nn\.param/ })
  t.throws(() => module.registerBuffer('a.b', null), { message: /a string without dots/ })
  t.throws(() => module.registerBuffer('x', 5 as never), { message: /a Tensor or null for tensor/ })
  t.throws(() => module.registerModule('x', 5 as never), { message: /a module for module/ })
  t.throws(() => module.registerBuffer('train', null), { message: /already has a property/ })
})

test('a subclass may have a train of its own, which is heard inside native modules', (t) => {
  class Frozen extends nn.Module {
    norm = nn.batchNorm1d(2)
    override train(mode = true): this {
      super.train(mode)
      this.norm.eval()
      return this
    }
    override forward(x: Tensor): Tensor {
      return this.norm(x)
    }
  }
  const frozen = new Frozen()
  const model = nn.sequential(frozen)
  model.eval().train()
  t.true(frozen.training)
  t.false(frozen.norm.training)
  model.training = false
  t.true(frozen.training)
  t.throws(() => Object.assign(model, { training: 1 }), { message: /a boolean for training/ })
})

test('casts change floating-point tensors only', (t) => {
  const model = make()
  const [weight] = model.parameters()
  for (const [cast, dtype] of [
    ['double', 'float64'],
    ['half', 'float16'],
    ['bfloat16', 'bfloat16'],
    ['float', 'float32'],
  ] as const) {
    t.is(model[cast](), model)
    t.is(weight?.dtype, dtype)
    t.is(model.getBuffer('b.0.num_batches_tracked').dtype, 'int64')
  }
  const complex = new nn.Module()
  complex.registerParameter('w', nn.parameter(torch.ones([1], { dtype: 'complex64' })))
  t.is(complex.double().getParameter('w').dtype, 'complex64')
  t.is(complex.to('complex128').getParameter('w').dtype, 'complex128')
  t.is(model.to(torch.ones([1], { dtype: 'float64' })).parameters()[0]?.dtype, 'float64')
})

test('memory formats, for the tensors that have the rank', (t) => {
  const model = nn.sequential(nn.conv2d(2, 3, 2), nn.conv3d(2, 3, 2))
  model.to({ memoryFormat: 'channels_last' })
  const [two, , three] = model.parameters()
  t.true(two?.isContiguous({ memoryFormat: 'channels_last' }))
  t.true(three?.isContiguous())
  model.to({ memoryFormat: 'channels_last_3d' })
  t.true(three?.isContiguous({ memoryFormat: 'channels_last_3d' }))
  model.to({ memoryFormat: 'contiguous_format' })
  t.true(two?.isContiguous())
  t.throws(() => model.to({ memoryFormat: 'nhwc' as never }), { message: /memoryFormat/ })
})

test('a module may live without memory', (t) => {
  const model = make().to('meta')
  t.true([...model.parameters(), ...model.buffers()].every(({ device }) => device === 'meta'))
  t.is(model.at(0)?.(torch.ones([2, 2], { device: 'meta' })).device, 'meta')
  t.throws(() => model.to('cpu'), { message: /have no values to copy; use toEmpty/ })
  const frozen = make().requiresGrad_(false).to({ device: 'meta', dtype: 'float64' })
  t.true(frozen.parameters().every((one) => one.dtype === 'float64' && !one.requiresGrad))
  t.is(model.toEmpty({ device: 'cpu' }), model)
  t.true(model.parameters().every((one) => one instanceof nn.Parameter && one.device === 'cpu'))
  model.loadStateDict(make().stateDict())
  t.deepEqual(model(torch.ones([2, 2])).shape, [2, 3])
  t.throws(() => model.toEmpty({} as never), { message: /toEmpty: expected a device/ })
})

test('gradients are forgotten or zeroed', (t) => {
  const layer = nn.linear(1, 1)
  layer(torch.ones([1, 1]))
    .sum()
    .backward()
  layer.zeroGrad({ setToNone: false })
  t.deepEqual(layer.bias?.grad?.toArray(), [0])
  layer.zeroGrad()
  t.is(layer.bias?.grad, null)
})

test('apply and listings refuse wrong arguments by name', (t) => {
  const model = make()
  const order: string[] = []
  t.is(
    model.apply((module) => order.push(module.constructor.name)),
    model,
  )
  t.deepEqual(order, ['Linear', 'BatchNorm1d', 'Sequential', 'Sequential'])
  t.throws(() => model.apply(5 as never), { message: /apply: expected a function for fn, got 5/ })
  t.throws(() => model.parameters(5 as never), { message: /a boolean for recurse, got 5/ })
  t.throws(() => model.namedParameters({ prefx: 'a' } as never), { message: /"prefx"/ })
  t.throws(() => model.requiresGrad_(1 as never), { message: /a boolean for value/ })
  t.throws(() => model.train('no' as never), { message: /a boolean for mode/ })
})

test('several lines of extraRepr', (t) => {
  class Wordy extends nn.Module {
    override extraRepr(): string {
      return 'one\ntwo'
    }
  }
  t.is(String(new Wordy()), 'Wordy(\n  one\n  two\n)')
})
