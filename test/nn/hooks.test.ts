import test from 'ava'
import { nn, type Tensor, torch } from '../../lib/index.js'
import { runsNatively } from '../../lib/nn/run-in-js.js'
import { models } from '../../lib/vision/index.js'
import { formulaTensor, type GoldenTensor, golden, tensorOf } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

type Gradients = readonly (Tensor | null)[]
type Stored = (GoldenTensor | null)[]

interface Case {
  case: string
  events: { hook: string; gradInput?: Stored; gradOutput: Stored }[]
  inputs: Stored
  parameters: Record<string, GoldenTensor | null>
}

class Two extends nn.Module {
  a = nn.linear(3, 4)
  b = nn.linear(3, 4, { bias: false })

  override forward(x: Tensor, k: number, y: Tensor): [Tensor, Tensor] {
    return [this.a(x).mul(k).add(this.b(y)).tanh(), x.mul(2)]
  }
}

function fill<M extends nn.Module>(module: M): M {
  torch.noGrad(() => {
    for (const [i, one] of module.parameters().entries()) {
      one.copy_(formulaTensor(one.shape, 100 * i))
    }
  })
  return module
}

const sequence = () => fill(nn.sequential(nn.linear(3, 4), nn.tanh(), nn.linear(4, 2)))
const scaled = (factor: number) => (grads: Gradients) =>
  grads.map((one) => one?.mul(factor) ?? null)

class Recorder {
  readonly events: { hook: string; gradInput?: Gradients; gradOutput: Gradients }[] = []

  after(hook: string, change?: (grads: Gradients) => Gradients) {
    return (_: nn.Module, gradInput: Gradients, gradOutput: Gradients) => {
      this.events.push({ hook, gradInput, gradOutput })
      return change?.(gradInput)
    }
  }

  before(hook: string, change?: (grads: Gradients) => Gradients) {
    return (_: nn.Module, gradOutput: Gradients) => {
      this.events.push({ hook, gradOutput })
      return change?.(gradOutput)
    }
  }
}

interface Run {
  module: nn.Module
  inputs: Tensor[]
}

function two(y: boolean, loss: (a: Tensor, b: Tensor) => Tensor) {
  return (recorder: Recorder): Run => {
    const module = fill(new Two())
    const inputs = [
      formulaTensor([2, 3], 7).requiresGrad_(),
      formulaTensor([2, 3], 50).requiresGrad_(y),
    ] as const
    module.registerFullBackwardPreHook(recorder.before('before'))
    module.registerFullBackwardHook(recorder.after('after'))
    loss(...module(inputs[0], 0.5, inputs[1])).backward()
    return { module, inputs: [...inputs] }
  }
}

const cases: Record<string, (recorder: Recorder) => Run> = {
  several(recorder) {
    const module = sequence()
    const x = formulaTensor([5, 3], 7).requiresGrad_()
    module[0]?.registerFullBackwardHook(recorder.after('second'))
    module[0]?.registerFullBackwardHook(recorder.after('first', scaled(10)), { prepend: true })
    module[2]?.registerFullBackwardPreHook(recorder.before('before', scaled(3)))
    module[2]?.registerFullBackwardHook(recorder.after('after'))
    module.registerFullBackwardHook(recorder.after('whole'))
    module(x).sum().backward()
    return { module, inputs: [x] }
  },
  'without input'(recorder) {
    const module = sequence()
    const x = formulaTensor([5, 3], 7)
    module[0]?.registerFullBackwardPreHook(recorder.before('before', scaled(2)))
    module[0]?.registerFullBackwardHook(recorder.after('after'))
    module(x).pow(2).sum().backward()
    return { module, inputs: [x] }
  },
  'both inputs': two(true, (a, b) => a.sum().add(b.pow(2).sum())),
  'one input': two(false, (a, b) => a.sum().add(b.pow(2).sum())),
  'first output': two(true, (a) => a.sum()),
  'second output': two(true, (_, b) => b.sum()),
  twice(recorder) {
    const module = fill(nn.linear(3, 3))
    const x = formulaTensor([2, 3], 7).requiresGrad_()
    module.registerFullBackwardHook(recorder.after('after', scaled(2)))
    module(module(x).tanh()).sum().backward()
    return { module, inputs: [x] }
  },
}

