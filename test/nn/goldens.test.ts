// Layers and losses against PyTorch itself: test/goldens/nn.json.

import test from 'ava'
import { nn, type Tensor, torch } from '../../lib/index.js'
import type { TensorModule } from '../../lib/nn/module.js'
import { digest, type GoldenTensor, golden, tensorOf } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

interface ModuleCase {
  module: string
  args: unknown[]
  options: object
  seed: number
  stateDict: Record<string, GoldenTensor>
  inputs: GoldenTensor[]
  outputs: GoldenTensor[]
  buffers: Record<string, GoldenTensor>
  evalOutput: GoldenTensor
  gradOutput: GoldenTensor | null
  gradInput: GoldenTensor | null
  gradients: Record<string, GoldenTensor>
}

type Maker = (...values: unknown[]) => TensorModule
const make = (name: string): Maker => (nn as unknown as Record<string, Maker>)[name] as Maker

/** Kernels add in an order of their own on each CPU: equal up to float32 round-off. */
function close(t: { true(value: boolean, label?: string): unknown }, label: string) {
  return (actual: Tensor, expected: GoldenTensor, what: string): void => {
    const wanted = tensorOf(expected)
    t.true(String(actual.shape) === String(wanted.shape), `${label} ${what}: shape`)
    t.true(
      torch.allclose(actual, wanted, { rtol: 1e-5, atol: 1e-6, equalNan: true }),
      `${label} ${what}: ${actual} ${wanted}`,
    )
  }
}

test('layers: initial weights, outputs, gradients and running statistics', (t) => {
  for (const one of golden<{ modules: ModuleCase[] }>('nn').modules) {
    const label = `${one.module} ${JSON.stringify([one.args, one.options])}`
    const same = close(t, label)
    torch.manualSeed(one.seed)
    const options = Object.keys(one.options).length > 0 ? [one.options] : []
    const layer = make(one.module)(...one.args, ...options)
    const state = layer.stateDict()
    t.deepEqual([...state.keys()], Object.keys(one.stateDict), label)
    for (const [name, tensor] of state) {
      t.deepEqual(digest(tensor), digest(tensorOf(one.stateDict[name] as GoldenTensor)), label)
    }
    let input: Tensor | undefined
    one.inputs.forEach((golden, i) => {
      input = tensorOf(golden)
      if (one.gradInput !== null) input.requiresGrad_()
      const output = layer(input)
      same(output, one.outputs[i] as GoldenTensor, `output ${i}`)
      if (i === one.inputs.length - 1 && one.gradOutput !== null) {
        output.backward(tensorOf(one.gradOutput))
      }
    })
    if (one.gradInput !== null) same(input?.grad as Tensor, one.gradInput, 'gradInput')
    for (const [name, parameter] of layer.namedParameters()) {
      same(parameter.grad as Tensor, one.gradients[name] as GoldenTensor, `gradient of ${name}`)
    }
    for (const [name, buffer] of layer.namedBuffers()) {
      same(buffer, one.buffers[name] as GoldenTensor, `buffer ${name}`)
    }
    layer.eval()
    same(layer(input as Tensor), one.evalOutput, 'eval output')
  }
})

interface LossCase {
  options: { weight?: number[] }
  input: GoldenTensor
  target: GoldenTensor
  output: GoldenTensor
  gradInput: GoldenTensor
}

test('cross entropy: classes and probabilities, weights, smoothing, reductions', (t) => {
  for (const { options, input, target, output, gradInput } of golden<{ losses: LossCase[] }>('nn')
    .losses) {
    const same = close(t, JSON.stringify(options).slice(0, 60))
    const { weight, ...rest } = options
    const criterion = nn.crossEntropyLoss({
      ...rest,
      ...(weight === undefined ? {} : { weight: torch.tensor(weight) }),
    })
    const logits = tensorOf(input).requiresGrad_()
    const loss = criterion(logits, tensorOf(target))
    same(loss, output, 'loss')
    loss.sum().backward()
    same(logits.grad as Tensor, gradInput, 'gradient')
  }
})

interface DropoutCase {
  module: string
  p: number
  seed: number
  input: GoldenTensor
  output: GoldenTensor
  gradInput: GoldenTensor
}

test('dropout drops what Python drops', (t) => {
  for (const one of golden<{ dropout: DropoutCase[] }>('nn').dropout) {
    if (one.module !== 'dropout') continue
    const layer = nn.dropout(one.p)
    const x = tensorOf(one.input).requiresGrad_()
    torch.manualSeed(one.seed)
    const y = layer(x)
    t.deepEqual(digest(y), digest(tensorOf(one.output)), `p = ${one.p}`)
    y.sum().backward()
    t.deepEqual(digest(x.grad as Tensor), digest(tensorOf(one.gradInput)))
    layer.eval()
    t.true(layer(x).equal(x))
  }
})
