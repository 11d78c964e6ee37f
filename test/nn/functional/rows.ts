// The rows of test/goldens/functional_*.json: one call of a function of nn.functional each.

import { torch } from '../../../lib/index.js'
import type { DType } from '../../../lib/torch/types.js'
import { formulaTensor, type GoldenTensor, golden } from '../../helpers/goldens.js'

export type Precision = 'float32' | 'float64'

/** A tensor of formula data, or one that is written out. */
export interface TensorSpec {
  shape?: number[]
  offset: number
  mul?: number
  add?: number
  grad?: boolean
  dtype?: DType
  log?: boolean
  transposed?: boolean
  values?: number[]
}

interface Outcome {
  outputs: (GoldenTensor | null)[]
  grads?: (GoldenTensor | null)[]
  changed?: Record<string, GoldenTensor>
}

export interface Row {
  fn: string
  args: unknown[]
  options?: Record<string, unknown>
  exact?: boolean
  results: Record<Precision, Outcome>
}

export const FILES = ['functional_layers', 'functional_losses', 'functional_windows']

/** The rows of one file. */
export const rowsOf = (file: string): Row[] => golden<{ rows: Row[] }>(file).rows

/** An argument as a row describes it. */
export function argumentOf(value: unknown, precision: Precision): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if ('number' in value) return Number(value.number)
  const spec = value as TensorSpec
  if (spec.values !== undefined) return torch.tensor(spec.values, { dtype: spec.dtype })
  let x = formulaTensor(spec.shape as number[], spec.offset)
    .to(precision)
    .mul(spec.mul ?? 4)
    .add(spec.add ?? 0)
  if (spec.log) x = x.logSoftmax(-1)
  if (spec.dtype !== undefined) x = x.to(spec.dtype)
  return spec.transposed ? x.t() : x
}
