// Every layer and loss against PyTorch: test/goldens/layers.json.

import { createHash } from 'node:crypto'
import test from 'ava'
import { Tensor, torch } from '../../../lib/index.js'
import { golden } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'
import { type Brief, decodeOptions, difference, flat, inputOf, makeLayer, total } from './cases.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

interface Case {
  module: string
  args: unknown[]
  options: object
  inputs: unknown[][]
  call?: object
  repr: string
  state?: Record<string, number[]>
  sha256: string
  outputs: (Brief | null)[]
  inputGradients?: (Brief | null)[]
  gradients?: Record<string, Brief | null>
  buffers?: Record<string, Brief>
  evaluation?: (Brief | null)[]
}

function problems(one: Case): string[] {
  const found: string[] = []
  const expectSame = (what: string, actual: Tensor | null, expected: Brief | null): void => {
    const text = difference(actual, expected)
    if (text !== undefined) found.push(`${what}: ${text}`)
  }
  torch.manualSeed(0)
  const layer = makeLayer(one.module, one.args, one.options)
  if (String(layer) !== one.repr) found.push(`prints ${layer}, not ${one.repr}`)
  const state = layer.stateDict()
  const shapes = Object.fromEntries([...state].map(([name, tensor]) => [name, tensor.shape]))
  if (JSON.stringify(shapes) !== JSON.stringify(one.state ?? {})) {
    return [...found, `has ${JSON.stringify(shapes)}, not ${JSON.stringify(one.state)}`]
  }
  const hash = createHash('sha256')
  for (const tensor of state.values()) hash.update(tensor.toBytes())
  if (hash.digest('hex') !== one.sha256) found.push('begins with other values')

  const inputs = one.inputs.flatMap((spec, i) => inputOf(spec, 1000 * i))
  const given = one.call === undefined ? inputs : [...inputs, decodeOptions(one.call)]
  torch.manualSeed(1)
  const outputs = flat(layer(...given))
  one.outputs.forEach((output, i) => {
    expectSame(`output ${i}`, outputs[i] ?? null, output)
  })
  total(outputs).backward()
  const differentiable = inputs.filter((x) => x instanceof Tensor && x.requiresGrad) as Tensor[]
  one.inputGradients?.forEach((gradient, i) => {
    expectSame(`gradient of input ${i}`, differentiable[i]?.grad ?? null, gradient)
  })
  for (const [name, parameter] of layer.namedParameters()) {
    expectSame(`gradient of ${name}`, parameter.grad, one.gradients?.[name] ?? null)
  }
  for (const [name, tensor] of layer.namedBuffers()) {
    expectSame(`buffer ${name}`, tensor, one.buffers?.[name] ?? null)
  }
  const evaluated = torch.noGrad(() => {
    layer.eval()
    torch.manualSeed(2)
    return flat(layer(...given))
  })
  const evaluation = one.evaluation ?? one.outputs
  evaluation.forEach((output, i) => {
    expectSame(`evaluation ${i}`, evaluated[i] ?? null, output)
  })
  return found
}

test('initial weights, printed form, outputs, gradients and buffers are PyTorch’s', (t) => {
  const { layers } = golden<{ layers: Case[] }>('layers')
  const all: string[] = []
  for (const one of layers) {
    const label = `${one.module} ${JSON.stringify([one.args, one.options, one.call])}`
    try {
      all.push(...problems(one).map((text) => `${label}: ${text}`))
    } catch (error) {
      all.push(`${label}: ${String(error)}`)
    }
  }
  t.deepEqual(all, [])
})
