// Distinct elements.

import { checkBoolean, checkOptions } from '../../check.js'
import { makeFunction } from '../dispatch.js'
import { namedTuple } from '../named.js'
import type { Tensor } from '../tensor.js'
import type { Int, Named } from '../types.js'
import { checkTensor } from './check.js'

/** Options of {@link uniqueConsecutive}. */
export interface UniqueConsecutiveOptions<Inverse extends boolean, Counts extends boolean> {
  /** Whether to return, for each element of the input, its position in the result. */
  returnInverse?: Inverse
  /** Whether to return how often each element of the result occurs. */
  returnCounts?: Counts
  /** Dimension whose slices are compared; single elements unless given. */
  dim?: Int | null
}

/** Options of {@link unique}. */
export interface UniqueOptions<Inverse extends boolean, Counts extends boolean>
  extends UniqueConsecutiveOptions<Inverse, Counts> {
  /** Whether to sort the result, true unless given. */
  sorted?: boolean
}

/** The distinct elements alone, or a tuple of them with what was asked for. */
export type UniqueResult<Inverse extends boolean, Counts extends boolean> = Inverse extends true
  ? Counts extends true
    ? Named<
        { output: Tensor; inverseIndices: Tensor; counts: Tensor },
        [output: Tensor, inverseIndices: Tensor, counts: Tensor]
      >
    : Named<{ output: Tensor; inverseIndices: Tensor }, [output: Tensor, inverseIndices: Tensor]>
  : Counts extends true
    ? Named<{ output: Tensor; counts: Tensor }, [output: Tensor, counts: Tensor]>
    : Tensor

type Triple = readonly [output: Tensor, inverseIndices: Tensor, counts: Tensor]

const ofElements = makeFunction('unique', '_unique2')
const ofSlices = makeFunction('unique', 'unique_dim')
const ofNeighbours = makeFunction('uniqueConsecutive', 'unique_consecutive')

function chosen(all: Triple, inverse: boolean, counts: boolean): unknown {
  const [output, inverseIndices, frequencies] = all
  if (!inverse && !counts) return output
  return namedTuple({
    output,
    ...(inverse ? { inverseIndices } : {}),
    ...(counts ? { counts: frequencies } : {}),
  })
}

/**
 * The distinct elements of a tensor, or its distinct slices along `dim`. With `returnInverse` or `returnCounts` a tuple
 * of (output, inverseIndices, counts), as far as asked for. PyTorch's `torch.unique`.
 *
 * @example const { output, counts } = torch.unique(x, { returnCounts: true })
 */
export function unique<Inverse extends boolean = false, Counts extends boolean = false>(
  input: Tensor,
  options?: UniqueOptions<Inverse, Counts>,
): UniqueResult<Inverse, Counts> {
  const where = 'unique'
  const keys = ['sorted', 'returnInverse', 'returnCounts', 'dim'] as const
  const { sorted = true, returnInverse, returnCounts, dim } = checkOptions(where, options, keys)
  const inverse = checkBoolean(where, 'returnInverse', returnInverse ?? false)
  const counts = checkBoolean(where, 'returnCounts', returnCounts ?? false)
  checkTensor(where, 'input', input)
  const all =
    dim == null
      ? ofElements(input, sorted, inverse, counts)
      : ofSlices(input, dim, sorted, inverse, counts)
  return chosen(all as Triple, inverse, counts) as UniqueResult<Inverse, Counts>
}

/**
 * As {@link unique}, but only neighbours are compared: the first of each run of equal elements. PyTorch's
 * `torch.unique_consecutive`.
 */
export function uniqueConsecutive<Inverse extends boolean = false, Counts extends boolean = false>(
  input: Tensor,
  options?: UniqueConsecutiveOptions<Inverse, Counts>,
): UniqueResult<Inverse, Counts> {
  const where = 'uniqueConsecutive'
  const keys = ['returnInverse', 'returnCounts', 'dim'] as const
  const { returnInverse, returnCounts, dim = null } = checkOptions(where, options, keys)
  const inverse = checkBoolean(where, 'returnInverse', returnInverse ?? false)
  const counts = checkBoolean(where, 'returnCounts', returnCounts ?? false)
  checkTensor(where, 'input', input)
  const all = ofNeighbours(input, inverse, counts, dim)
  return chosen(all as Triple, inverse, counts) as UniqueResult<Inverse, Counts>
}
