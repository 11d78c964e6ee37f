import { checkBoolean, checkNumber, checkOneOf } from '../../check.js'
import { Module } from '../../nn/module.js'
import { float } from '../../nn/print.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'

const MODES = ['batch', 'row'] as const

/** What is dropped together: the whole batch, or each of its rows by itself. */
export type StochasticDepthMode = (typeof MODES)[number]

const where = 'stochasticDepth'

function drop(input: Tensor, p: number, mode: StochasticDepthMode, training: boolean): Tensor {
  checkNumber(where, 'p', p, { min: 0, max: 1 })
  checkOneOf(where, 'mode', mode, MODES)
  if (!checkBoolean(where, 'training', training) || p === 0) return input
  const survival = 1 - p
  const size = input.shape.map((length, dim) => (dim === 0 && mode === 'row' ? length : 1))
  const { dtype, device } = input
  const noise = torch.empty(size, { dtype, device }).bernoulli_(survival)
  if (survival > 0) noise.div_(survival)
  return input.mul(noise)
}

/** Drops residual branches at random while training. Made by {@link stochasticDepth}. */
export class StochasticDepth extends Module {
  readonly p: number
  readonly mode: StochasticDepthMode

  constructor(p: number, mode: StochasticDepthMode) {
    super()
    this.p = checkNumber(where, 'p', p, { min: 0, max: 1 })
    this.mode = checkOneOf(where, 'mode', mode, MODES)
  }

  override forward(input: Tensor): Tensor {
    return drop(input, this.p, this.mode, this.training)
  }

  override extraRepr(): string {
    return `p=${float(this.p)}, mode=${this.mode}`
  }
}

/** The layer. torchvision's `ops.StochasticDepth`. */
export function stochasticDepth(p: number, mode: StochasticDepthMode): StochasticDepth
/**
 * While training, zeroes the whole of `input`, or each of its rows, with probability `p`, and divides the rest by
 * 1 − p (Huang et al. 2016). torchvision's `ops.stochastic_depth`.
 *
 * @param mode 'batch' for the whole, 'row' for each row by itself
 */
export function stochasticDepth(
  input: Tensor,
  p: number,
  mode: StochasticDepthMode,
  training?: boolean,
): Tensor
export function stochasticDepth(
  ...[first, second, third, training = true]:
    | [p: number, mode: StochasticDepthMode]
    | [input: Tensor, p: number, mode: StochasticDepthMode, training?: boolean]
): StochasticDepth | Tensor {
  return first instanceof Tensor
    ? drop(first, second as number, third as StochasticDepthMode, training)
    : new StochasticDepth(first, second as StochasticDepthMode)
}
