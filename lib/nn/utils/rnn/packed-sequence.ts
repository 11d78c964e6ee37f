// Batches of sequences of different lengths, without padding.

import { checkTensor } from '../../../torch/functions/check.js'
import { torch } from '../../../torch/index.js'
import type { ToOptions } from '../../../torch/members/to.js'
import type { Tensor } from '../../../torch/tensor.js'

/**
 * A batch of sequences, step by step: first the first elements of all sequences, the longest first, then the second
 * ones of those that have any. Recurrent networks take it in place of a tensor. Made by {@link packPaddedSequence} and
 * {@link packSequence}. PyTorch's `nn.utils.rnn.PackedSequence`.
 */
export class PackedSequence {
  /** All elements, [elements, ...]. */
  readonly data: Tensor
  /** How many sequences have a step: int64, on the CPU, [steps]. */
  readonly batchSizes: Tensor
  /** Which sequence was put where, [N]; null where they came sorted. */
  readonly sortedIndices: Tensor | null
  /** Where to find which sequence, [N]; null where they came sorted. */
  readonly unsortedIndices: Tensor | null

  constructor(
    data: Tensor,
    batchSizes: Tensor,
    sortedIndices: Tensor | null = null,
    unsortedIndices: Tensor | null = null,
  ) {
    const where = 'PackedSequence'
    this.data = checkTensor(where, 'data', data)
    this.batchSizes = checkTensor(where, 'batchSizes', batchSizes)
    if (batchSizes.device !== 'cpu') {
      throw new RangeError(`${where}: expected batchSizes on the CPU, got ${batchSizes.device}`)
    }
    this.sortedIndices = sortedIndices
    this.unsortedIndices = unsortedIndices ?? invertPermutation(sortedIndices)
  }

  /** This batch with its data on a device, or of a dtype; itself where nothing changes. */
  to(options: ToOptions): PackedSequence {
    const data = this.data.to(options)
    if (data.isSetTo(this.data)) return this
    const { device } = data
    const move = (indices: Tensor | null) => indices?.to({ device }) ?? null
    return new PackedSequence(
      data,
      this.batchSizes,
      move(this.sortedIndices),
      move(this.unsortedIndices),
    )
  }

  /** As PyTorch prints it. */
  toString(): string {
    const { data, batchSizes, sortedIndices, unsortedIndices } = this
    const text = (tensor: Tensor | null) => (tensor === null ? 'None' : String(tensor))
    return `PackedSequence(data=${data}, batch_sizes=${batchSizes}, sorted_indices=${text(sortedIndices)}, unsorted_indices=${text(unsortedIndices)})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** The permutation that undoes another, [N]; null of null. PyTorch's `nn.utils.rnn.invert_permutation`. */
export function invertPermutation(permutation: Tensor): Tensor
export function invertPermutation(permutation: Tensor | null): Tensor | null
export function invertPermutation(permutation: Tensor | null): Tensor | null {
  if (permutation === null) return null
  const { device } = checkTensor('invertPermutation', 'permutation', permutation)
  const places = torch.arange(permutation.numel(), { dtype: 'int64', device })
  return torch.emptyLike(permutation).scatter_(0, permutation, places)
}
