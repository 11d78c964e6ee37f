// nn.utils.rnn: sequences of different lengths, padded and packed.

import { checkBoolean, checkInteger, checkOneOf, fail, failRange } from '../../../check.js'
import { checkTensor } from '../../../torch/functions/check.js'
import { torch } from '../../../torch/index.js'
import type { Tensor } from '../../../torch/tensor.js'
import { checkFloat, operator, type Rest, read } from '../../functional/call.js'
import { PackedSequence } from './packed-sequence.js'

export { invertPermutation, PackedSequence } from './packed-sequence.js'

const pad = operator<
  (
    sequences: readonly Tensor[],
    batchFirst: boolean,
    paddingValue: number,
    paddingSide: string,
  ) => Tensor
>('padSequence', 'pad_sequence')
const pack = operator<
  (input: Tensor, lengths: Tensor, batchFirst: boolean) => [data: Tensor, batchSizes: Tensor]
>('packPaddedSequence', '_pack_padded_sequence')
const unpack = operator<
  (
    data: Tensor,
    batchSizes: Tensor,
    batchFirst: boolean,
    paddingValue: number,
    totalLength: number,
  ) => [padded: Tensor, lengths: Tensor]
>('padPackedSequence', '_pad_packed_sequence')

/** Options of {@link packPaddedSequence}. */
export interface PackPaddedOptions {
  /** Whether the input is [N, T, ...], not [T, N, ...]. */
  batchFirst?: boolean
  /** Whether the sequences must come sorted, the longest first; without, they are sorted. */
  enforceSorted?: boolean
}

/**
 * Packs padded sequences. PyTorch's `nn.utils.rnn.pack_padded_sequence`.
 *
 * @param input [T, N, ...], with batchFirst [N, T, ...]
 * @param lengths how many steps of each sequence count, on the CPU
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: Tensor | readonly number[],
  ...rest: Rest<PackPaddedOptions, [batchFirst?: boolean, enforceSorted?: boolean]>
): PackedSequence {
  const where = 'packPaddedSequence'
  const [batchFirst = false, enforceSorted = true] = read<[boolean, boolean]>(
    where,
    ['batchFirst', 'enforceSorted'],
    rest,
  )
  checkTensor(where, 'input', input)
  checkBoolean(where, 'batchFirst', batchFirst)
  checkBoolean(where, 'enforceSorted', enforceSorted)
  const counts = lengthsOf(where, lengths)
  if (enforceSorted) return new PackedSequence(...pack(input, counts, batchFirst))
  const { values, indices } = counts.sort(-1, true)
  const order = indices.to({ device: input.device })
  const sorted = input.indexSelect(batchFirst ? 0 : 1, order)
  return new PackedSequence(...pack(sorted, values, batchFirst), order)
}

/** Options of {@link padPackedSequence}. */
export interface PadPackedOptions {
  /** Whether the output is [N, T, ...], not [T, N, ...]. */
  batchFirst?: boolean
  /** What stands behind the ends of sequences. */
  paddingValue?: number
  /** How many steps the output has; as many as the longest sequence unless given. */
  totalLength?: number | null
}

/**
 * The padded sequences of a packed batch, in the order in which they were packed. PyTorch's
 * `nn.utils.rnn.pad_packed_sequence`.
 *
 * @returns [T, N, ...], with batchFirst [N, T, ...], and the lengths, int64 [N]
 */
export function padPackedSequence(
  sequence: PackedSequence,
  ...rest: Rest<
    PadPackedOptions,
    [batchFirst?: boolean, paddingValue?: number, totalLength?: number | null]
  >
): [padded: Tensor, lengths: Tensor] {
  const where = 'padPackedSequence'
  const [batchFirst = false, paddingValue = 0, totalLength = null] = read<
    [boolean, number, number | null]
  >(where, ['batchFirst', 'paddingValue', 'totalLength'], rest)
  const { data, batchSizes, unsortedIndices } = checkPacked(where, 'sequence', sequence)
  checkBoolean(where, 'batchFirst', batchFirst)
  checkFloat(where, 'paddingValue', paddingValue)
  const longest = batchSizes.size(0)
  const total = checkInteger(where, 'totalLength', totalLength ?? longest, { min: longest })
  const [padded, lengths] = unpack(data, batchSizes, batchFirst, paddingValue, total)
  if (unsortedIndices === null) return [padded, lengths]
  return [
    padded.indexSelect(batchFirst ? 0 : 1, unsortedIndices),
    lengths.indexSelect(0, unsortedIndices.to({ device: 'cpu' })),
  ]
}

