// Sparse tensors from their parts. Dtype and device are the values', as in Python, unless the options say otherwise.

import { bindArguments, isKeywords } from '../arguments.js'
import { tensor } from '../create.js'
import type { Tensor } from '../tensor.js'
import type { DeviceLike, DType, Int, TensorOptions } from '../types.js'
import { asTensor, type TensorLike } from './as-tensor.js'
import { isTensor } from './check.js'
import { aten } from './generated.js'

/** Options of the constructors of sparse tensors. */
export interface SparseOptions {
  /** Element type; that of the values unless given. */
  dtype?: DType | null
  /** Device; that of the values unless given. */
  device?: DeviceLike | null
  pinMemory?: boolean | null
  /** Whether autograd records operations on the result. */
  requiresGrad?: boolean
}

/** Options of {@link sparseCooTensor}. */
export interface SparseCooOptions extends SparseOptions {
  /** Whether the coordinates are known to be sorted and distinct. */
  isCoalesced?: boolean | null
}

/** What may follow the values of a constructor: the size, by position or by name, and options. */
function bind(
  where: string,
  rest: readonly unknown[],
  more: readonly string[],
): SparseOptions & { size: readonly Int[] | null } {
  const keywords = ['dtype', 'device', 'pinMemory', 'requiresGrad', ...more]
  return { size: null, ...bindArguments(where, rest, ['size'], keywords) }
}

/** Indices as a tensor, where the values lie; arrays make int64. */
const indicesOf = (indices: TensorLike, values: Tensor): Tensor =>
  isTensor(indices)
    ? indices
    : tensor(indices as Exclude<TensorLike, Tensor>, { dtype: 'int64', device: values.device })

function valuesOf(values: TensorLike, options: SparseOptions): Tensor {
  const { dtype, device } = options
  return asTensor(values, { dtype: dtype ?? undefined, device: device ?? undefined })
}

/** The options for the operator, with what the values decide filled in. */
const filled = <Options extends SparseOptions>(
  options: Options,
  { dtype, device }: Tensor,
): Options & TensorOptions => ({ ...options, dtype, device })

/**
 * A sparse tensor from coordinates [sparse dimensions, count] and values [count, dense dimensions …], added up where
 * coordinates repeat; or, of a size alone, one without values. PyTorch's `torch.sparse_coo_tensor`.
 *
 * @param size sizes of all dimensions; as large as the coordinates need unless given
 * @throws TorchError for coordinates beyond the size
 * @example torch.sparseCooTensor([[0, 1], [2, 0]], [3, 4], [2, 3])
 */
export function sparseCooTensor(size: readonly Int[], options?: SparseOptions): Tensor
export function sparseCooTensor(
  indices: TensorLike,
  values: TensorLike,
  options?: SparseCooOptions & { size?: readonly Int[] | null },
): Tensor
export function sparseCooTensor(
  indices: TensorLike,
  values: TensorLike,
  size: readonly Int[] | null,
  options?: SparseCooOptions,
): Tensor
export function sparseCooTensor(first: TensorLike, ...rest: unknown[]): Tensor {
  const [second, ...others] = rest
  if (second === undefined || isKeywords(second)) {
    return aten.sparseCooTensor(first as readonly Int[], (second ?? {}) as SparseOptions)
  }
  const { size, ...options } = bind('sparseCooTensor', others, ['isCoalesced'])
  const values = valuesOf(second as TensorLike, options)
  const indices = indicesOf(first, values)
  return size === null
    ? aten.sparseCooTensor(indices, values, filled(options, values))
    : aten.sparseCooTensor(indices, values, size, filled(options, values))
}

/** A constructor of one compressed layout. */
export interface SparseCompressedConstructor<Options extends SparseOptions = SparseOptions> {
  (
    compressedIndices: TensorLike,
    plainIndices: TensorLike,
    values: TensorLike,
    size: readonly Int[] | null,
    options?: Options,
  ): Tensor
  (
    compressedIndices: TensorLike,
    plainIndices: TensorLike,
    values: TensorLike,
    options?: Options & { size?: readonly Int[] | null },
  ): Tensor
}

type CompressedName =
  | 'sparseCompressedTensor'
  | 'sparseCsrTensor'
  | 'sparseCscTensor'
  | 'sparseBsrTensor'
  | 'sparseBscTensor'

function compressed<Options extends SparseOptions>(
  name: CompressedName,
): SparseCompressedConstructor<Options> {
  const make = aten[name] as (...values: unknown[]) => Tensor
  return (
    compressedIndices: TensorLike,
    plainIndices: TensorLike,
    given: TensorLike,
    ...rest: unknown[]
  ): Tensor => {
    const { size, ...options } = bind(name, rest, ['layout'])
    const values = valuesOf(given, options)
    const parts = [indicesOf(compressedIndices, values), indicesOf(plainIndices, values), values]
    return make(...parts, ...(size === null ? [] : [size]), filled(options, values))
  }
}

/**
 * A sparse tensor in the compressed layout that the option `layout` names, from compressed indices, plain indices and
 * values. PyTorch's `torch.sparse_compressed_tensor`.
 *
 * @throws TorchError for indices that do not fit each other or the size
 */
export const sparseCompressedTensor = compressed<SparseOptions & Pick<TensorOptions, 'layout'>>(
  'sparseCompressedTensor',
)

/** A sparse tensor by compressed rows: crow_indices, col_indices, values. PyTorch's `torch.sparse_csr_tensor`. */
export const sparseCsrTensor = compressed('sparseCsrTensor')

/** A sparse tensor by compressed columns: ccol_indices, row_indices, values. PyTorch's `torch.sparse_csc_tensor`. */
export const sparseCscTensor = compressed('sparseCscTensor')

/** A sparse tensor of blocks by compressed rows of them. PyTorch's `torch.sparse_bsr_tensor`. */
export const sparseBsrTensor = compressed('sparseBsrTensor')

/** A sparse tensor of blocks by compressed columns of them. PyTorch's `torch.sparse_bsc_tensor`. */
export const sparseBscTensor = compressed('sparseBscTensor')
