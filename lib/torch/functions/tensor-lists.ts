// Functions of any number of tensors, each as an argument of its own or all in one array.

import { checkOneOf, checkOptions, isPlainObject } from '../../check.js'
import type { Tensor } from '../tensor.js'
import { checkTensors, isTensor } from './check.js'
import { aten } from './generated.js'

/** Tensors one by one, or all of them in one array. */
export type Tensors = readonly Tensor[] | readonly [readonly Tensor[]]

/**
 * The tensors expanded to their common shape; views of the given ones. PyTorch's `torch.broadcast_tensors`.
 *
 * @throws TorchError if the shapes cannot be broadcast together
 */
export const broadcastTensors = (...tensors: Tensors): Tensor[] =>
  aten.broadcastTensors(checkTensors('broadcastTensors', tensors))

/** A matrix with the given matrices along its diagonal and zeros elsewhere. PyTorch's `torch.block_diag`. */
export const blockDiag = (...tensors: Tensors): Tensor =>
  aten.blockDiag(checkTensors('blockDiag', tensors))

/**
 * Every combination of one element of each vector, in lexicographic order: [n₁·n₂·…, number of vectors], or the vector
 * itself where there is one. PyTorch's `torch.cartesian_prod`.
 */
export const cartesianProd = (...tensors: Tensors): Tensor =>
  aten.cartesianProd(checkTensors('cartesianProd', tensors))

/** Options of {@link meshgrid}. */
export interface MeshgridOptions {
  /** `'ij'`: the first vector runs along the first dimension; `'xy'`: along the second. Unless given `'ij'`, with a warning. */
  indexing?: 'ij' | 'xy'
}

/**
 * Coordinates of a grid: for n vectors, n tensors of n dimensions, the k-th of which holds the k-th vector's values.
 * PyTorch's `torch.meshgrid`.
 *
 * @example const [row, column] = torch.meshgrid(torch.arange(3), torch.arange(4), { indexing: 'ij' })
 */
export function meshgrid(
  ...args: [...tensors: Tensors, options: MeshgridOptions] | Tensors
): Tensor[] {
  const last = args.at(-1)
  const given = isPlainObject(last)
  const options = given ? (last as MeshgridOptions) : undefined
  const { indexing } = checkOptions('meshgrid', options, ['indexing'])
  const tensors = checkTensors('meshgrid', (given ? args.slice(0, -1) : args) as Tensor[])
  if (indexing === undefined) return aten.meshgrid(tensors)
  return aten.meshgrid(tensors, {
    indexing: checkOneOf<'ij' | 'xy'>('meshgrid', 'indexing', indexing, ['ij', 'xy']),
  })
}

/**
 * The product of matrices, multiplied in the order that costs least. PyTorch's `torch.chain_matmul`, which PyTorch
 * has deprecated in favour of {@link Torch.linalg}'s `multiDot`.
 */
export const chainMatmul = (...matrices: Tensors): Tensor =>
  aten.chainMatmul(checkTensors('chainMatmul', matrices))

/** A function that makes of one tensor one, of several an array. */
export interface AtLeast {
  (tensor: Tensor): Tensor
  (tensors: readonly Tensor[]): Tensor[]
  (first: Tensor, second: Tensor, ...others: Tensor[]): Tensor[]
}

function atLeast(name: 'atleast1d' | 'atleast2d' | 'atleast3d'): AtLeast {
  return ((...tensors: (Tensor | readonly Tensor[])[]): Tensor | Tensor[] => {
    const [only] = tensors
    if (tensors.length === 1 && isTensor(only)) return aten[name](only)
    return aten[name](checkTensors(name, tensors))
  }) as AtLeast
}

/** Numbers become vectors of length 1; everything else stays. PyTorch's `torch.atleast_1d`. */
export const atleast1d = atLeast('atleast1d')

/** Numbers and vectors become matrices with one row; everything else stays. PyTorch's `torch.atleast_2d`. */
export const atleast2d = atLeast('atleast2d')

/** Tensors of fewer than three dimensions get the missing ones; everything else stays. PyTorch's `torch.atleast_3d`. */
export const atleast3d = atLeast('atleast3d')
