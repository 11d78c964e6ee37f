import test from 'ava'
import { nn, type Tensor, torch } from '../../lib/index.js'
import { cloneModule } from '../../lib/nn/clone.js'
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
  const copy = cloneModule(module)
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
  const copy = cloneModule(model)
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
  cloneModule(model)
  t.true(equal(torch.rand([2]), expected))
})