for (const expected of golden<{ backward: Case[] }>('modules').backward) {
  test(`backward hooks see PyTorch's gradients: ${expected.case}`, (t) => {
    const recorder = new Recorder()
    const { module, inputs } = (cases[expected.case] as (typeof cases)[string])(recorder)
    const same = (actual: Tensor | null, stored: GoldenTensor | null, what: string): void => {
      t.is(actual === null, stored === null, what)
      if (actual === null || stored === null) return
      const close = torch.allclose(actual, tensorOf(stored), { rtol: 1e-5, atol: 1e-6 })
      t.true(close, `${what}: ${actual}`)
    }
    t.deepEqual(
      recorder.events.map(({ hook }) => hook),
      expected.events.map(({ hook }) => hook),
    )
    for (const [i, event] of expected.events.entries()) {
      for (const key of ['gradInput', 'gradOutput'] as const) {
        const grads = recorder.events[i]?.[key]
        t.is(grads?.length, event[key]?.length)
        event[key]?.forEach((stored, j) => {
          same(grads?.[j] ?? null, stored, `${event.hook} ${key} ${j}`)
        })
      }
    }
    expected.inputs.forEach((stored, i) => {
      same(inputs[i]?.grad ?? null, stored, `input ${i}`)
    })
    for (const [name, parameter] of module.namedParameters()) {
      same(parameter.grad, expected.parameters[name] ?? null, name)
    }
  })
}

test('forward hooks see and replace inputs and outputs, in order', (t) => {
  const layer = nn.linear(2, 2)
  const seen: string[] = []
  layer.registerForwardPreHook((module, [x]) => {
    seen.push('second')
    t.is(module, layer)
    return x.add(1)
  })
  layer.registerForwardPreHook((_, inputs) => void seen.push(`first ${inputs.length}`), {
    prepend: true,
  })
  const doubled = layer.registerForwardHook((_, [x], output) => {
    seen.push(`x ${x.toTypedArray()}`)
    return output.mul(2)
  })
  layer.registerForwardHook((_, __, output) => {
    seen.push(`output ${output.shape}`)
  })
  layer.weight = nn.parameter(torch.eye(2))
  layer.bias = null
  const x = torch.zeros([1, 2])
  t.deepEqual(layer(x).toArray(), [[2, 2]])
  t.deepEqual(seen, ['first 1', 'second', 'x 1,1', 'output 1,2'])
  doubled.remove()
  seen.length = 0
  t.deepEqual(layer(x).toArray(), [[1, 1]])
  t.deepEqual(seen, ['first 1', 'second', 'output 1,2'])
  // As in Python, hooks belong to the call of the module, not to its forward.
  t.deepEqual(layer.forward(x).toArray(), [[0, 0]])
  doubled.remove()
})

test('hooks may add and remove hooks while they run', (t) => {
  const layer = nn.relu()
  const seen: number[] = []
  const once = layer.registerForwardHook(() => {
    seen.push(1)
    once.remove()
    layer.registerForwardHook(() => void seen.push(2))
  })
  layer(torch.ones([1]))
  t.deepEqual(seen, [1])
  layer(torch.ones([1]))
  t.deepEqual(seen, [1, 2])
})

test('a hook with alwaysCall runs although forward throws, and the error is that of forward', (t) => {
  class Broken extends nn.Module {
    override forward(_: Tensor): Tensor {
      throw new RangeError('mine')
    }
  }
  const broken = new Broken()
  const seen: unknown[] = []
  broken.registerForwardHook(() => void seen.push('never'))
  broken.registerForwardHook((_, __, output) => void seen.push(output), { alwaysCall: true })
  broken.registerForwardHook(
    () => {
      throw new Error('silenced')
    },
    { alwaysCall: true },
  )
  t.throws(() => broken(torch.ones([1])), { instanceOf: RangeError, message: 'mine' })
  t.deepEqual(seen, [undefined])
})

test('hooks deep inside a native tree run, and their results count', async (t) => {
  torch.manualSeed(0)
  const model = (await models.resnet18({ numClasses: 3 })).eval()
  const conv = model.getSubmodule('layer1.0.conv1') as nn.Conv2d
  const x = torch.rand([1, 3, 32, 32])
  const plain = model(x)
  t.true(runsNatively(model))
  const shapes: string[] = []
  const handles = [
    conv.registerForwardPreHook((_, [input]) => void shapes.push(`in ${input.shape}`)),
    conv.registerForwardHook((_, __, output) => {
      shapes.push(`out ${output.shape}`)
      return output.mul(0)
    }),
  ]
  t.false(runsNatively(model))
  t.false(torch.allclose(model(x), plain))
  t.deepEqual(shapes, ['in 1,64,8,8', 'out 1,64,8,8'])
  for (const handle of handles) handle.remove()
  t.true(runsNatively(model))
  t.true(model(x).equal(plain))
  t.is(shapes.length, 2)

  const error = t.throws(() => {
    using _ = conv.registerForwardHook(() => 5)
    model(x)
  })
  t.regex(String(error?.message), /Conv2d\.forward: expected a Tensor for its result, got 5/)
})