/** Options of {@link padSequence}. */
export interface PadOptions {
  /** Whether the output is [N, T, ...], not [T, N, ...]. */
  batchFirst?: boolean
  /** What fills the shorter sequences. */
  paddingValue?: number
  /** Where it is put. */
  paddingSide?: 'right' | 'left'
}

/**
 * Sequences [length, ...] in one tensor, [T, N, ...] or with batchFirst [N, T, ...], the shorter ones padded. PyTorch's
 * `nn.utils.rnn.pad_sequence`.
 */
export function padSequence(
  sequences: Iterable<Tensor>,
  ...rest: Rest<
    PadOptions,
    [batchFirst?: boolean, paddingValue?: number, paddingSide?: 'right' | 'left']
  >
): Tensor {
  const where = 'padSequence'
  const [batchFirst = false, paddingValue = 0, paddingSide = 'right'] = read<
    [boolean, number, 'right' | 'left']
  >(where, ['batchFirst', 'paddingValue', 'paddingSide'], rest)
  checkBoolean(where, 'batchFirst', batchFirst)
  checkFloat(where, 'paddingValue', paddingValue)
  checkOneOf(where, 'paddingSide', paddingSide, ['right', 'left'])
  return pad(sequencesOf(where, sequences), batchFirst, paddingValue, paddingSide)
}

/**
 * The sequences of a padded batch without their padding. PyTorch's `nn.utils.rnn.unpad_sequence`, which also transposes
 * its argument in place.
 *
 * @param padded [T, N, ...], with batchFirst [N, T, ...]
 * @param lengths how many steps of each count, [N]
 */
export function unpadSequence(
  padded: Tensor,
  lengths: Tensor | readonly number[],
  ...rest: Rest<{ batchFirst?: boolean }, [batchFirst?: boolean]>
): Tensor[] {
  const where = 'unpadSequence'
  const [batchFirst = false] = read<[boolean]>(where, ['batchFirst'], rest)
  checkBoolean(where, 'batchFirst', batchFirst)
  const dims = checkTensor(where, 'padded', padded).dim()
  if (dims < 2) failRange(where, 'padded', 'at least 2 dimensions', dims)
  const sequences = batchFirst ? padded : padded.transpose(0, 1)
  const counts = lengthsOf(where, lengths).toArray() as number[]
  if (counts.length !== sequences.size(0)) {
    failRange(where, 'lengths', `${sequences.size(0)} lengths`, counts.length)
  }
  // Copies, as in Python: what is left of the batch can be freed.
  return counts.map((length, i) => sequences.select(0, i).narrow(0, 0, length).clone())
}

/** Packs sequences [length, ...]. PyTorch's `nn.utils.rnn.pack_sequence`. */
export function packSequence(
  sequences: Iterable<Tensor>,
  ...rest: Rest<{ enforceSorted?: boolean }, [enforceSorted?: boolean]>
): PackedSequence {
  const where = 'packSequence'
  const [enforceSorted = true] = read<[boolean]>(where, ['enforceSorted'], rest)
  const list = sequencesOf(where, sequences)
  const lengths = list.map((sequence) => sequence.size(0))
  return packPaddedSequence(padSequence(list), lengths, { enforceSorted })
}

/** The sequences of a packed batch. PyTorch's `nn.utils.rnn.unpack_sequence`. */
export function unpackSequence(sequence: PackedSequence): Tensor[] {
  checkPacked('unpackSequence', 'sequence', sequence)
  return unpadSequence(...padPackedSequence(sequence, true), true)
}

function checkPacked(where: string, name: string, value: unknown): PackedSequence {
  return value instanceof PackedSequence ? value : fail(where, name, 'a PackedSequence', value)
}

function sequencesOf(where: string, sequences: unknown): Tensor[] {
  if (typeof sequences !== 'object' || sequences === null || !(Symbol.iterator in sequences)) {
    fail(where, 'sequences', 'an iterable of Tensors', sequences)
  }
  return [...(sequences as Iterable<unknown>)].map((one) => {
    const dims = checkTensor(where, 'sequences', one).dim()
    if (dims === 0) failRange(where, 'sequences', 'at least 1 dimension', dims)
    return one as Tensor
  })
}

function lengthsOf(where: string, lengths: unknown): Tensor {
  if (!Array.isArray(lengths)) return checkTensor(where, 'lengths', lengths).to('int64')
  const counts = lengths.map((length) => checkInteger(where, 'lengths', length, { min: 0 }))
  return torch.tensor(counts, { dtype: 'int64' })
}
