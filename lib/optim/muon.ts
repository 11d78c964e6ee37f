import { checkOptions } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { Optimizer, type ParamsInput } from './optimizer.js'
import { common, flag, integer, optionNames, type Settings, text, tuple } from './settings.js'

/** Settings of {@link muon}, and of each of its groups. */
export interface MuonValues {
  /** Learning rate. */
  lr: number
  /** Share of the weights, times lr, that goes at each step. */
  weightDecay: number
  /** Share of the last update that goes on. */
  momentum: number
  /** Look ahead by one momentum step. */
  nesterov: boolean
  /** Coefficients of the iteration: of the matrix, its third and fifth power. */
  nsCoefficients: readonly [number, number, number]
  /** Smallest norm to divide by. */
  eps: number
  /** Steps of the iteration. */
  nsSteps: number
  /**
   * How the learning rate follows a matrix of A rows and B columns: times √max(1, A/B) (`'original'`, and null), or
   * times 0.2·√max(A, B), so that updates are as large as AdamW's.
   */
  adjustLrFn: 'original' | 'match_rms_adamw' | null
}

const SETTINGS: Settings = {
  lr: common.lr,
  weightDecay: common.weightDecay,
  momentum: common.momentum,
  nesterov: flag('nesterov'),
  nsCoefficients: tuple('ns_coefficients', ['ns_a', 'ns_b', 'ns_c'], [{}, {}, {}]),
  eps: common.eps,
  nsSteps: integer('ns_steps', { min: 0, max: 99 }),
  adjustLrFn: text('adjust_lr_fn', ['original', 'match_rms_adamw']),
}

const DEFAULTS: MuonValues = {
  lr: 1e-3,
  weightDecay: 0.1,
  momentum: 0.95,
  nesterov: true,
  nsCoefficients: [3.4445, -4.775, 2.0315],
  eps: 1e-7,
  nsSteps: 5,
  adjustLrFn: null,
}

/** Muon. Made by {@link muon}. */
export class Muon extends Optimizer<MuonValues, Tensor> {
  /** @internal */
  constructor(params: ParamsInput<MuonValues>, values: MuonValues) {
    super('Muon', SETTINGS, params, values)
  }
}

/**
 * Muon (Jordan et al. 2024): momentum whose updates of weight matrices are made orthogonal, by a Newton-Schulz
 * iteration in bfloat16. For matrices only; give biases, embeddings and the like to another optimizer, such as
 * {@link adamw}. PyTorch's `optim.Muon`.
 *
 * @param params tensors, such as `model.parameters()`, or groups `{ params, lr, … }`
 */
export function muon(params: ParamsInput<MuonValues>, options?: Partial<MuonValues>): Muon {
  const given = checkOptions('muon', options, optionNames(SETTINGS) as (keyof MuonValues)[])
  return new Muon(params, { ...DEFAULTS, ...given })
}
