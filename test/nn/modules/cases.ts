// What layers.json describes: arguments, inputs and outputs of layers. The kinds are those of scripts/goldens/layers.py.

import { float, nn, Tensor, torch } from '../../../lib/index.js'
import { formulaTensor, type GoldenTensor, tensorOf } from '../../helpers/goldens.js'

export type Layer = nn.Module & ((...inputs: unknown[]) => unknown)
const makers = nn as unknown as Record<string, (...values: unknown[]) => Layer>
const { functional } = nn

/** A tensor as layers.json has it. */
export interface Brief extends GoldenTensor {
  /** Of all values times formula data. */
  readonly sum: number
}

/** The layer of a case, or of an argument that is one. */
export function makeLayer(name: string, args: readonly unknown[], options: object): Layer {
  const make = makers[name]
  if (make === undefined) throw new Error('is absent')
  const values = decodeOptions(options)
  return make(...args.map(decode), ...(Object.keys(values).length > 0 ? [values] : []))
}

/** Options with what is described in them made. */
export const decodeOptions = (options: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [name, decode(value)]))

function decode(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith('tensor ')) {
    return formulaTensor([Number(value.slice(7))], 77).add(1)
  }
  if (!Array.isArray(value) || typeof value[0] !== 'string') return value
  if (value[0] === 'float') return float(value[1])
  if (value[0] === 'module') return makeLayer(value[1], value[2], value[3])
  return inputOf(value, 0)[0]
}

/** The tensors of an input: a shape, or a kind and its numbers. */
export function inputOf(spec: readonly unknown[], offset: number): (Tensor | Tensor[])[] {
  const isShape = typeof spec[0] !== 'string'
  const kind = isShape ? 'values' : spec[0]
  const numbers = (isShape ? spec : spec.slice(1)) as number[]
  const [first = 0, ...others] = numbers
  switch (kind) {
    case 'values':
      return [formulaTensor(numbers, offset).mul(4).requiresGrad_()]
    case 'small':
      return [formulaTensor(numbers, offset).requiresGrad_()]
    case 'pair': {
      const shapes = numbers as unknown as number[][]
      return [shapes.map((shape, i) => formulaTensor(shape, offset + 500 * i))]
    }
    case 'index':
      return [formulaTensor(others, offset).add(0.5).mul(first).to('int64')]
    case 'offsets':
      return [torch.tensor(numbers, { dtype: 'int64' })]
    case 'pooled': {
      const { maxPool1dWithIndices, maxPool2dWithIndices, maxPool3dWithIndices } = functional
      const pools = [maxPool1dWithIndices, maxPool2dWithIndices, maxPool3dWithIndices] as const
      const pool = pools[numbers.length - 3] as (typeof pools)[0]
      const [values, indices] = pool(formulaTensor(numbers, offset), 2)
      return [values.requiresGrad_(), indices]
    }
    case 'probability':
      return [
        formulaTensor(numbers, offset)
          .mul(0.8)
          .add(0.5)
          .requiresGrad_(offset === 0),
      ]
    case 'sign':
      return [formulaTensor(numbers, offset).sign()]
    case 'labels': {
      const rows = [
        [3, 0, -1, 1, 2],
        [1, -1, 0, 0, 0],
        [0, 1, 2, 3, 4],
        [2, 4, -1, -1, -1],
      ]
      return [torch.tensor(rows, { dtype: 'int64' })]
    }
    case 'log':
      return [functional.logSoftmax(formulaTensor(numbers, offset), -1).requiresGrad_()]
    case 'full':
      return [torch.full(others, first, { dtype: 'int64' })]
    case 'samples':
      return [formulaTensor(numbers).add(0.5)]
    case 'mask': {
      const mask = formulaTensor(numbers, 77).gt(0.2)
      mask.select(-1, 0).fill_(false)
      return [mask]
    }
    case 'causal':
      return [torch.ones([first, first], { dtype: 'bool' }).triu(1)]
    default:
      throw new Error(`no input is called ${kind}`)
  }
}

/** The tensors of an output, in order; what is no tensor becomes null. */
export function flat(value: unknown): (Tensor | null)[] {
  if (value instanceof Tensor) return [value]
  return Array.isArray(value) ? value.flatMap(flat) : [null]
}

/** The number whose gradients the goldens hold. */
export function total(outputs: readonly (Tensor | null)[]): Tensor {
  let sum = torch.zeros([])
  outputs.forEach((output, i) => {
    if (output?.isFloatingPoint() !== true) return
    sum = sum.add(output.mul(formulaTensor(output.shape, 5000 * (i + 1))).sum())
  })
  return sum
}

/** Undefined where equal up to float32's round-off, else what differs. */
export function difference(actual: Tensor | null, brief: Brief | null): string | undefined {
  if (brief === null || actual === null) return actual === brief ? undefined : `is ${actual}`
  if (actual.dtype !== brief.dtype) return `${actual.dtype}, not ${brief.dtype}`
  if (String(actual.shape) !== String(brief.shape)) return `[${actual.shape}], not [${brief.shape}]`
  const values = actual.detach().flatten()
  const step = Math.max(1, Math.ceil(values.numel() / 8))
  const kept = values.index([torch.arange(0, values.numel(), step, { dtype: 'int64' })])
  const wanted = tensorOf({ ...brief, shape: kept.shape })
  const tolerance = { rtol: 1e-5, atol: 1e-5, equalNan: true }
  if (!torch.allclose(kept, wanted, tolerance)) return `${kept}, not ${wanted}`
  const factors = formulaTensor([values.numel()]).to('float64')
  const products = values.to('float64').mul(factors)
  const sum = Number(products.sum().item())
  const scale = 1 + Number(products.abs().sum().item())
  return Math.abs(sum - brief.sum) <= 1e-5 * scale ? undefined : `sums to ${sum}, not ${brief.sum}`
}
