// Locally optimal block preconditioned conjugate gradients: A. Knyazev, "Toward the optimal preconditioned eigensolver"
// (2001), and, for the method 'ortho', Duersch, Shao, Yang and Gu, "A robust and efficient implementation of LOBPCG"
// (2018), whose names of the quantities are kept.

import { checkBoolean, checkInteger, checkNumber, checkOneOf, checkOptions } from '../../check.js'
import { TorchError } from '../../errors.js'
import { namedTuple } from '../named.js'
import type { Tensor } from '../tensor.js'
import type { Named } from '../types.js'
import { checkTensor } from './check.js'
import { aten, linalg } from './generated.js'

/** Options of {@link lobpcg}. */
export interface LobpcgOptions {
  /** Number of eigenpairs; as many as X has columns, or 1, unless given. */
  k?: number
  /** The matrix B of the generalized problem A·x = λ·B·x; the identity unless given. */
  B?: Tensor | null
  /** First approximation of the eigenvectors, [m, n] or [..., m, n]; random unless given. */
  X?: Tensor | null
  /** Number of columns of a random X; `k` unless given. */
  n?: number
  /** Preconditioner, [m, m]; none unless given. */
  iK?: Tensor | null
  /** Largest number of iterations, 1000 unless given. */
  niter?: number
  /** Relative residual at which a pair has converged; the root of the dtype's epsilon unless given. */
  tol?: number
  /** Whether to find the largest eigenvalues (true unless given) or the smallest. */
  largest?: boolean
  /** `'ortho'`, the more robust one, unless given. */
  method?: 'basic' | 'ortho'
}

/** Eigenvalues [..., k] and eigenvectors [..., m, k]. */
export type Eigenpairs = Named<
  { eigenvalues: Tensor; eigenvectors: Tensor },
  [eigenvalues: Tensor, eigenvectors: Tensor]
>

interface Problem {
  readonly a: Tensor
  readonly b: Tensor | null
  readonly iK: Tensor | null
  readonly k: number
  readonly niter: number
  readonly tol: number
  readonly largest: boolean
}

const KEYS = ['k', 'B', 'X', 'n', 'iK', 'niter', 'tol', 'largest', 'method'] as const
/** Rounds of orthogonalization against other vectors, and among themselves. */
const ORTHO_ROUNDS = 3

const times = (matrix: Tensor | null, x: Tensor): Tensor => (matrix === null ? x : matrix.matmul(x))

/** Sᵀ·M·S. */
const quadratic = (matrix: Tensor | null, s: Tensor): Tensor => s.mT.matmul(times(matrix, s))

const norm = (x: Tensor): number => linalg.vectorNorm(x).item() as number

/** Columns from `start` up to, but without, `end`. */
const columns = (x: Tensor, start: number, end: number): Tensor => x.narrow(1, start, end - start)

function eigenpairs(matrix: Tensor, largest: boolean): [values: Tensor, vectors: Tensor] {
  const [values, vectors] = linalg.eigh(matrix, 'U')
  return largest ? [values.flip([-1]), vectors.flip([-1])] : [values, vectors]
}

/** One run on one matrix. */
class Iteration {
  readonly problem: Problem
  readonly n: number
  x: Tensor
  readonly e: Tensor
  /** [X, P, W]: approximations, directions of the last step, and preconditioned residuals. */
  readonly s: Tensor
  residual: Tensor
  converged = 0
  end = 0
  readonly #scale: { a: number; b: number }

  constructor(problem: Problem, x: Tensor) {
    const [m, n] = x.shape as [number, number]
    this.problem = problem
    this.n = n
    this.x = x.clone()
    this.e = x.newZeros([n])
    this.s = x.newZeros([m, 3 * n])
    this.residual = x.newZeros([m, n])
    const size = norm(x)
    this.#scale = { a: norm(times(problem.a, x)) / size, b: norm(times(problem.b, x)) / size }
  }

  run(step: (iteration: Iteration, first: boolean) => void): void {
    const { niter, k } = this.problem
    let left = niter
    do {
      step(this, left === niter)
      left--
    } while (left !== 0 && this.converged < k)
  }

