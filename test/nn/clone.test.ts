import test from 'ava'
import { nn, type Tensor, torch } from '../../lib/index.js'
import { models } from '../../lib/vision/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

class Block extends nn.Module {
  conv = nn.conv2d(2, 2, 3, { padding: 1, bias: false })
  norm = nn.batchNorm2d(2)
  scale = nn.parameter(torch.ones([2, 1, 1]), false)
  sizes = [1, { two: 2 }]
  head = nn.sequential(nn.flatten(), nn.linear(32, 3), nn.dropout(0.25))

  constructor(readonly gain: number) {
    super()
    this.registerBuffer('shift', torch.zeros([1]))
    this.registerBuffer('cache', torch.ones([2]), { persistent: false })
  }

  override forward(x: Tensor): Tensor {
    return this.head(this.norm(this.conv(x)).mul(this.scale).mul(this.gain))
  }
}

const equal = (a: Tensor, b: Tensor): boolean => torch.equal(a, b)

test('a copy computes the same and shares nothing', (t) => {
  const module = new Block(3)
  module.norm.eval()
  const copy = module.clone()
  t.true(copy instanceof Block)
  t.is(String(copy), String(module))
  t.is(copy.gain, 3)
  t.deepEqual(copy.sizes, module.sizes)
  t.not(copy.sizes, module.sizes)
  t.deepEqual(
    copy.modules().map((one) => one.training),
    module.modules().map((one) => one.training),
  )
  t.deepEqual([...copy.stateDict().keys()], [...module.stateDict().keys()])
  t.deepEqual(
    copy.namedBuffers().map(([name]) => name),
    module.namedBuffers().map(([name]) => name),
  )
  t.deepEqual(
    copy.parameters().map((one) => one.requiresGrad),
    module.parameters().map((one) => one.requiresGrad),
  )
  module.eval()
  copy.eval()
  const x = torch.randn([2, 2, 4, 4])
  t.true(equal(copy(x), module(x)))
  const before = module(x)
  torch.noGrad(() => {
    for (const one of [...copy.parameters(), ...copy.buffers()]) one.fill_(0)
  })
  t.true(equal(module(x), before))
})

test('what a module shares, its copy shares', (t) => {
  const layer = nn.linear(2, 2)
  const model = nn.sequential(layer, layer, nn.linear(2, 2))
  ;(model[2] as nn.Linear).weight = layer.weight
  const copy = model.clone()
  t.is(copy[0], copy[1])
  t.is((copy[2] as nn.Linear).weight, (copy[0] as nn.Linear).weight)
  t.not(copy[0], model[0])
  t.is(copy.parameters().length, model.parameters().length)
})

test('copying draws no random numbers', (t) => {
  const model = nn.sequential(nn.linear(3, 3))
  torch.manualSeed(1)
  const expected = torch.rand([2])
  torch.manualSeed(1)
  model.clone()
  t.true(equal(torch.rand([2]), expected))
})

test('native trees, with the class, the settings and the printing of each', async (t) => {
  const model = (await models.resnet18({ numClasses: 3 })).eval()
  const copy = model.clone()
  t.is(copy.constructor, model.constructor)
  t.is(String(copy), String(model))
  t.false(copy.training)
  const x = torch.rand([1, 3, 32, 32])
  t.true(equal(copy(x), model(x)))
  copy.fc = nn.linear(512, 2)
  t.is(model(x).shape[1], 3)
  const layers = nn.sequential(
    nn.conv2d(2, 2, [3, 3], { padding: 'same' }),
    nn.batchNorm2d(2, { trackRunningStats: false, affine: false }),
    nn.maxPool2d(2),
    nn.crossEntropyLoss({ weight: torch.ones([3]) }) as never,
  )
  const copies = layers.clone()
  t.is(String(copies), String(layers))
  t.deepEqual([...copies.stateDict().keys()], [...layers.stateDict().keys()])
  t.true(equal(copies.slice(0, 3)(x.narrow(1, 0, 2)), layers.slice(0, 3)(x.narrow(1, 0, 2))))
})

test('containers, attention and modules in the style of R', (t) => {
  const Net = nn.module<{ fc: nn.Linear }, [], [Tensor], Tensor>({
    name: 'Net',
    initialize() {
      this.fc = nn.linear(4, 4)
    },
    forward(x) {
      return this.fc(x)
    },
  })
  const all = nn.moduleDict<nn.Module>({
    list: nn.moduleList([nn.relu(), nn.relu()]),
    numbers: nn.parameterList([torch.ones([2])]),
    net: Net() as unknown as nn.Module,
    attention: nn.multiheadAttention(4, 2),
  })
  const copy = all.clone()
  t.is(String(copy), String(all))
  t.deepEqual([...copy.stateDict().keys()], [...all.stateDict().keys()])
  ;(copy.get('list') as nn.ModuleList).append(nn.tanh())
  t.is((all.get('list') as nn.ModuleList).length, 2)
  const x = torch.ones([1, 4])
  const run = (dict: nn.ModuleDict) => (dict.get('net') as unknown as (x: Tensor) => Tensor)(x)
  t.true(equal(run(copy), run(all)))
  torch.noGrad(() => copy.parameters().forEach((one) => void one.fill_(0)))
  t.false(equal(run(copy), run(all)))
})

test('hooks go with the copy, and end apart', (t) => {
  const model = nn.sequential(nn.relu())
  const seen: nn.Module[] = []
  const handle = model[0]?.registerForwardHook((module) => void seen.push(module))
  const copy = model.clone()
  copy(torch.ones([1]))
  t.is(seen[0], copy[0])
  handle?.remove()
  model(torch.ones([1]))
  copy(torch.ones([1]))
  t.deepEqual(seen, [copy[0], copy[0]])
})

test('plain values are copied, circles included', (t) => {
  class Holder extends nn.Module {
    map = new Map<string, unknown>([['a', [1, new Set([2])]]])
    date = new Date(0)
    circle: unknown[] = []
    task = (): number => 5
  }
  const holder = new Holder()
  holder.circle.push(holder.circle, holder)
  const copy = holder.clone()
  t.not(copy.map, holder.map)
  t.deepEqual(copy.map, holder.map)
  t.not(copy.date, holder.date)
  t.is(copy.circle[0], copy.circle)
  t.is(copy.circle[1], copy)
  t.is(copy.task, holder.task)
})

test('a class with private fields says how it is copied', (t) => {
  class Private extends nn.Module {
    readonly #gain: number
    constructor(gain: number) {
      super()
      this.#gain = gain
    }
    override forward(x: Tensor): Tensor {
      return x.mul(this.#gain)
    }
  }
  class Willing extends nn.Module {
    override clone(): this {
      return new Willing() as this
    }
  }
  t.throws(() => nn.moduleList([new Private(2)]).clone(), {
    instanceOf: TypeError,
    message: /clone: a Private has the private #gain/,
  })
  const list = nn.moduleList([new Willing()])
  const copy = list.clone()
  t.true(copy[0] instanceof Willing)
  t.not(copy[0], list[0])
})
