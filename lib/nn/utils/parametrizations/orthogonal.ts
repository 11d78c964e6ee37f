import { noGradSync } from '../../../autograd/modes.js'
import { checkBoolean, checkOneOf } from '../../../check.js'
import { NotImplementedError } from '../../../errors.js'
import { torch } from '../../../torch/index.js'
import type { Tensor } from '../../../torch/tensor.js'
import { type Rest, read, sameShape, shapeText } from '../../functional/call.js'
import { Module } from '../../module.js'
import { type Parametrized, registerParametrization } from '../parametrize/index.js'
import { tensorOf } from './tensor-of.js'

const MAPS = ['matrix_exp', 'cayley', 'householder'] as const

/** How an orthogonal matrix is computed from an unconstrained one. */
export type OrthogonalMap = (typeof MAPS)[number]

const isOrthogonal = (q: Tensor): boolean => {
  const [n, k] = [q.size(-2), q.size(-1)]
  const one = torch.eye(k, { dtype: q.dtype, device: q.device })
  return torch.allclose(torch.matmul(q.mH, q), one, { atol: 10 * n * torch.finfo(q.dtype).eps })
}

const diagonal = (x: Tensor): Tensor => x.diagonal({ dim1: -2, dim2: -1 })

/** The Q of a tall matrix's QR, so that R's diagonal is not negative. */
function makeOrthogonal(a: Tensor): Tensor {
  const [x, tau] = torch.geqrf(a)
  return torch.linalg.householderProduct(x, tau).mul_(diagonal(x).sgn().unsqueeze(-2))
}

/** exp(A), or (1 + A/2) (1 − A/2)⁻¹, of the skew matrix A that the lower triangle of a tall matrix makes. */
function fromSkew(map: OrthogonalMap, x: Tensor): Tensor {
  const [n, k] = [x.size(-2), x.size(-1)]
  const lower = x.tril()
  const rest = [...x.shape.slice(0, -2), n, n - k]
  const square = n === k ? lower : torch.cat([lower, x.newZeros([n, n - k]).expand(rest)], -1)
  const skew = square.sub(square.mH)
  if (map === 'matrix_exp') return torch.matrixExp(skew).narrow(-1, 0, k)
  const one = torch.eye(n, { dtype: skew.dtype, device: skew.device })
  const [below, above] = [one.add(skew, { alpha: -0.5 }), one.add(skew, { alpha: 0.5 })]
  return torch.linalg.solve(below, above).narrow(-1, 0, k)
}

/** The product of the reflections that the columns of a tall matrix's lower triangle make. */
function fromReflections(x: Tensor): Tensor {
  const vectors = x.tril(-1)
  const tau = vectors.mul(vectors).sum(-2).add(1).reciprocal().mul(2)
  const product = torch.linalg.householderProduct(vectors, tau)
  // The diagonal holds signs, which are not to be trained.
  return product.mul(diagonal(x).to('int32').unsqueeze(-2))
}

/** A matrix with orthonormal columns, or rows where it is wide. */
class Orthogonal extends Module {
  readonly shape: readonly number[]
  /** Multiplied from the left: where the map's 1 lies. */
  declare base: Tensor | null

  constructor(
    weight: Tensor,
    readonly orthogonalMap: OrthogonalMap,
    readonly useTrivialization: boolean,
  ) {
    super()
    this.shape = weight.shape
    if (useTrivialization) this.registerBuffer('base', null)
  }

  override forward(given: Tensor): Tensor {
    const isWide = given.size(-2) < given.size(-1)
    const x = isWide ? given.mT : given
    const map = this.orthogonalMap
    const q = map === 'householder' ? fromReflections(x) : fromSkew(map, x)
    const placed = this.useTrivialization ? torch.matmul(this.base as Tensor, q) : q
    return isWide ? placed.mT : placed
  }

  rightInverse(value: Tensor): Tensor {
    if (!sameShape(value.shape, this.shape)) {
      throw new RangeError(
        `orthogonal: expected a value of the shape ${shapeText(this.shape)}, got ${shapeText(value.shape)}`,
      )
    }
    return noGradSync(() =>
      this.useTrivialization ? rebase(this, value) : reflections(this, value),
    )
  }
}
// Python's name, which it prints.
Object.defineProperty(Orthogonal, 'name', { value: '_Orthogonal' })

/** The reflections whose product is a matrix, made orthogonal. */
function reflections(module: Orthogonal, value: Tensor): Tensor {
  if (module.orthogonalMap !== 'householder') {
    throw new NotImplementedError(
      `orthogonal: nothing can be assigned to the map '${module.orthogonalMap}' without useTrivialization`,
    )
  }
  const isWide = value.size(-2) < value.size(-1)
  const [a, tau] = torch.geqrf(isWide ? value.mT : value)
  const signs = diagonal(a).sign_()
  // LAPACK gives a factor of exactly 0 for a reflection that is not needed.
  signs.copy_(torch.where(tau.eq(0), signs.neg(), signs))
  return isWide ? a.mT : a
}

/** Makes a matrix the base, so that −1 stands for it. */
function rebase(module: Orthogonal, value: Tensor): Tensor {
  const isWide = value.size(-2) < value.size(-1)
  const q = isWide ? value.mT : value
  const [n, k] = [q.size(-2), q.size(-1)]
  if (n === k) {
    module.base = isOrthogonal(q) ? q.clone() : makeOrthogonal(q)
  } else {
    const { dtype, device } = q
    const more = torch.randn([...q.shape.slice(0, -2), n, n - k], { dtype, device })
    module.base = makeOrthogonal(torch.cat([q, more], -1))
  }
  const start = torch.zerosLike(value)
  diagonal(start).fill_(-1)
  return start
}

/** Options of {@link orthogonal}. */
export interface OrthogonalOptions {
  /** Which of the module's tensors, 'weight' unless given. */
  name?: string
  /** 'matrix_exp' for square and complex matrices, 'householder' for others, unless given. */
  orthogonalMap?: OrthogonalMap | null
  /** Whether a base matrix is kept, around which the map is computed. */
  useTrivialization?: boolean
}

/**
 * Keeps a matrix, or each of a batch [..., m, n], orthogonal (unitary if complex): orthonormal columns where m ≥ n, else
 * rows. It begins with what there is, made orthogonal (Lezcano-Casado 2019). PyTorch's
 * `nn.utils.parametrizations.orthogonal`.
 *
 * @returns the module
 */
export function orthogonal<M extends Module>(
  module: M,
  ...rest: Rest<OrthogonalOptions, [name?: string, orthogonalMap?: OrthogonalMap | null]>
): Parametrized<M> {
  const where = 'orthogonal'
  const names = ['name', 'orthogonalMap', 'useTrivialization']
  const [name = 'weight', given = null, useTrivialization = true] = read<
    [string, OrthogonalMap | null, boolean]
  >(where, names, rest, 2)
  const weight = tensorOf(where, module, name)
  checkBoolean(where, 'useTrivialization', useTrivialization)
  if (weight.dim() < 2) {
    throw new RangeError(`${where}: expected a matrix or a batch of them, got [${weight.shape}]`)
  }
  const isComplex = weight.isComplex()
  const isSquare = weight.size(-2) === weight.size(-1)
  const map = given ?? (isSquare || isComplex ? 'matrix_exp' : 'householder')
  checkOneOf(where, 'orthogonalMap', map, MAPS)
  if (isComplex && map === 'householder') {
    throw new RangeError(`${where}: expected another map than 'householder' for a complex tensor`)
  }
  const made = new Orthogonal(weight, map, useTrivialization)
  return registerParametrization(module, name, made, { unsafe: true })
}
