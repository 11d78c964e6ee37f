import { noGradSync } from '../autograd/modes.js'
import { checkOptions, fail } from '../check.js'
import { torch } from '../torch/index.js'
import { Tensor } from '../torch/tensor.js'
import { type GroupInput, Optimizer, type ParamsInput } from './optimizer.js'
import { common, integer, number, optionNames, type Settings, text } from './settings.js'
import type { StateRecord, StateValue } from './state.js'
import { type LinePoint, strongWolfe } from './strong-wolfe.js'

/** Settings of {@link lbfgs}. */
export interface LbfgsValues {
  /** Length of the steps, or of the first try of each line search. */
  lr: number
  /** Most iterations of one `step`. */
  maxIter: number
  /** Most evaluations of the closure in one `step`; 5/4 of `maxIter` unless given. */
  maxEval: number
  /** A gradient without larger components is the end. */
  toleranceGrad: number
  /** A smaller change of loss or weights is the end. */
  toleranceChange: number
  /** How many past steps the curvature is taken from. */
  historySize: number
  /** How far to go along each direction: as `lr` says (null), or until the strong Wolfe conditions hold. */
  lineSearchFn: 'strong_wolfe' | null
}

const SETTINGS: Settings = {
  lr: common.lr,
  maxIter: integer('max_iter', { min: 1 }),
  maxEval: integer('max_eval', { min: 1 }),
  toleranceGrad: number('tolerance_grad'),
  toleranceChange: number('tolerance_change'),
  historySize: integer('history_size', { min: 1 }),
  lineSearchFn: text('line_search_fn', ['strong_wolfe']),
}

/** The state that PyTorch gives to the first parameter, with its names. */
interface Progress {
  func_evals: number
  n_iter: number
  al?: (Tensor | null)[]
  /** The direction, and the step along it. */
  d?: Tensor
  t?: number
  /** Past changes of the gradient, and of the weights, and 1 over their products. */
  old_dirs?: Tensor[]
  old_stps?: Tensor[]
  ro?: Tensor[]
  H_diag?: Tensor | number
  prev_flat_grad?: Tensor
  prev_loss?: number
}

/** The order of PyTorch's state after more than one iteration. */
const ORDER: readonly (keyof Progress)[] = [
  'func_evals',
  'n_iter',
  'al',
  'd',
  't',
  'old_dirs',
  'old_stps',
  'ro',
  'H_diag',
  'prev_flat_grad',
  'prev_loss',
]

/** L-BFGS. Made by {@link lbfgs}. */
export class Lbfgs extends Optimizer<LbfgsValues> {
  #progress: Progress | undefined

  /** @internal */
  constructor(params: ParamsInput<LbfgsValues>, values: LbfgsValues) {
    super('LBFGS', SETTINGS, params, values)
  }

  /** There is one group only: all parameters move along one direction. */
  override addParamGroup(group: GroupInput<LbfgsValues>): void {
    if (this.paramGroups.length > 0) {
      throw new TypeError('LBFGS.addParamGroup: LBFGS has only one parameter group')
    }
    super.addParamGroup(group)
  }

