// Programs made of modules of ours.

import path from 'node:path'
import test from 'ava'
import { nn, type Tensor, torch } from '../../lib/index.js'
import { models } from '../../lib/vision/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import { temporaryFolder } from './support.js'

expectNoLiveTensors(test)

class Net extends nn.Module {
  fc = nn.linear(4, 3)
  norm = nn.batchNorm1d(3)
  rest = nn.sequential(nn.linear(3, 3), nn.relu(), nn.dropout(0.5))
  override forward(x: Tensor): Tensor {
    return this.rest(this.norm(this.fc(x))).add(this.fc.bias as Tensor)
  }
}

const net = (): Net => {
  torch.manualSeed(0)
  return new Net().eval()
}

test('parameters, names and results are those of the module', async (t) => {
  const model = net()
  const traced = torch.jit.trace(model, [torch.randn([2, 4])], {
    checkInputs: [[torch.randn([7, 4])]],
    argumentNames: ['x'],
  })
  t.deepEqual([...traced.stateDict().keys()], [...model.stateDict().keys()])
  t.regex(traced.schema(), /Tensor x\) -> Tensor/)
  t.is(traced.originalName, 'Net')
  const x = torch.randn([3, 4])
  t.true(torch.equal(traced(x), model(x)))
  // In the same memory.
  torch.noGrad(() => model.fc.weight.zero_())
  t.true(torch.equal(traced(x), model(x)))
  const file = path.join(await temporaryFolder(t), 'traced.pt')
  await traced.save(file)
  const again = await torch.jit.load(file)
  t.true(torch.equal(again(x), model(x)))
  t.deepEqual([...again.stateDict().keys()], [...model.stateDict().keys()])
  again(x).sum().backward()
  t.is(again.parameters().filter((parameter) => parameter.grad !== null).length, 6)
})

test('a native model', async (t) => {
  torch.manualSeed(0)
  const model = (await models.resnet18()).eval()
  const traced = torch.noGrad(() =>
    torch.jit.trace(model, [torch.randn([1, 3, 32, 32])], { checkTrace: false }),
  )
  const x = torch.randn([2, 3, 32, 32])
  const [a, b] = torch.noGrad(() => [traced(x), model(x)])
  t.true(torch.equal(a, b))
  t.is(traced.stateDict().size, 122)
})

test('tuples and dicts of tensors, functions', (t) => {
  const x = torch.ones([2])
  const sum = torch.jit.trace(
    (a: Tensor, [b, c]: Tensor[], d: { e: Tensor }) => {
      return [a.add(b as Tensor), [(c as Tensor).mul(d.e)]] as const
    },
    [x, [x, x], { e: x }],
  )
  const [first, [second]] = sum(x, [x, x], new Map([['e', torch.tensor([3, 3])]]))
  t.deepEqual(first.toArray(), [2, 2])
  t.deepEqual(second.toArray(), [3, 3])
  const dict = (a: Tensor) => ({ twice: a.mul(2) })
  t.throws(() => torch.jit.trace(dict, [x]), { message: /dict at the output/ })
  const traced = torch.jit.trace(dict, [x], { strict: false })
  t.deepEqual(traced(x).get('twice')?.toArray(), [2, 2])
})

test('a choice that JavaScript makes is found', (t) => {
  const choose = (x: Tensor) => ((x.sum().item() as number) > 0 ? x.mul(2) : x.mul(3))
  const one = torch.ones([2])
  t.throws(() => torch.jit.trace(choose, [one], { checkInputs: [[one.neg()]] }), {
    message:
      /checkInputs\[0\] make another program: ".*" has become ".*"\. What JavaScript decides/,
  })
  const flat = (x: Tensor) => x.reshape([x.shape[0] as number, -1])
  const make = (size: number) => torch.ones([size, 2, 2])
  t.throws(() => torch.jit.trace(flat, [make(2)], { checkInputs: [[make(3)]] }), {
    message: /another program/,
  })
  let calls = 0
  t.throws(() => torch.jit.trace((x: Tensor) => x.add(++calls), [one]), {
    message: /the example inputs again make another program/,
  })
})

test('values read out of tensors, and random results, warn', async (t) => {
  const warnings: string[] = []
  const listen = (warning: Error) => warnings.push(warning.message)
  process.on('warning', listen)
  t.teardown(() => process.off('warning', listen))
  torch.jit.trace((x: Tensor) => x.add(x.sum().item() as number), [torch.ones([2])])
  torch.jit.trace(nn.dropout(0.5), [torch.ones([20])])
  await new Promise((resolve) => setImmediate(resolve))
  t.true(warnings.some((text) => /values of a tensor were read while it was traced/.test(text)))
  t.true(warnings.some((text) => /aten::dropout are random.*eval\(\)/.test(text)))
})

test('errors of the module come out unchanged, and end the trace', (t) => {
  const error = new Error('mine')
  const throws = () => {
    t.true(torch.jit.isTracing())
    throw error
  }
  t.is(
    t.throws(() => torch.jit.trace(throws, [torch.ones([1])])),
    error,
  )
  t.false(torch.jit.isTracing())
  const within = (x: Tensor) => torch.jit.trace((y: Tensor) => y, [x])(x)
  t.throws(() => torch.jit.trace(within, [torch.ones([1])]), { message: /already running/ })
  t.false(torch.jit.isTracing())
})

test('what cannot be traced is refused', (t) => {
  const x = torch.ones([1])
  const identity = (y: Tensor) => y.mul(1)
  t.throws(() => torch.jit.trace(identity, [3 as never]), { message: /a Tensor for input/ })
  t.throws(() => torch.jit.trace(3 as never, [x]), { message: /model/ })
  t.throws(() => torch.jit.trace(() => 3, []), { message: /a Tensor for the result of forward/ })
  t.throws(() => torch.jit.trace(async (y: Tensor) => y, [x]), { message: /synchronous/ })
  t.throws(() => torch.jit.trace(identity, [x], { argumentNames: ['a b'] }), {
    message: /identifiers/,
  })
  t.throws(() => torch.jit.trace(torch.jit.trace(identity, [x]), [x]), { message: /already/ })
  const weight = torch.ones([1], { requiresGrad: true })
  t.throws(() => torch.jit.trace((y: Tensor) => y.mul(weight), [x]), { message: /requires grad/ })
})
