// What layers_utils.json holds.

import { type GoldenTensor, golden } from '../../helpers/goldens.js'
import type { Brief } from '../modules/cases.js'

export interface Packed {
  module: 'rnn' | 'gru' | 'lstm'
  options: object
  lengths: number[]
  isSorted: boolean
  states: number[][]
  batchSizes: number[]
  sortedIndices: number[] | null
  unsortedIndices: number[] | null
  results: Brief[]
  inputGradient: Brief
  gradients: Record<string, Brief>
}

export interface Parametrized {
  fn: 'weightNorm' | 'spectralNorm' | 'orthogonal'
  options: { name?: string }
  module: string
  args: number[]
  shape: number[]
  repr: string
  state: Record<string, { sha256: string }>
  outputs: Brief[]
  gradients: Record<string, Brief | null>
  buffers: Record<string, Brief>
  value: Brief
  keysAfter: string[]
  valueAfter: Brief
}

export interface Custom {
  repr: string
  first: Brief
  assigned: Brief
  original: Brief
  left: Brief
}

export interface Fused {
  module: string
  args: number[]
  options: object
  norm: 'batchNorm1d' | 'batchNorm2d'
  repr: string
  weight: GoldenTensor
  bias: GoldenTensor
}

export interface Pad {
  left: Brief
  right: Brief
  total: Brief
  text: string
}

export const utils = golden<{
  functions: { path: string; name: string }[]
  packed: Packed[]
  parametrized: Parametrized[]
  custom: [Custom]
  fused: Fused[]
  pad: [Pad]
}>('layers_utils')
