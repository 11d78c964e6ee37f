// Look-ups in tables of vectors.

import { noGradSync } from '../../autograd/modes.js'
import { checkInteger, checkOneOf, fail } from '../../check.js'
import { NotImplementedError } from '../../errors.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkInputShape, checkTensor, operator, type Rest, read } from './call.js'

type Renormalize = (weight: Tensor, indices: Tensor, maxNorm: number, normType: number) => void

/** Shrinks the rows that are looked up to a norm of at most `maxNorm`, in place, unseen by autograd. */
function renormalizer(where: string): Renormalize {
  const renorm = operator<Renormalize>(where, 'embedding_renorm_')
  return (weight, indices, maxNorm, normType) => {
    noGradSync(() => renorm(weight.detach(), indices, maxNorm, normType))
  }
}

/** Options of {@link embedding}. */
export interface EmbeddingOptions {
  /** Row that gets no gradient; negative counts from the end. */
  paddingIdx?: number | null
  /** Rows longer than this are shrunk to it, in place. */
  maxNorm?: number | null
  /** Which norm `maxNorm` means, 2 by default. */
  normType?: number
  /** Divide the gradient of a row by how often it is looked up. */
  scaleGradByFreq?: boolean
  /** Give `weight` a sparse gradient. */
  sparse?: boolean
}

const shrinkRows = renormalizer('embedding')
const lookUp = operator<
  (
    weight: Tensor,
    indices: Tensor,
    paddingIdx: number,
    scaleGradByFreq: boolean,
    sparse: boolean,
  ) => Tensor
>('embedding', 'embedding')

/**
 * Rows of a table: indices of any shape give that shape with the row length appended.
 * `torch.nn.functional.embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0,
 * scale_grad_by_freq=False, sparse=False)`
 *
 * @param input indices, int64 or int32
 * @param weight [rows, row length]
 * @throws RangeError if paddingIdx is no row; RangeError from libtorch if an index is none
 */
