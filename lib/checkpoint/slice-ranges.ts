import { fail, failRange } from '../check.js'
import { Slice } from '../torch/indexing.js'

/** What of one dimension: a position, which takes the dimension away, or a `slice(start, stop)`. */
export type SliceRange = number | Slice

/** Part of one dimension, within its bounds. */
export interface Range {
  readonly start: number
  readonly length: number
  /** Whether the dimension is gone from the result. */
  readonly isPosition: boolean
}

/** Ranges for all dimensions of a shape, as Python counts: from the end where negative, cut to what there is. */
export function rangesOf(
  where: string,
  shape: readonly number[],
  given: readonly SliceRange[],
): Range[] {
  if (given.length > shape.length) {
    failRange(where, 'ranges', `at most ${shape.length}, one for each dimension`, given)
  }
  return shape.map((size, d) => {
    const range = given[d]
    if (range === undefined) return { start: 0, length: size, isPosition: false }
    if (range instanceof Slice) return sliceOf(where, size, d, range)
    if (!Number.isSafeInteger(range)) fail(where, `ranges[${d}]`, 'an integer or a slice', range)
    if (range < -size || range >= size) {
      failRange(where, `ranges[${d}]`, `a position in a dimension of ${size}`, range)
    }
    return { start: range < 0 ? range + size : range, length: 1, isPosition: true }
  })
}

function sliceOf(where: string, size: number, d: number, { start, stop, step }: Slice): Range {
  if (step !== null && step !== 1) failRange(where, `ranges[${d}]`, 'a slice without a step', step)
  const bound = (value: number): number =>
    Math.min(size, Math.max(0, value < 0 ? value + size : value))
  const first = bound(start ?? 0)
  return { start: first, length: Math.max(0, bound(stop ?? size) - first), isPosition: false }
}

/** Elements of a part of a contiguous tensor that lie one behind the other. */
export interface Run {
  readonly start: number
  readonly length: number
}

/** The runs of a part, in order, as long as they can be. */
export function* runsOf(shape: readonly number[], ranges: readonly Range[]): Generator<Run> {
  // Dimensions that are taken whole, at the end, belong to one run.
  let inner = ranges.length
  let width = 1
  while (inner > 0 && ranges[inner - 1]?.length === shape[inner - 1]) width *= shape[--inner] ?? 1
  if (ranges.some(({ length }) => length === 0)) return
  if (inner === 0) {
    yield { start: 0, length: width }
    return
  }
  const last = ranges[inner - 1] as Range
  const outer = ranges.slice(0, inner - 1)
  const strides: number[] = []
  let stride = width * (shape[inner - 1] ?? 1)
  for (let d = outer.length - 1; d >= 0; d--) {
    strides[d] = stride
    stride *= shape[d] ?? 1
  }
  const at = outer.map(() => 0)
  for (;;) {
    const start = outer.reduce(
      (sum, range, d) => sum + (range.start + (at[d] ?? 0)) * (strides[d] ?? 0),
      last.start * width,
    )
    yield { start, length: last.length * width }
    let d = outer.length - 1
    for (; d >= 0; d--) {
      at[d] = (at[d] ?? 0) + 1
      if ((at[d] ?? 0) < (outer[d]?.length ?? 0)) break
      at[d] = 0
    }
    if (d < 0) return
  }
}
