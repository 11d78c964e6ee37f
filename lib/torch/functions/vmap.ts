// Functions of single samples mapped over a batch.

import { checkFunction, checkOneOf, checkOptions, fail, isPlainObject } from '../../check.js'
import { native, type TensorHandle } from '../../native.js'
import type { Tensor } from '../tensor.js'
import { access } from '../tensor-access.js'
import { isTensor } from './check.js'

/** Which dimension of an argument to map over: one for all tensors in it, null for none, or one for each element. */
export type InDims = number | null | readonly InDims[]

/** Where the results have the mapped dimension: one for all tensors in them, or one for each element. */
export type OutDims = number | readonly OutDims[]

/** Options of {@link vmap}. */
export interface VmapOptions {
  /** The mapped dimension of each argument, or one for all of them; 0 unless given. */
  inDims?: InDims
  /** Where results have it; 0 unless given. */
  outDims?: OutDims
  /** What random functions do: refuse to run (unless given), draw the same for each sample, or draw for each. */
  randomness?: 'error' | 'same' | 'different'
}

/** In the order of functorch's RandomnessType. */
const RANDOMNESS = ['error', 'same', 'different'] as const

const handleOf = (one: Tensor): TensorHandle => access.handleOf(one) as TensorHandle

/** The value with `change` applied to every tensor in it, with the dimension that `dims` gives for it. */
function mapTensors<Dim>(
  value: unknown,
  dims: Dim | readonly Dim[],
  change: (tensor: Tensor, dim: Dim) => Tensor,
  other: (value: unknown, dim: Dim) => unknown,
): unknown {
  if (isTensor(value)) return change(value, dims as Dim)
  if (Array.isArray(value)) {
    const each = Array.isArray(dims) ? dims : undefined
    if (each !== undefined && each.length !== value.length) {
      fail('vmap', 'inDims or outDims', `${value.length} dimensions for as many values`, dims)
    }
    const mapped = value.map((one, i) =>
      mapTensors(one, each === undefined ? dims : each[i], change, other),
    )
    // Named results keep their names.
    for (const name of Object.getOwnPropertyNames(value)) {
      if (Object.hasOwn(mapped, name)) continue
      const i = value.indexOf((value as unknown as Record<string, unknown>)[name])
      Object.defineProperty(mapped, name, { value: mapped[i] })
    }
    return mapped
  }
  if (isPlainObject(value)) {
    const entries = Object.entries(value).map(([name, one]) => [
      name,
      mapTensors(one, dims, change, other),
    ])
    return Object.fromEntries(entries)
  }
  return other(value, dims as Dim)
}

/** The dimension counted from the front. */
function checkDim(param: string, dim: unknown, count: number): number {
  if (typeof dim !== 'number' || !Number.isInteger(dim) || dim < -count || dim >= count) {
    fail('vmap', param, `a dimension from ${-count} to ${count - 1}`, dim)
  }
  return dim < 0 ? dim + count : dim
}

function batchSize(args: readonly unknown[], inDims: InDims): number {
  let size: number | undefined
  const look = (one: Tensor, dim: InDims): Tensor => {
    if (dim === null) return one
    const found = one.shape[checkDim('inDims', dim, one.dim())] as number
    if (size !== undefined && size !== found) {
      throw new RangeError(`vmap: expected mapped dimensions of one size, got ${size} and ${found}`)
    }
    size = found
    return one
  }
  mapTensors(args, inDims, look, (value, dim) =>
    dim === null ? value : fail('vmap', 'an argument that is mapped', 'a Tensor', value),
  )
  if (size === undefined) throw new TypeError('vmap: no argument is mapped: all inDims are null')
  return size
}

/**
 * The function `fn` of single samples as a function of batches: what `fn` sees lacks the mapped dimension, and each
 * operator in it runs once for the whole batch. Arguments and results are tensors, or arrays and plain objects of them.
 * PyTorch's `torch.vmap`.
 *
 * @param fn a synchronous function that decides nothing by the tensors' values
 * @throws TypeError for results that are no tensors, RangeError for batches of different sizes
 * @example const dots = torch.vmap((a: Tensor, b: Tensor) => a.dot(b))(x, y) // x and y are [batch, n]
 */
export function vmap<Args extends unknown[] = Tensor[], Result = Tensor>(
  fn: (...args: Args) => Result,
  options?: VmapOptions,
): (...args: Args) => Result {
  checkFunction('vmap', 'fn', fn)
  const checked = checkOptions('vmap', options, ['inDims', 'outDims', 'randomness'])
  const { inDims = 0, outDims = 0, randomness = 'error' } = checked
  const kind = RANDOMNESS.indexOf(checkOneOf('vmap', 'randomness', randomness, RANDOMNESS))
  return (...args) => {
    const size = batchSize(args, inDims)
    const level = native.beginVmap(size, kind)
    try {
      const enter = (one: Tensor, dim: InDims): Tensor =>
        dim === null
          ? one
          : access.wrap(
              native.addBatchDim(handleOf(one), checkDim('inDims', dim, one.dim()), level),
            )
      const inner = mapTensors(args, inDims, enter, (value) => value) as Args
      const leave = (one: Tensor, dim: OutDims): Tensor => {
        const outDim = checkDim('outDims', dim, one.dim() + 1)
        return access.wrap(native.removeBatchDim(handleOf(one), level, size, outDim))
      }
      return mapTensors(fn(...inner), outDims, leave, (value) =>
        fail('vmap', 'the results of fn', 'Tensors', value),
      ) as Result
    } finally {
      native.endVmap()
    }
  }
}