export function embedding(
  input: Tensor,
  weight: Tensor,
  ...rest: Rest<
    EmbeddingOptions,
    [
      paddingIdx?: number | null,
      maxNorm?: number | null,
      normType?: number,
      scaleGradByFreq?: boolean,
      sparse?: boolean,
    ]
  >
): Tensor {
  const where = 'embedding'
  const names = ['paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'sparse']
  const [paddingIdx = null, maxNorm = null, normType = 2, scaleGradByFreq = false, sparse = false] =
    read<[number | null, number | null, number, boolean, boolean]>(where, names, rest)
  checkTensor(where, 'input', input)
  const rows = checkTensor(where, 'weight', weight).size(0)
  let padding = -1
  if (paddingIdx !== null) {
    checkInteger(where, 'paddingIdx', paddingIdx, { min: -rows, max: rows - 1 })
    padding = paddingIdx < 0 ? rows + paddingIdx : paddingIdx
  }
  if (maxNorm === null) return lookUp(weight, input, padding, scaleGradByFreq, sparse)
  const indices = input.contiguous()
  shrinkRows(weight, indices, maxNorm, normType)
  return lookUp(weight, indices, padding, scaleGradByFreq, sparse)
}

const BAG_MODES = ['sum', 'mean', 'max'] as const

/** Options of {@link embeddingBag}. */
export interface EmbeddingBagOptions {
  /** Where each bag begins in a one-dimensional input. */
  offsets?: Tensor | null
  /** Rows longer than this are shrunk to it, in place. */
  maxNorm?: number | null
  /** Which norm `maxNorm` means, 2 by default. */
  normType?: number
  /** Divide the gradient of a row by how often it is looked up; not with mode `'max'`. */
  scaleGradByFreq?: boolean
  /** How the rows of a bag become one, `'mean'` by default. */
  mode?: (typeof BAG_MODES)[number]
  /** Give `weight` a sparse gradient; not with mode `'max'`. */
  sparse?: boolean
  /** Factor of each row, of the input's shape; only with mode `'sum'`. */
  perSampleWeights?: Tensor | null
  /** The last offset is the input's length, not the start of a bag. */
  includeLastOffset?: boolean
  /** Row that counts for nothing; negative counts from the end. */
  paddingIdx?: number | null
}

const shrinkBagRows = renormalizer('embeddingBag')
const bags = operator<
  (
    weight: Tensor,
    indices: Tensor,
    offsets: Tensor,
    scaleGradByFreq: boolean,
    mode: number,
    sparse: boolean,
    perSampleWeights: Tensor | null,
    includeLastOffset: boolean,
    paddingIdx: number | null,
  ) => [Tensor, ...Tensor[]]
>('embeddingBag', 'embedding_bag.padding_idx')

/**
 * Sums, means or maxima over bags of rows of a table, without the rows themselves.
 * `torch.nn.functional.embedding_bag(input, weight, offsets=None, max_norm=None, norm_type=2,
 * scale_grad_by_freq=False, mode='mean', sparse=False, per_sample_weights=None,
 * include_last_offset=False, padding_idx=None)`
 *
 * @param input indices: [bags, rows per bag], or one-dimensional with `offsets`
 * @param weight [rows, row length]
 * @returns [bags, row length]
 */
export function embeddingBag(
  input: Tensor,
  weight: Tensor,
  ...rest: Rest<
    EmbeddingBagOptions,
    [
      offsets?: Tensor | null,
      maxNorm?: number | null,
      normType?: number,
      scaleGradByFreq?: boolean,
      mode?: (typeof BAG_MODES)[number],
      sparse?: boolean,
      perSampleWeights?: Tensor | null,
      includeLastOffset?: boolean,
      paddingIdx?: number | null,
    ]
  >
): Tensor {
  const where = 'embeddingBag'
  const names = [
    'offsets',
    'maxNorm',
    'normType',
    'scaleGradByFreq',
    'mode',
    'sparse',
    'perSampleWeights',
    'includeLastOffset',
    'paddingIdx',
  ]
  const [
    offsets = null,
    maxNorm = null,
    normType = 2,
    scaleGradByFreq = false,
    mode = 'mean',
    sparse = false,
    perSampleWeights = null,
    includeLastOffset = false,
    paddingIdx = null,
  ] = read<
    [
      Tensor | null,
      number | null,
      number,
      boolean,
      (typeof BAG_MODES)[number],
      boolean,
      Tensor | null,
      boolean,
      number | null,
    ]
  >(where, names, rest)
  checkTensor(where, 'input', input)
  if (checkTensor(where, 'weight', weight).dim() !== 2) {
    throw new RangeError(`${where}: expected 2 dimensions for weight, got ${weight.dim()}`)
  }
  checkOneOf(where, 'mode', mode, BAG_MODES)
  if (mode === 'max' && (scaleGradByFreq || sparse)) {
    const option = scaleGradByFreq ? 'scaleGradByFreq' : 'sparse'
    throw new RangeError(`${where}: expected ${option} to be false with mode 'max', got true`)
  }
  if (perSampleWeights !== null) checkPerSampleWeights(where, input, perSampleWeights, mode)
  const starts = bagStarts(where, input, offsets)
  const matrix = input.dim() === 2
  const indices = matrix ? input.reshape(-1) : input
  if (maxNorm !== null) shrinkBagRows(weight, indices, maxNorm, normType)
  const [result] = bags(
    weight,
    indices,
    starts,
    scaleGradByFreq,
    BAG_MODES.indexOf(mode),
    sparse,
    matrix && perSampleWeights !== null ? perSampleWeights.reshape(-1) : perSampleWeights,
    matrix ? false : includeLastOffset,
    paddingIdx,
  )
  return result
}

function checkPerSampleWeights(where: string, input: Tensor, weights: Tensor, mode: string): void {
  checkInputShape(where, 'perSampleWeights', weights, input)
  if (mode !== 'sum') {
    throw new NotImplementedError(
      `${where}: expected mode 'sum' with perSampleWeights, got '${mode}'`,
    )
  }
}

/** Where each bag begins in the flattened input. */
function bagStarts(where: string, input: Tensor, offsets: Tensor | null): Tensor {
  const { dtype, device } = input
  if (input.dim() === 2) {
    if (offsets !== null) fail(where, 'offsets', 'null for a two-dimensional input', offsets)
    return torch.arange(0, input.numel(), input.size(1), { dtype, device })
  }
  if (input.dim() !== 1) {
    throw new RangeError(`${where}: expected 1 or 2 dimensions for input, got ${input.dim()}`)
  }
  if (checkTensor(where, 'offsets', offsets).dim() !== 1) {
    throw new RangeError(`${where}: expected 1 dimension for offsets, got ${offsets?.dim()}`)
  }
  return offsets as Tensor
}
