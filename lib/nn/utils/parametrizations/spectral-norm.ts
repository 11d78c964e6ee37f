import { noGradSync } from '../../../autograd/modes.js'
import { checkInteger, checkNumber } from '../../../check.js'
import { torch } from '../../../torch/index.js'
import type { Tensor } from '../../../torch/tensor.js'
import { type Rest, read } from '../../functional/call.js'
import { functional } from '../../functional/index.js'
import { Module } from '../../module.js'
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from '../../modules/conv.js'
import { type Parametrized, registerParametrization } from '../parametrize/index.js'
import { tensorOf } from './tensor-of.js'

/** Iterations with which the singular vectors begin. */
const WARM_UP = 15

/** A weight over its largest singular value, which power iterations follow as the weight changes. */
class SpectralNorm extends Module {
  /** First left singular vector of the weight as a matrix; absent for a vector. */
  declare _u: Tensor
  /** First right singular vector. */
  declare _v: Tensor

  constructor(
    weight: Tensor,
    readonly nPowerIterations: number,
    readonly dim: number,
    readonly eps: number,
  ) {
    super()
    // The norm of a vector needs no approximation.
    if (weight.dim() <= 1) return
    noGradSync(() => {
      const matrix = matrixOf(weight, dim)
      const [rows, columns] = [matrix.size(0), matrix.size(1)]
      // Both are drawn before anything is computed, as in Python.
      const u = matrix.newEmpty([rows]).normal_(0, 1)
      const v = matrix.newEmpty([columns]).normal_(0, 1)
      this.registerBuffer('_u', functional.normalize(u, { dim: 0, eps }))
      this.registerBuffer('_v', functional.normalize(v, { dim: 0, eps }))
      iterate(this, matrix, WARM_UP)
    })
  }

  override forward(weight: Tensor): Tensor {
    const { eps } = this
    if (weight.dim() === 1) return functional.normalize(weight, { dim: 0, eps })
    const matrix = matrixOf(weight, this.dim)
    if (this.training) noGradSync(() => iterate(this, matrix, this.nPowerIterations))
    // Copies: backward through this forward must not see the next one's iterations.
    const u = this._u.clone()
    const v = this._v.clone()
    return weight.div(torch.vdot(u, torch.mv(matrix, v)))
  }

  /** Any value may be assigned; it is divided by its norm when it is read. */
  rightInverse(value: Tensor): Tensor {
    return value
  }
}
// Python's name, which it prints.
Object.defineProperty(SpectralNorm, 'name', { value: '_SpectralNorm' })

/** A weight as a matrix whose rows are the places of `dim`. */
function matrixOf(weight: Tensor, dim: number): Tensor {
  const others = weight.shape.map((_, d) => d).filter((d) => d !== dim)
  return (dim === 0 ? weight : weight.permute([dim, ...others])).flatten(1)
}

/** Steps of the power iteration, in place. */
function iterate({ _u: u, _v: v, eps }: SpectralNorm, matrix: Tensor, steps: number): void {
  for (let i = 0; i < steps; i++) {
    u.copy_(functional.normalize(torch.mv(matrix, v), { dim: 0, eps }))
    v.copy_(functional.normalize(torch.mv(matrix.H, u), { dim: 0, eps }))
  }
}

/** Options of {@link spectralNorm}. */
export interface SpectralNormOptions {
  /** Which of the module's tensors, 'weight' unless given. */
  name?: string
  /** Power iterations for each time the weight is read while training, 1 unless given. */
  nPowerIterations?: number
  /** Least divisor of the singular vectors. */
  eps?: number
  /** The dimension of the outputs: 0 unless given, 1 for transposed convolutions. */
  dim?: number | null
}

/**
 * Divides a weight by its largest singular value, which power iterations estimate (Miyato et al. 2018); a vector by its
 * norm. Each reading of the weight while training makes the estimate better. PyTorch's
 * `nn.utils.parametrizations.spectral_norm`.
 *
 * @returns the module
 */
export function spectralNorm<M extends Module>(
  module: M,
  ...rest: Rest<
    SpectralNormOptions,
    [name?: string, nPowerIterations?: number, eps?: number, dim?: number | null]
  >
): Parametrized<M> {
  const where = 'spectralNorm'
  const [name = 'weight', nPowerIterations = 1, eps = 1e-12, dim = null] = read<
    [string, number, number, number | null]
  >(where, ['name', 'nPowerIterations', 'eps', 'dim'], rest)
  const weight = tensorOf(where, module, name)
  checkInteger(where, 'nPowerIterations', nPowerIterations, { min: 1 })
  checkNumber(where, 'eps', eps)
  const kinds = [ConvTranspose1d, ConvTranspose2d, ConvTranspose3d]
  const rank = weight.dim()
  const given = dim ?? (kinds.some((Kind) => module instanceof Kind) ? 1 : 0)
  const checked = checkInteger(where, 'dim', given, { min: -rank, max: rank - 1 })
  const along = checked < 0 ? checked + rank : checked
  const norm = new SpectralNorm(weight, nPowerIterations, along, eps)
  return registerParametrization(module, name, norm)
}
