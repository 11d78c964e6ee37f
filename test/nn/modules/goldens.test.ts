// Every layer and loss against PyTorch: test/goldens/layers.json.

import test from 'ava'
import { nn, type Tensor, torch } from '../../../lib/index.js'
import {
  digest,
  formulaTensor,
  type GoldenDigest,
  type GoldenTensor,
  golden,
  tensorOf,
} from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

interface Case {
  module: string
  args: unknown[]
  options: object
  tensors: Record<string, GoldenTensor>
  repr: string
  state: Record<string, GoldenDigest>
  inputs: (GoldenTensor & { grad: boolean })[]
  output: GoldenTensor
  gradOutput: GoldenTensor
  gradInputs: (GoldenTensor | null)[]
  gradients: Record<string, GoldenTensor>
  buffers: Record<string, GoldenTensor>
  evalOutput: GoldenTensor
}

type Layer = nn.Module & ((...inputs: Tensor[]) => Tensor)
type Maker = (...values: unknown[]) => Layer
const makers = nn as unknown as Record<string, Maker>

function mapTensors(golden: Record<string, GoldenTensor>): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(golden).map(([name, tensor]) => [name, tensorOf(tensor)]),
  )
}

/** Undefined where equal up to float32 round-off, else what differs. */
function difference(actual: Tensor | null, expected: GoldenTensor): string | undefined {
  const wanted = tensorOf(expected)
  if (actual === null) return 'nothing'
  if (String(actual.shape) !== String(wanted.shape))
    return `[${actual.shape}], not [${wanted.shape}]`
  const isClose =
    actual.dtype === wanted.dtype &&
    torch.allclose(actual, wanted, { rtol: 1e-5, atol: 1e-5, equalNan: true })
  return isClose ? undefined : `off by ${actual.sub(wanted).abs().max()}`
}

function problems(one: Case): string[] {
  const found: string[] = []
  const expectSame = (what: string, actual: Tensor | null, expected: GoldenTensor): void => {
    const text = difference(actual, expected)
    if (text !== undefined) found.push(`${what}: ${text}`)
  }
  torch.manualSeed(0)
  const options = { ...one.options, ...mapTensors(one.tensors) }
  const make = makers[one.module]
  if (make === undefined) return ['is absent']
  const layer = make(...one.args, ...(Object.keys(options).length > 0 ? [options] : []))
  const text = String(layer)
  if (text !== one.repr) {
    found.push(`prints ${text}, not ${one.repr}`)
  }
  const state = layer.stateDict()
  if (String([...state.keys()]) !== String(Object.keys(one.state))) {
    return [...found, `keys ${[...state.keys()]}, not ${Object.keys(one.state)}`]
  }
  for (const [name, tensor] of state) {
    if (digest(tensor).sha256 !== one.state[name]?.sha256) found.push(`initial ${name}: ${tensor}`)
  }
  const inputs = one.inputs.map((input) => tensorOf(input).requiresGrad_(input.grad))
  torch.manualSeed(1)
  const output = layer(...inputs)
  expectSame('output', output, one.output)
  output.backward(tensorOf(one.gradOutput))
  one.gradInputs.forEach((gradient, i) => {
    if (gradient !== null) expectSame(`gradient of input ${i}`, inputs[i]?.grad ?? null, gradient)
  })
  for (const [name, parameter] of layer.namedParameters()) {
    expectSame(`gradient of ${name}`, parameter.grad, one.gradients[name] as GoldenTensor)
  }
  for (const [name, tensor] of layer.namedBuffers()) {
    expectSame(`buffer ${name}`, tensor, one.buffers[name] as GoldenTensor)
  }
  torch.noGrad(() => {
    layer.eval()
    torch.manualSeed(2)
    expectSame('evaluation', layer(...inputs), one.evalOutput)
  })
  return found
}

test('initial weights, printed form, outputs, gradients and buffers are PyTorch’s', (t) => {
  const { layers } = golden<{ layers: Case[] }>('layers')
  const all: string[] = []
  for (const one of layers) {
    const label = `${one.module} ${JSON.stringify([one.args, one.options])}`
    try {
      all.push(...problems(one).map((text) => `${label}: ${text}`))
    } catch (error) {
      all.push(`${label}: ${String(error)}`)
    }
  }
  t.deepEqual(all, [])
})

