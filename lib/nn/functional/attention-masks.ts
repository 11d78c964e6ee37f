// The checks and the masks of multi-head attention.

import { TorchError } from '../../errors.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { operator, sameShape, shapeText } from './call.js'

/** A tensor that may be left out. */
export type Optional = Tensor | null

/** What errors of multi-head attention begin with. */
export const WHERE = 'multiHeadAttentionForward'

const padZeros = operator<(input: Tensor, pad: readonly number[]) => Tensor>(
  WHERE,
  'constant_pad_nd',
)

/** Throws a TorchError with `text` unless a condition holds. */
export function expect(holds: boolean, text: () => string): asserts holds {
  if (!holds) throw new TorchError(`${WHERE}: ${text()}`)
}

/** Whether the query has a batch dimension; refuses tensors that do not fit it. */
export function checkBatched(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  keyPaddingMask: Optional,
  attnMask: Optional,
  numHeads: number,
): boolean {
  const dims = query.dim()
  expect(dims === 2 || dims === 3, () => `expected 2 or 3 dimensions for query, got ${dims}`)
  expect(
    key.dim() === dims && value.dim() === dims,
    () => `expected ${dims} dimensions for key and value, got ${key.dim()} and ${value.dim()}`,
  )
  if (keyPaddingMask !== null) {
    const got = keyPaddingMask.dim()
    expect(got === dims - 1, () => `expected ${dims - 1} dimensions for keyPaddingMask, got ${got}`)
  }
  if (attnMask !== null) {
    const { shape } = attnMask
    expect(
      shape.length === 2 || shape.length === 3,
      () => `expected 2 or 3 dimensions for attnMask, got ${shape.length}`,
    )
    const wanted = [numHeads, query.size(0), key.size(0)]
    expect(
      dims === 3 || shape.length === 2 || sameShape(shape, wanted),
      () => `expected the shape ${shapeText(wanted)} for attnMask, got ${shapeText(shape)}`,
    )
  }
  return dims === 3
}

/** A mask to add to scores: a boolean one becomes 0 and −∞. */
export function additiveMask(name: string, mask: Optional, like: Tensor): Optional {
  if (mask === null || mask.isFloatingPoint()) return mask
  expect(mask.dtype === 'bool', () => `expected bool or a float for ${name}, got ${mask.dtype}`)
  return torch.zerosLike(mask, { dtype: like.dtype }).maskedFill_(mask, Number.NEGATIVE_INFINITY)
}

/** Attention mask and key padding mask, which both grow when a key is appended. */
export interface Masks {
  attention: Optional
  keyPadding: Optional
}

export const growMasks = ({ attention, keyPadding }: Masks): Masks => ({
  attention: attention === null ? null : padZeros(attention, [0, 1]),
  keyPadding: keyPadding === null ? null : padZeros(keyPadding, [0, 1]),
})

/** The attention mask as [1 or N · heads, L, S]. */
export function checkMaskShape(
  mask: Tensor,
  batches: number,
  length: number,
  keys: number,
): Tensor {
  const wanted = mask.dim() === 2 ? [length, keys] : [batches, length, keys]
  expect(
    sameShape(mask.shape, wanted),
    () => `expected the shape ${shapeText(wanted)} for attnMask, got ${shapeText(mask.shape)}`,
  )
  return mask.dim() === 2 ? mask.unsqueeze(0) : mask
}

/** Both masks as one to add to the scores. */
export function mergeMasks(
  { attention, keyPadding }: Masks,
  batch: number,
  numHeads: number,
  keys: number,
): Optional {
  if (keyPadding === null) return attention
  const wanted = [batch, keys]
  expect(
    sameShape(keyPadding.shape, wanted),
    () =>
      `expected the shape ${shapeText(wanted)} for keyPaddingMask, got ${shapeText(keyPadding.shape)}`,
  )
  const perHead = keyPadding
    .view([batch, 1, 1, keys])
    .expand([-1, numHeads, -1, -1])
    .reshape([batch * numHeads, 1, keys])
  return attention === null ? perHead : attention.add(perHead)
}
