// Line search for L-BFGS, as torch/optim/lbfgs.py has it (from Mark Schmidt's minFunc).

import type { Tensor } from '../torch/tensor.js'

/** A point on the line: step length, loss, gradient, and slope along the line. */
export interface LinePoint {
  readonly t: number
  readonly loss: number
  readonly gradient: Tensor
  readonly slope: number
}

/** Where a search begins, and what it may use. */
export interface LineSearch {
  /** Loss and gradient at a step length along the line. */
  evaluate(t: number): LinePoint
  /** The point of step length 0. */
  start: LinePoint
  /** The first step length to try. */
  t: number
  /** The largest component of the direction. */
  directionSize: number
  /** A bracket that moves no weight by more than this is the end. */
  toleranceChange: number
  /** Largest number of evaluations after the first. */
  maxEvaluations: number
}

/** Share of the expected decrease that counts as one (Armijo), and of the slope that may be left. */
const DECREASE = 1e-4
const CURVATURE = 0.9

/** The minimum of the cubic through two points with their slopes, within bounds. */
export function cubicInterpolate(
  a: Pick<LinePoint, 't' | 'loss' | 'slope'>,
  b: Pick<LinePoint, 't' | 'loss' | 'slope'>,
  bounds: readonly [number, number] = a.t <= b.t ? [a.t, b.t] : [b.t, a.t],
): number {
  const [lower, upper] = bounds
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t)
  const square = d1 ** 2 - a.slope * b.slope
  if (!(square >= 0)) return (lower + upper) / 2
  const d2 = Math.sqrt(square)
  const [near, far] = a.t <= b.t ? [a, b] : [b, a]
  const lowest =
    far.t - (far.t - near.t) * ((far.slope + d2 - d1) / (far.slope - near.slope + 2 * d2))
  return Math.min(Math.max(lowest, lower), upper)
}

/** A point that satisfies the strong Wolfe conditions, or the best found, and the evaluations it took. */
export function strongWolfe(search: LineSearch): { point: LinePoint; evaluations: number } {
  const { evaluate, start, directionSize, toleranceChange, maxEvaluations } = search
  const tooHigh = ({ t, loss }: LinePoint): boolean =>
    loss > start.loss + DECREASE * t * start.slope
  const isFlat = ({ slope }: LinePoint): boolean => Math.abs(slope) <= -CURVATURE * start.slope

  // First find an interval that contains a point of the kind …
  let previous = start
  let point = evaluate(search.t)
  let iteration = 0
  let bracket: [LinePoint, LinePoint] | undefined
  for (; iteration < maxEvaluations; iteration++) {
    if (tooHigh(point) || (iteration > 1 && point.loss >= previous.loss)) {
      bracket = [previous, point]
      break
    }
    if (isFlat(point)) return { point, evaluations: iteration + 1 }
    if (point.slope >= 0) {
      bracket = [previous, point]
      break
    }
    const t = cubicInterpolate(previous, point, [
      point.t + 0.01 * (point.t - previous.t),
      point.t * 10,
    ])
    previous = point
    point = evaluate(t)
  }
  bracket ??= [start, point]

  // … then narrow it down.
  let stuck = false
  let [low, high]: [0 | 1, 0 | 1] = bracket[0].loss <= bracket[1].loss ? [0, 1] : [1, 0]
  while (iteration < maxEvaluations) {
    const [left, right] = [
      Math.min(bracket[0].t, bracket[1].t),
      Math.max(bracket[0].t, bracket[1].t),
    ]
    if ((right - left) * directionSize < toleranceChange) break
    let t = cubicInterpolate(bracket[0], bracket[1])
    const margin = 0.1 * (right - left)
    if (Math.min(right - t, t - left) < margin) {
      // Twice close to an end, or at it: a step away from the end, lest the bracket shrink by nothing.
      if (stuck || t >= right || t <= left) {
        t = Math.abs(t - right) < Math.abs(t - left) ? right - margin : left + margin
        stuck = false
      } else {
        stuck = true
      }
    } else {
      stuck = false
    }
    point = evaluate(t)
    iteration++
    if (tooHigh(point) || point.loss >= bracket[low].loss) {
      bracket[high] = point
      ;[low, high] = bracket[0].loss <= bracket[1].loss ? [0, 1] : [1, 0]
      continue
    }
    const done = isFlat(point)
    if (!done && point.slope * (bracket[high].t - bracket[low].t) >= 0) bracket[high] = bracket[low]
    bracket[low] = point
    if (done) break
  }
  return { point: bracket[low], evaluations: iteration + 1 }
}