interface RecurrentCase extends Pick<Case, 'module' | 'args' | 'options' | 'repr' | 'state'> {
  shapes: (number[] | number[][])[]
  outputs: GoldenTensor[]
  gradInput: GoldenTensor
  gradients: Record<string, GoldenTensor>
}

type Nested = Tensor | readonly Nested[]
const flat = (value: Nested): Tensor[] =>
  Array.isArray(value) ? value.flatMap(flat) : [value as Tensor]

function recurrentProblems(one: RecurrentCase): string[] {
  torch.manualSeed(0)
  const make = makers[one.module]
  if (make === undefined) return ['is absent']
  const layer = make(...one.args, ...(Object.keys(one.options).length > 0 ? [one.options] : []))
  const found = String(layer) === one.repr ? [] : [`prints ${layer}, not ${one.repr}`]
  const state = layer.stateDict()
  if (String([...state.keys()]) !== String(Object.keys(one.state))) {
    return [...found, `keys ${[...state.keys()]}, not ${Object.keys(one.state)}`]
  }
  for (const [name, tensor] of state) {
    if (digest(tensor).sha256 !== one.state[name]?.sha256) found.push(`initial ${name}: ${tensor}`)
  }
  const inputs = one.shapes.map((shape, i) =>
    Array.isArray(shape[0])
      ? (shape as number[][]).map((part, j) => formulaTensor(part, 1000 * i + 500 * j))
      : formulaTensor(shape as number[], 1000 * i).requiresGrad_(),
  )
  torch.manualSeed(1)
  const outputs = flat(layer(...(inputs as Tensor[])) as Nested)
  const differences = outputs.map((output, i) => difference(output, one.outputs[i] as GoldenTensor))
  let total = torch.zeros([])
  outputs.forEach((output, i) => {
    total = total.add(output.mul(formulaTensor(output.shape, 5000 * (i + 1))).sum())
  })
  total.backward()
  differences.push(difference((inputs[0] as Tensor).grad, one.gradInput))
  for (const [name, parameter] of layer.namedParameters()) {
    differences.push(difference(parameter.grad, one.gradients[name] as GoldenTensor))
  }
  return [...found, ...differences.filter((text) => text !== undefined)]
}

test('recurrent networks and attention', (t) => {
  const { recurrent } = golden<{ recurrent: RecurrentCase[] }>('layers')
  const all: string[] = []
  for (const one of recurrent) {
    const label = `${one.module} ${JSON.stringify(one.options)}`
    try {
      all.push(...recurrentProblems(one).map((text) => `${label}: ${text}`))
    } catch (error) {
      all.push(`${label}: ${String(error)}`)
    }
  }
  t.deepEqual(all, [])
})

/** Classes of torch.nn that are not here, and why. */
const ABSENT: Record<string, string> = {
  AdaptiveLogSoftmaxWithLoss: 'not written',
  Buffer: 'registerBuffer says the same',
  Container: 'deprecated: Module',
  CrossMapLRN2d:
    'left from Lua Torch, with a window that forgets to drop channel 0: LocalResponseNorm',
  DataParallel: 'deprecated: one process for each device',
  LinearCrossEntropyOptions: 'a plain object',
  LinearCrossEntropyLoss: 'nn.functional.linearCrossEntropy is here',
  NLLLoss2d: 'deprecated: NLLLoss',
  RNNBase: 'what RNN, LSTM and GRU have in common, not to be made',
  RNNCellBase: 'what the cells have in common, not to be made',
  SyncBatchNorm: 'needs a process group; distributed training is not here',
  Transformer: 'not written: an encoder and a decoder',
  TransformerDecoder: 'not written: copies of a layer in a moduleList',
  TransformerEncoder: 'not written: copies of a layer in a moduleList',
  UninitializedBuffer: 'lazy modules are not here',
  UninitializedParameter: 'lazy modules are not here',
}

test('every public class of torch.nn is here, or absent for a reason', (t) => {
  const here = new Map(Object.entries(nn).map(([name, value]) => [name.toLowerCase(), value]))
  const names = golden<{ classes: { name: string }[] }>('layers').classes.map(({ name }) => name)
  const missing = names.filter(
    (name) => !here.has(name.toLowerCase()) && !name.startsWith('Lazy') && !(name in ABSENT),
  )
  t.deepEqual(missing, [])
  t.deepEqual(
    Object.keys(ABSENT).filter((name) => here.has(name.toLowerCase()) || !names.includes(name)),
    [],
  )
})