test('backward hooks deep inside a native tree see the gradients that autograd computes', async (t) => {
  torch.manualSeed(0)
  const model = (await models.resnet18({ numClasses: 3 })).eval()
  const conv = model.getSubmodule('layer1.0.conv1') as nn.Conv2d
  let output: Tensor | undefined
  let input: Tensor | undefined
  const x = torch.rand([1, 3, 32, 32])
  {
    using _ = conv.registerForwardHook((_, [given], result) => {
      input = given
      output = result
      given.retainGrad()
      result.retainGrad()
    })
    model(x).sum().backward()
  }
  const [gradInput, gradOutput] = [input?.grad as Tensor, output?.grad as Tensor]
  let runs = 0
  using _ = conv.registerFullBackwardHook((_, ins, outs) => {
    runs++
    // The input has another use, the shortcut, whose gradient does not pass the module.
    t.deepEqual(ins[0]?.shape, gradInput.shape)
    t.true(torch.allclose(outs[0] as Tensor, gradOutput, { rtol: 1e-4, atol: 1e-6 }))
  })
  model(x).sum().backward()
  t.is(runs, 1)
  input = undefined
  output = undefined
})

test('a forward of the instance is what native parents run', (t) => {
  const act = nn.relu()
  const model = nn.sequential(nn.identity(), act)
  t.true(runsNatively(model))
  act.forward = (x: Tensor) => x.mul(3)
  t.false(runsNatively(model))
  t.deepEqual(model(torch.ones([2])).toArray(), [3, 3])
  Reflect.deleteProperty(act, 'forward')
  t.true(runsNatively(model))
  t.deepEqual(model(torch.ones([2])).toArray(), [1, 1])
})

test('global hooks run for every module, before its own', (t) => {
  const model = nn.sequential(nn.identity(), nn.sequential(nn.relu()))
  const seen: string[] = []
  model[0]?.registerForwardHook(() => void seen.push('own'))
  const handles = [
    nn.registerModuleForwardPreHook((module) => void seen.push(`> ${module.constructor.name}`)),
    nn.registerModuleForwardHook((module) => void seen.push(`< ${module.constructor.name}`)),
  ]
  model(torch.ones([1]))
  t.deepEqual(seen, [
    '> Sequential',
    '> Identity',
    '< Identity',
    'own',
    '> Sequential',
    '> ReLU',
    '< ReLU',
    '< Sequential',
    '< Sequential',
  ])
  for (const handle of handles) handle.remove()
  seen.length = 0
  model(torch.ones([1]))
  t.deepEqual(seen, ['own'])
  const gradients: string[] = []
  using _ = nn.registerModuleFullBackwardHook(
    (module, [grad]) => void gradients.push(`${module.constructor.name} ${grad?.item()}`),
  )
  using __ = nn.registerModuleFullBackwardPreHook((_, [grad]) => [grad?.mul(2) ?? null])
  nn.relu()(torch.ones([1]).requiresGrad_()).backward()
  t.deepEqual(gradients, ['ReLU 2'])
})

test('hooks refuse what they cannot use', (t) => {
  const layer = nn.linear(1, 1)
  for (const register of [
    'registerForwardHook',
    'registerForwardPreHook',
    'registerFullBackwardHook',
    'registerFullBackwardPreHook',
    'registerStateDictPreHook',
    'registerStateDictPostHook',
    'registerLoadStateDictPreHook',
    'registerLoadStateDictPostHook',
  ] as const) {
    const message = new RegExp(`${register}: expected a function for hook, got 5`)
    const call = layer[register] as (hook: unknown) => unknown
    t.throws(() => call.call(layer, 5), { instanceOf: TypeError, message })
  }
  t.throws(() => layer.registerForwardHook(() => {}, { first: true } as never), {
    message: /unknown option "first"; the options are prepend, alwaysCall/,
  })
  const x = torch.ones([1, 1]).requiresGrad_()
  using _ = layer.registerFullBackwardHook(() => [null, null])
  t.throws(() => layer(x).sum().backward(), {
    message: /must return 1 gradients or nothing, got 2/,
  })
})

test('what hooks hold is freed with them', (t) => {
  const before = torch.memory().live
  const run = (): void => {
    const model = nn.sequential(nn.linear(2, 2))
    const kept: Tensor[] = []
    model[0]?.registerForwardHook((_, __, output) => void kept.push(output))
    model[0]?.registerFullBackwardHook((_, [grad]) => void (grad && kept.push(grad)))
    model(torch.ones([1, 2]).requiresGrad_())
      .sum()
      .backward()
    t.is(kept.length, 2)
  }
  run()
  for (let i = 0; i < 5; i++) globalThis.gc?.()
  t.true(globalThis.gc === undefined || torch.memory().live <= before + 4)
})