  /** Counts the leading pairs whose residual is small enough. */
  update(): number {
    const { a, b, tol } = this.problem
    this.residual = times(a, this.x).sub(times(b, this.x).mul(this.e))
    const scale = this.e.abs().mul(this.#scale.b).add(this.#scale.a)
    const errors = linalg
      .vectorNorm(this.residual, 2, [0])
      .div(linalg.vectorNorm(this.x, 2, [0]).mul(scale))
    const isSmall = errors.lt(tol).toArray() as boolean[]
    const count = isSmall.indexOf(false)
    const converged = count < 0 ? isSmall.length : count
    if (converged < this.converged) {
      throw new TorchError('lobpcg: the number of converged eigenpairs has decreased')
    }
    this.converged = converged
    return converged
  }

  /** Stores X, P (if any) and W side by side. */
  store(p: Tensor | null, w: (count: number) => Tensor): void {
    const count = this.n + (p === null ? 0 : (p.shape[1] as number))
    columns(this.s, 0, this.n).copy_(this.x)
    if (p !== null) columns(this.s, this.n, count).copy_(p)
    const more = w(count)
    this.end = count + (more.shape[1] as number)
    columns(this.s, count, this.end).copy_(more)
  }

  /** Replaces the approximations that have not converged. */
  replace(vectors: Tensor, values: Tensor): void {
    const [done, count] = [this.converged, this.n - this.converged]
    columns(this.x, done, this.n).copy_(vectors)
    this.e.narrow(0, done, count).copy_(values.narrow(0, 0, count))
  }
}

/** R with Rᵀ·SᵀBS·R = 1. */
function rayleighRitz(b: Tensor | null, s: Tensor): Tensor {
  const sbs = quadratic(b, s)
  const row = sbs.diagonal(0, -2, -1).pow(-0.5)
  const scaled = sbs.mul(row).mul(row.reshape(-1, 1))
  const factor = linalg.cholesky(scaled, { upper: true })
  return linalg.solveTriangular(factor, row.diagEmbed(), { upper: true, left: false })
}

function basicStep(it: Iteration, first: boolean): void {
  const { a, b, iK, largest } = it.problem
  const s = first ? it.x : columns(it.s, it.converged, it.end)
  const transform = rayleighRitz(b, s)
  const [values, z] = eigenpairs(quadratic(quadratic(a, s), transform), largest)
  if (first) {
    it.x = s.matmul(transform.matmul(z))
    it.e.copy_(values)
    it.update()
    it.store(null, () => times(iK, it.residual))
    return
  }
  const free = it.n - it.converged
  it.replace(s.matmul(transform.matmul(columns(z, 0, free))), values)
  const p = s.matmul(transform.matmul(columns(z, it.n, it.n + free)))
  const done = it.update()
  it.store(p, () => times(iK, columns(it.residual, done, it.n)))
}

function orthoStep(it: Iteration, first: boolean): void {
  const { a, b, largest } = it.problem
  if (first) {
    const transform = rayleighRitz(b, it.x)
    const [, z] = eigenpairs(quadratic(quadratic(a, it.x), transform), largest)
    it.x = it.x.matmul(transform.matmul(z))
    it.update()
    it.store(null, () => orthogonalize(it.problem, it.residual, it.x))
    return
  }
  const s = columns(it.s, it.converged, it.end)
  const [values, z] = eigenpairs(quadratic(a, s), largest)
  const free = it.n - it.converged
  const width = z.shape[1] as number
  it.replace(s.matmul(columns(z, 0, free)), values)
  const rest = columns(z, free, width)
  const p = s.matmul(rest.matmul(linalg.qr(rest.narrow(0, 0, free).mT)[0]))
  const done = it.update()
  it.store(p, (count) =>
    orthogonalize(it.problem, columns(it.residual, done, it.n), columns(it.s, 0, count)),
  )
}

/** Vectors that span what U spans, orthonormal in B, up to `tau`. */
function orthonormal(b: Tensor | null, given: Tensor, tau: number): Tensor {
  let u = given
  if (u.numel() === 0) return u
  let ubu = quadratic(b, u)
  let d = ubu.diagonal(0, -2, -1)
  const kept = d.ne(0)
  if (!(kept.all().item() as boolean)) {
    u = u.indexSelect(1, kept.nonzero().flatten())
    if (u.numel() === 0) return u
    ubu = quadratic(b, u)
    d = ubu.diagonal(0, -2, -1)
  }
  const column = d.pow(-0.5).reshape(-1, 1)
  const [values, z] = eigenpairs(ubu.mul(column).mul(column.mT), false)
  const least = values.abs().max().mul(tau)
  const limited = aten.where(values.lt(least), least, values)
  return u.mul(column.mT).matmul(z.mul(limited.pow(-0.5)))
}

/** U made orthonormal in B, and orthogonal to V. */
function orthogonalize({ b, tol }: Problem, given: Tensor, v: Tensor): Tensor {
  let u = given
  const bvNorm = linalg.vectorNorm(times(b, v))
  let vbu = v.mT.matmul(times(b, u))
  for (let i = 0; i < ORTHO_ROUNDS; i++) {
    u = u.sub(v.matmul(vbu))
    let bu = u
    for (let j = 0; j < ORTHO_ROUNDS; j++) {
      u = orthonormal(b, u, tol)
      if (u.numel() === 0) return u
      bu = times(b, u)
      const ubu = u.mT.matmul(bu)
      const off = ubu.sub(aten.eye(ubu.shape[0] as number, { dtype: u.dtype, device: u.device }))
      const scale = linalg.vectorNorm(bu).mul(linalg.vectorNorm(u)).item() as number
      if (norm(off) / scale < tol) break
    }
    vbu = v.mT.matmul(bu)
    const scale = bvNorm.mul(linalg.vectorNorm(u)).item() as number
    if (norm(vbu) / scale < tol) break
    const [m, width] = u.shape as [number, number]
    if (m < width + (v.shape[1] as number)) {
      throw new TorchError(`lobpcg: ${m} rows are too few for so many vectors`)
    }
  }
  return u
}

/** Random numbers are of the dtype in which the work is done. */
const workingDtype = (a: Tensor): 'float32' | 'float64' =>
  a.dtype === 'float64' ? 'float64' : 'float32'

/**
 * Some of the largest (or smallest) eigenvalues of a symmetric matrix [m, m], or of a batch of them, and their
 * eigenvectors: for large or sparse matrices, of which few pairs are wanted. PyTorch's `torch.lobpcg`; the same seed
 * gives the same numbers. Takes no part in autograd: `torch.linalg.eigh` does.
 *
 * @throws RangeError for a matrix with fewer than 3·n rows, TorchError for one that requires gradients
 */
export function lobpcg(input: Tensor, options?: LobpcgOptions): Eigenpairs {
  const where = 'lobpcg'
  const given = checkOptions(where, options, KEYS)
  const { B: b = null, X: start = null, iK = null, niter = 1000, largest = true } = given
  for (const [name, value] of Object.entries({ input, B: b, X: start, iK })) {
    if (value !== null) checkTensor(where, name, value)
  }
  if (input.requiresGrad || b?.requiresGrad) {
    throw new TorchError(`${where}: takes no part in autograd; detach() the matrix, or use eigh`)
  }
  const dtype = workingDtype(input)
  const width = start?.shape.at(-1)
  const k = checkInteger(where, 'k', given.k ?? width ?? 1, { min: 1 })
  const n = width ?? checkInteger(where, 'n', given.n ?? k, { min: 1 })
  const tol = checkNumber(where, 'tol', given.tol ?? Math.sqrt(EPSILON[dtype]), { min: 0 })
  const rows = input.shape.at(-1) as number
  if (input.dim() < 2 || input.shape.at(-2) !== rows || rows < 3 * n) {
    throw new RangeError(
      `${where}: expected square matrices of at least ${3 * n} rows for input, got [${input.shape.join(', ')}]`,
    )
  }
  checkInteger(where, 'niter', niter, { min: 1 })
  checkBoolean(where, 'largest', largest)
  const method = checkOneOf<'basic' | 'ortho'>(where, 'method', given.method ?? 'ortho', [
    'basic',
    'ortho',
  ])
  const solve = (a: Tensor, ofB: Tensor | null, x: Tensor | null): Tensor[] => {
    const first = x ?? aten.randn([rows, n], { dtype, device: input.device })
    const iteration = new Iteration({ a, b: ofB, iK, k, niter, tol, largest }, first)
    iteration.run(method === 'ortho' ? orthoStep : basicStep)
    return [iteration.e.narrow(0, 0, k), columns(iteration.x, 0, k)]
  }
  const [eigenvalues, eigenvectors] =
    input.dim() === 2 ? solve(input, b, start) : solveBatch(solve, input, b, start)
  return namedTuple({ eigenvalues, eigenvectors }) as Eigenpairs
}

/** The epsilons with which PyTorch's implementation computes its tolerance. */
const EPSILON = { float32: 1.2e-7, float64: 2.23e-16 } as const

function solveBatch(
  solve: (a: Tensor, b: Tensor | null, x: Tensor | null) => Tensor[],
  input: Tensor,
  b: Tensor | null,
  start: Tensor | null,
): Tensor[] {
  const batch = input.shape.slice(0, -2)
  const flat = (x: Tensor | null): Tensor | null =>
    x === null ? null : x.reshape([-1, ...x.shape.slice(-2)])
  const at = (x: Tensor | null, i: number): Tensor | null => (x === null ? null : x.select(0, i))
  const [bs, starts] = [flat(b), flat(start)]
  const pairs = (flat(input) as Tensor).unbind(0).map((a, i) => solve(a, at(bs, i), at(starts, i)))
  return [0, 1].map((part) => {
    const parts = aten.stack(pairs.map((pair) => pair[part] as Tensor))
    return parts.reshape([...batch, ...parts.shape.slice(1)])
  })
}
