// What decides whether a network is torchvision's: names, layers, first weights, outputs and gradients.

import { createHash } from 'node:crypto'
import { nn, type Tensor, torch } from '../../../lib/index.js'
import { models } from '../../../lib/vision/index.js'

/** What `scripts/goldens/models.py` measures; logits as numbers. */
export interface Measures {
  readonly name: string
  readonly numParameters: number
  /** sha256 of the names and shapes of the state dict */
  readonly keys: string
  /** sha256 of the network as PyTorch prints it */
  readonly layers: string
  /** sha256 of the first weights */
  readonly weights: string
  readonly size: number
  readonly eval: readonly number[]
  readonly evalLargest: number
  readonly train: readonly number[]
  readonly trainLargest: number
  readonly gradientNorm: number
  /** The random number after all that. */
  readonly random: number
}

const LOGITS = 4

function sha256(parts: Iterable<string | Uint8Array>): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** The goldens' formula data; see test/goldens/README.md. */
function formula(shape: readonly number[]): Tensor {
  const values = new Float32Array(shape.reduce((product, length) => product * length, 1))
  for (let i = 0; i < values.length; i++) {
    values[i] = (Math.imul(i, 2654435761) >>> 8) / 2 ** 24 - 0.5
  }
  return torch.fromTypedArray(values, shape)
}

/** Some networks start with a classifier of zeros, or branches that count for a millionth: nothing would be seen. */
function makeTelling(model: nn.Module): void {
  torch.manualSeed(1)
  torch.noGrad(() => {
    for (const [name, parameter] of model.namedParameters()) {
      if (name.endsWith('layer_scale')) parameter.fill_(0.1)
      else if (name.endsWith('head.weight')) parameter.normal_(0, 0.02)
    }
  })
}

const firstOf = (logits: Tensor): number[] => [
  ...(logits.narrow(1, 0, LOGITS).contiguous().toTypedArray() as Float32Array),
]
const largestOf = (logits: Tensor): number => Number(logits.abs().max().item())

/** Measures the network of a name, or what is made instead, on pictures of `size`. */
export async function measure(
  name: string,
  size: number,
  make: () => nn.Module | Promise<nn.Module> = () => models.getModel(name),
): Promise<Measures> {
  torch.manualSeed(0)
  const model = (await make()) as nn.TensorModule
  const state = [...model.stateDict()]
  const made = {
    name,
    numParameters: model.parameters().reduce((sum, parameter) => sum + parameter.numel(), 0),
    keys: sha256(state.map(([key, { shape }]) => `${key} [${shape.join(', ')}]\n`)),
    layers: sha256([String(model)]),
    weights: sha256(
      (function* () {
        for (const [, value] of state) yield value.toBytes()
      })(),
    ),
  }
  makeTelling(model)
  const inputs = formula([2, 3, size, size])
  model.eval()
  const logits = torch.noGrad(() => model(inputs))
  torch.manualSeed(2)
  model.train()
  const trained = model(inputs)
  nn.crossEntropyLoss()(trained, torch.tensor([3, 7], { dtype: 'int64' })).backward()
  const squares = model
    .parameters()
    .map(({ grad }) => Number((grad as Tensor).to('float64').pow(2).sum().item()))
  return {
    ...made,
    size,
    eval: firstOf(logits),
    evalLargest: largestOf(logits),
    train: firstOf(trained.detach()),
    trainLargest: largestOf(trained.detach()),
    gradientNorm: Math.sqrt(squares.reduce((sum, value) => sum + value, 0)),
    random: Number(torch.rand([1]).item()),
  }
}

/** By how much two lists differ, relative to `largest`. */
const distance = (a: readonly number[], b: readonly number[], largest: number): number =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN)))) / largest

/** Bounds of {@link differences}; see test/goldens/models.json. */
const BOUNDS = { eval: 1e-4, train: 1e-2, gradientNorm: 1e-2 } as const

/** In what a network is not torchvision's; nothing where it is. */
export function differences(actual: Measures, expected: Measures): string[] {
  const exact = (['numParameters', 'keys', 'layers', 'weights', 'random'] as const).filter(
    (field) => actual[field] !== expected[field],
  )
  const distances = {
    eval: distance(actual.eval, expected.eval, expected.evalLargest),
    train: distance(actual.train, expected.train, expected.trainLargest),
    gradientNorm: Math.abs(actual.gradientNorm / expected.gradientNorm - 1),
  }
  const far = (['eval', 'train', 'gradientNorm'] as const)
    .filter((field) => !(distances[field] <= BOUNDS[field]))
    .map((field) => `${field} by ${distances[field].toExponential(1)}`)
  return [...exact, ...far]
}
