import test from 'ava'
import { nn, type Tensor, TorchError, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

class Net extends nn.Module {
  fc1 = nn.linear(4, 3)
  act = nn.relu()
  fc2 = nn.linear(3, 2)

  override forward(x: Tensor): Tensor {
    return this.fc2(this.act(this.fc1(x)))
  }
}

test('a subclass is callable, knows its layers and trains', (t) => {
  const net = new Net()
  t.true(net instanceof nn.Module)
  t.true(net instanceof Net)
  t.is(typeof net, 'function')
  const y = net(torch.ones([5, 4]))
  t.deepEqual(y.shape, [5, 2])
  y.sum().backward()
  t.deepEqual(
    net.namedParameters().map(([name]) => name),
    ['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias'],
  )
  t.true(net.parameters().every((parameter) => parameter.grad !== null))
  net.zeroGrad()
  t.true(net.parameters().every((parameter) => parameter.grad === null))
  t.is(
    String(net),
    'Net(\n' +
      '  (fc1): Linear(in_features=4, out_features=3, bias=True)\n' +
      '  (act): ReLU()\n' +
      '  (fc2): Linear(in_features=3, out_features=2, bias=True)\n' +
      ')',
  )
})

test("R's way to define a module", (t) => {
  const Classifier = nn.module<{ fc: ReturnType<typeof nn.linear> }, [number], [Tensor], Tensor>({
    name: 'Classifier',
    initialize(classes) {
      this.fc = nn.linear(4, classes)
    },
    forward(x) {
      return this.fc(x)
    },
  })
  const Autoencoder = nn.module<
    { fc: ReturnType<typeof nn.linear>; encode(x: Tensor): Tensor },
    [],
    [Tensor],
    Tensor
  >({
    initialize() {
      this.fc = nn.linear(4, 2)
    },
    encode(x: Tensor) {
      return this.fc(x).relu()
    },
    forward(x) {
      return this.encode(x)
    },
  })
  const encoder = Autoencoder()
  t.true(encoder.encode(torch.ones([1, 4])).equal(encoder(torch.ones([1, 4]))))
  t.throws(() => nn.module({ forward: () => 1, encode: 5 }), { message: /a function for encode/ })
  const net = Classifier(7)
  t.deepEqual(net(torch.ones([2, 4])).shape, [2, 7])
  t.is(String(net), 'Classifier(\n  (fc): Linear(in_features=4, out_features=7, bias=True)\n)')
})

test('assignment replaces a child in its place, and deletion removes it', (t) => {
  const net = new Net()
  const old = net.fc1
  net.fc1 = nn.linear(4, 3, { bias: false })
  t.not(net.fc1, old)
  t.deepEqual([...net.stateDict().keys()], ['fc1.weight', 'fc2.weight', 'fc2.bias'])
  t.deepEqual(
    net.namedChildren().map(([name]) => name),
    ['fc1', 'act', 'fc2'],
  )
  Reflect.deleteProperty(net, 'act')
  t.deepEqual(
    net.namedChildren().map(([name]) => name),
    ['fc1', 'fc2'],
  )
  Reflect.set(net, 'fc1', 5)
  t.deepEqual(
    net.namedChildren().map(([name]) => name),
    ['fc2'],
  )
})

test('a child may be called name or length', (t) => {
  class Odd extends nn.Module {
    override name = nn.linear(1, 1) as never
    override length = nn.linear(1, 1) as never
  }
  t.deepEqual(
    new Odd().namedChildren().map(([name]) => name),
    ['name', 'length'],
  )
})

test('a module cannot contain itself', (t) => {
  const outer = nn.sequential()
  const inner = nn.sequential(outer)
  t.throws(() => outer.append(inner), { message: /its own descendant/ })
})

test('parameters and buffers are registered by assignment', (t) => {
  class Scale extends nn.Module {
    scale = nn.parameter(torch.ones([3]))
    declare offset: Tensor

    constructor() {
      super()
      this.registerBuffer('offset', torch.zeros([3]))
      this.registerBuffer('cache', torch.zeros([1]), { persistent: false })
    }

    override forward(x: Tensor): Tensor {
      return x.mul(this.scale).add(this.offset)
    }
  }
  const module = new Scale()
  t.deepEqual([...module.stateDict().keys()], ['scale', 'offset'])
  t.deepEqual(
    module.namedBuffers().map(([name]) => name),
    ['offset', 'cache'],
  )
  module.offset = torch.ones([3])
  t.deepEqual(module(torch.ones([3])).toArray(), [2, 2, 2])
  t.throws(() => Reflect.set(module, 'scale', torch.ones([3])), { message: /nn\.parameter/ })
  module.loadStateDict({ scale: torch.tensor([2, 2, 2]), offset: torch.zeros([3]) })
  t.deepEqual(module(torch.ones([3])).toArray(), [2, 2, 2])
})

test('replacing the weight of a native layer changes what it computes', (t) => {
  const layer = nn.linear(2, 2, { bias: false })
  layer.weight = nn.parameter(
    torch.tensor([
      [1, 0],
      [0, 1],
    ]),
  )
  t.deepEqual(layer(torch.tensor([[3, 4]])).toArray(), [[3, 4]])
})

test('native containers run TypeScript modules, and their errors come through', (t) => {
  class Double extends nn.Module {
    override forward(x: Tensor): Tensor {
      return x.mul(2)
    }
  }
  class Broken extends nn.Module {
    override forward(_: Tensor): Tensor {
      throw new RangeError('mine')
    }
  }
  class Wrong extends nn.Module {
    override forward(_: Tensor): Tensor {
      return 5 as never
    }
  }
  t.deepEqual(
    nn
      .sequential(
        new Double(),
        nn.relu(),
        new Double(),
      )(torch.ones([1]))
      .toArray(),
    [4],
  )
  t.throws(() => nn.sequential(new Broken())(torch.ones([1])), {
    instanceOf: RangeError,
    message: 'mine',
  })
  t.throws(() => nn.sequential(new Wrong())(torch.ones([1])), { message: /Tensor/ })
})

test('a container may be changed by a module that it runs', (t) => {
  const sequence = nn.sequential(nn.relu(), nn.relu(), nn.relu())
  class Eraser extends nn.Module {
    override forward(x: Tensor): Tensor {
      for (const name of ['0', '1', '2']) Reflect.deleteProperty(sequence, name)
      for (let i = 0; i < 50; i++) sequence.append(nn.relu())
      return x.mul(2)
    }
  }
  sequence[1] = new Eraser()
  t.deepEqual(sequence(torch.ones([2])).toArray(), [2, 2])
})

test('very deep nesting is refused', (t) => {
  let deep = nn.sequential(nn.relu())
  for (let i = 0; i < 5000; i++) deep = nn.sequential(deep)
  t.throws(() => deep(torch.ones([1])), { instanceOf: RangeError, message: /500 deep/ })
})

test('what a native layer cannot follow is refused', (t) => {
  const layer = nn.linear(2, 2)
  t.throws(() => Reflect.deleteProperty(layer, 'bias'), { message: /bias can be set to null/ })
  layer.bias = null
  t.true(layer(torch.zeros([1, 2])).equal(torch.zeros([1, 2])))
  t.throws(() => Object.assign(nn.dropout(0.5), { p: 0 }), { message: /Dropout\.p is fixed/ })
  t.throws(() => Reflect.apply(layer, undefined, [torch.ones([1, 2]), torch.ones([1])]), {
    message: /forward takes 1 tensors, got 2/,
  })
  class Shadow extends nn.Module {
    override train = nn.relu() as never
  }
  t.throws(() => new Shadow(), { message: /has a method of that name/ })
  t.throws(() => layer.loadStateDict({ weight: torch.zeros([2, 2], { dtype: 'complex64' }) }), {
    message: /dtype mismatch for weight: complex64/,
  })
})

test('train and eval reach every module', (t) => {
  const net = nn.sequential(new Net(), nn.dropout())
  t.true(net.training)
  net.eval()
  t.true(net.modules().every((module) => !module.training))
  net.train()
  t.true(net.modules().every((module) => module.training))
})

test('to changes dtypes in place', (t) => {
  const net = nn.sequential(nn.conv2d(3, 4, 3), nn.batchNorm2d(4))
  const [weight] = net.parameters()
  t.is(net.to('float64'), net)
  t.is(weight?.dtype, 'float64')
  t.is(net.parameters()[0], weight)
  t.is(net.stateDict().get('1.num_batches_tracked')?.dtype, 'int64')
  t.throws(() => net.to('int64'), { instanceOf: TypeError })
  t.throws(() => net.to('nowhere' as never), { message: /device/i })
})

test('loadStateDict reports, refuses what does not fit, and then changes nothing', (t) => {
  const net = new Net()
  const state = net.stateDict()
  const before = net.fc1.weight.toTypedArray()
  const wrong = new Map([...state].map(([name, tensor]) => [name, tensor.add(1)]))
  wrong.delete('fc2.bias')
  wrong.set('fc3.weight', torch.ones([1]))
  const error = t.throws(() => net.loadStateDict(wrong), { instanceOf: TorchError })
  t.is(
    error?.message,
    'Error(s) in loading state_dict for Net:\n' +
      '\tMissing key(s) in state_dict: "fc2.bias". \n' +
      '\tUnexpected key(s) in state_dict: "fc3.weight". ',
  )
  wrong.set('fc1.weight', torch.ones([2, 2]))
  t.throws(() => net.loadStateDict(wrong, { strict: false }), {
    message:
      /size mismatch for fc1\.weight: copying a param with shape \[2, 2\] from checkpoint, the/,
  })
  t.deepEqual(net.fc1.weight.toTypedArray(), before)
  wrong.delete('fc1.weight')
  t.deepEqual(net.loadStateDict(wrong, { strict: false }), {
    missingKeys: ['fc1.weight', 'fc2.bias'],
    unexpectedKeys: ['fc3.weight'],
  })
  t.throws(() => net.loadStateDict(null as never), { instanceOf: TypeError })
  t.throws(() => net.loadStateDict({ a: 1 } as never), { message: /entry a/ })
})

test('freezing and submodules', (t) => {
  const net = nn.sequential(new Net())
  net.requiresGrad_(false)
  t.true(net.parameters().every((parameter) => !parameter.requiresGrad))
  t.is(net.getSubmodule('0.fc1').constructor.name, 'Linear')
  t.throws(() => net.getSubmodule('0.fc9'), { instanceOf: TypeError })
})

test('layers refuse wrong settings and wrong inputs by name', (t) => {
  t.throws(() => nn.linear(-1, 2), { instanceOf: RangeError, message: /inFeatures/ })
  t.throws(() => nn.linear(1, 2, { bais: false } as never), { message: /unknown option "bais"/ })
  t.throws(() => nn.conv2d(3, 4, [3, 3, 3] as never), { message: /kernelSize/ })
  t.throws(() => nn.conv2d(3, 4, 3, { groups: 2 }), { message: /divisible by groups/ })
  t.throws(() => nn.dropout(1.5), { instanceOf: RangeError })
  t.throws(() => nn.linear(2, 2)(torch.ones([1, 3])), { message: /1x3 and 2x2/ })
  t.throws(() => nn.linear(2, 2)('x' as never), { message: /Linear: expected a Tensor for input/ })
  t.throws(() => (nn.linear(2, 2) as unknown as () => void)(), { instanceOf: TypeError })
  t.throws(
    () => nn.crossEntropyLoss()(torch.ones([2, 3]), torch.tensor([5, 0], { dtype: 'int64' })),
    { instanceOf: RangeError, message: /Target 5 is out of bounds/ },
  )
  t.throws(() => new nn.Module()(...([] as never[])), { message: /forward is not defined/ })
})

test('modules are made on the default device', (t) => {
  // No other device is sure to be there; one without memory is refused, which shows that it was asked for.
  const make = () => torch.withDevice('meta', () => nn.linear(2, 3))
  t.throws(make, { message: /expected a device with memory/ })
  t.is(nn.linear(2, 3).weight.device, 'cpu')
})