  get #group(): LbfgsValues & { readonly params: readonly Tensor[] } {
    return this.paramGroups[0] as LbfgsValues & { readonly params: readonly Tensor[] }
  }

  /**
   * Up to `maxIter` iterations. The closure clears the gradients, computes the loss, calls `backward`, and returns the
   * loss; it is called many times, and what it returns first is the result.
   */
  protected override update<T>(closure: (() => T) | undefined): T {
    if (closure === undefined) fail('LBFGS.step', 'closure', 'a function', closure)
    return noGradSync(() => this.#step(closure))
  }

  #step<T>(closure: () => T): T {
    const group = this.#group
    const { maxIter, maxEval, toleranceGrad, toleranceChange } = group
    this.#progress ??= { func_evals: 0, n_iter: 0 }
    const progress = this.#progress
    const first = this.evaluate(closure)
    let loss = lossOf(first)
    progress.func_evals++
    let gradient = this.#flatGradient()
    if (largest(gradient) <= toleranceGrad) return first

    let evaluations = 1
    for (let iteration = 1; iteration <= maxIter; iteration++) {
      progress.n_iter++
      const direction = this.#direction(progress, gradient)
      const previousLoss = loss
      progress.prev_flat_grad = gradient.clone()
      progress.prev_loss = loss
      progress.t = progress.n_iter === 1 ? firstStep(gradient, group.lr) : group.lr
      const slope = numberOf(gradient.dot(direction))
      if (slope > -toleranceChange) break

      let used = 0
      if (group.lineSearchFn !== null) {
        const start = { t: 0, loss, gradient, slope }
        const found = this.#search(closure, direction, start, progress.t, maxEval - evaluations)
        ;({ loss, gradient, t: progress.t } = found.point)
        used = found.evaluations
        this.#move(progress.t, direction)
      } else {
        this.#move(progress.t, direction)
        // After the last iteration nobody asks for the loss; with random batches the next step has another one.
        if (iteration < maxIter) {
          loss = lossOf(this.evaluate(closure))
          gradient = this.#flatGradient()
          used = 1
        }
      }
      evaluations += used
      progress.func_evals += used
      if (
        iteration === maxIter ||
        evaluations >= maxEval ||
        largest(gradient) <= toleranceGrad ||
        largest(direction.mul(progress.t)) <= toleranceChange ||
        Math.abs(loss - previousLoss) < toleranceChange
      ) {
        break
      }
    }
    return first
  }

  /** The direction of the next step: the gradient times the inverse Hessian that past steps suggest. */
  #direction(progress: Progress, gradient: Tensor): Tensor {
    const { d, t, prev_flat_grad: previous, old_dirs = [], old_stps = [], ro = [] } = progress
    let direction: Tensor
    if (d === undefined || t === undefined || previous === undefined) {
      direction = gradient.neg()
      progress.H_diag = 1
    } else {
      const y = gradient.sub(previous)
      const s = d.mul(t)
      const ys = y.dot(s)
      if (numberOf(ys) > 1e-10) {
        if (old_dirs.length === this.#group.historySize) {
          for (const list of [old_dirs, old_stps, ro]) list.shift()
        }
        old_dirs.push(y)
        old_stps.push(s)
        ro.push(ys.reciprocal())
        progress.H_diag = ys.div(y.dot(y))
      }
      progress.al ??= new Array<Tensor | null>(this.#group.historySize).fill(null)
      direction = twoLoops(gradient, { old_dirs, old_stps, ro }, progress.H_diag ?? 1, progress.al)
    }
    Object.assign(progress, { d: direction, t, old_dirs, old_stps, ro, H_diag: progress.H_diag })
    return direction
  }

  #search<T>(
    closure: () => T,
    direction: Tensor,
    start: LinePoint,
    t: number,
    maxEvaluations: number,
  ): { point: LinePoint; evaluations: number } {
    const { params, toleranceChange } = this.#group
    const origin = params.map((param) => param.clone())
    const evaluate = (step: number): LinePoint => {
      this.#move(step, direction)
      const loss = lossOf(this.evaluate(closure))
      const gradient = this.#flatGradient()
      params.forEach((param, i) => {
        param.copy_(origin[i] as Tensor)
      })
      return { t: step, loss, gradient, slope: numberOf(gradient.dot(direction)) }
    }
    const directionSize = largest(direction)
    return strongWolfe({ evaluate, start, t, directionSize, toleranceChange, maxEvaluations })
  }

  #flatGradient(): Tensor {
    return torch.cat(
      this.#group.params.map((param) => {
        const { grad } = param
        if (grad === null) return asReal(torch.zerosLike(param)).reshape([-1])
        return asReal(grad.isSparse ? grad.toDense() : grad).reshape([-1])
      }),
    )
  }

  /** Moves all parameters along a direction. */
  #move(t: number, direction: Tensor): void {
    let offset = 0
    for (const param of this.#group.params) {
      const target = asReal(param)
      const count = target.numel()
      target.add_(direction.narrow(0, offset, count).viewAs(target), { alpha: t })
      offset += count
    }
  }

  protected override readState(param: Tensor): Record<string, StateValue> {
    if (this.#progress === undefined || param !== this.#group.params[0]) return {}
    const entries = ORDER.map((name) => [name, this.#progress?.[name]] as const)
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Record<
      string,
      StateValue
    >
  }

  protected override writeState(_param: Tensor, record: StateRecord): void {
    const { t, prev_loss, ...rest } = record
    const progress = { ...rest } as unknown as Progress
    // A line search in PyTorch leaves the step as a tensor.
    if (t !== undefined) progress.t = numberOf(t)
    if (prev_loss !== undefined) progress.prev_loss = numberOf(prev_loss)
    this.#progress = progress
  }

  protected override clearState(): void {
    this.#progress = undefined
  }

  protected override checkState(
    where: string,
    position: number,
    param: Tensor,
    record: StateRecord,
  ): void {
    const what = (name: string): string => `${name} of parameter ${position}`
    if (param !== this.#group.params[0]) fail(where, what('state'), 'nothing', record)
    const count = this.#group.params.reduce((sum, each) => sum + asReal(each).numel(), 0)
    const isFlat = (value: unknown): boolean =>
      value instanceof Tensor && value.dim() === 1 && value.numel() === count
    const isOne = (value: unknown): boolean =>
      typeof value === 'number' || (value instanceof Tensor && value.numel() === 1)
    for (const name of ['func_evals', 'n_iter']) {
      if (typeof record[name] !== 'number') fail(where, what(name), 'a number', record[name])
    }
    const { d, t, prev_flat_grad, H_diag, al, old_dirs = [], old_stps = [], ro = [] } = record
    for (const [name, value, fits] of [
      ['d', d, isFlat],
      ['prev_flat_grad', prev_flat_grad, isFlat],
      ['t', t, isOne],
      ['H_diag', H_diag, isOne],
    ] as const) {
      if (value !== undefined && !fits(value))
        fail(where, what(name), `state of ${count} weights`, value)
    }
    const lists: [string, StateValue, (value: unknown) => boolean][] = [
      ['old_dirs', old_dirs, isFlat],
      ['old_stps', old_stps, isFlat],
      ['ro', ro, (value) => value instanceof Tensor && value.numel() === 1],
    ]
    for (const [name, list, fits] of lists) {
      const fitting = Array.isArray(list) && list.every(fits)
      if (!fitting || list.length !== (old_dirs as readonly StateValue[]).length) {
        fail(where, what(name), `a list of state of ${count} weights`, list)
      }
    }
    if (al !== undefined && !Array.isArray(al)) fail(where, what('al'), 'a list', al)
  }
}

/** The inverse Hessian of the history times the negative gradient (Nocedal and Wright, algorithm 7.4). */
function twoLoops(
  gradient: Tensor,
  history: { old_dirs: Tensor[]; old_stps: Tensor[]; ro: Tensor[] },
  diagonal: Tensor | number,
  al: (Tensor | null)[],
): Tensor {
  const pairs = history.old_dirs.map((y, i) => ({
    y,
    s: history.old_stps[i] as Tensor,
    ro: history.ro[i] as Tensor,
  }))
  const q = gradient.neg()
  for (const [i, { y, s, ro }] of [...pairs.entries()].reverse()) {
    const factor = s.dot(q).mul(ro)
    al[i] = factor
    q.add_(y, { alpha: -numberOf(factor) })
  }
  const r = q.mul(diagonal)
  for (const [i, { y, s, ro }] of pairs.entries()) {
    const factor = y.dot(r).mul(ro)
    r.add_(s, { alpha: numberOf((al[i] as Tensor).sub(factor)) })
  }
  return r
}

/** Nothing is known of the curvature yet: a step that moves the weights by no more than lr in all. */
function firstStep(gradient: Tensor, lr: number): number {
  const inverse = gradient.abs().sum().reciprocal()
  return numberOf(inverse) < 1 ? numberOf(inverse.mul(lr)) : lr
}

const asReal = (tensor: Tensor): Tensor => (tensor.isComplex() ? torch.viewAsReal(tensor) : tensor)

const numberOf = (value: unknown): number => Number(value instanceof Tensor ? value.item() : value)

const largest = (tensor: Tensor): number => numberOf(tensor.abs().max())

function lossOf(value: unknown): number {
  const loss = numberOf(value)
  return value instanceof Tensor || typeof value === 'number'
    ? loss
    : fail('LBFGS.step', 'closure', 'a function that returns the loss', value)
}

/**
 * L-BFGS (Liu and Nocedal 1989): Newton's method with the curvature taken from the last steps. For whole batches and
 * few parameters: its state takes 2·historySize times their memory. PyTorch's `optim.LBFGS`.
 *
 * @param params tensors, such as `model.parameters()`; there is one group only
 * @example
 * const optimizer = optim.lbfgs(model.parameters(), { lineSearchFn: 'strong_wolfe' })
 * optimizer.step(() => {
 *   optimizer.zeroGrad()
 *   const loss = criterion(model(x), y)
 *   loss.backward()
 *   return loss
 * })
 */
export function lbfgs(params: ParamsInput<LbfgsValues>, options?: Partial<LbfgsValues>): Lbfgs {
  const given = checkOptions('lbfgs', options, optionNames(SETTINGS) as (keyof LbfgsValues)[])
  const maxIter = given.maxIter ?? 20
  return new Lbfgs(params, {
    lr: 1,
    maxIter,
    maxEval: Math.floor((maxIter * 5) / 4),
    toleranceGrad: 1e-7,
    toleranceChange: 1e-9,
    historySize: 100,
    lineSearchFn: null,
    ...given,
  })
}
