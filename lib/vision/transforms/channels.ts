import { checkInteger, fail } from '../../check.js'
import { nextRandom } from '../../data/random.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { defineTransform } from './transform.js'

/** An image whose channel c is the channel `order[c]` of another. */
export const inOrder = (image: Tensor, order: Iterable<number>): Tensor =>
  image.indexSelect(-3, torch.tensor([...order], { dtype: 'int64', device: image.device }))

/**
 * Puts the channels of an image into another order: channel c of the result is channel `permutation[c]`
 * of the image (torchvision `permute_channels`).
 *
 * @throws TypeError or RangeError unless `permutation` holds each of 0 ... channels - 1 once
 */
export const permuteChannels = defineTransform(
  'permuteChannels',
  (permutation: readonly number[]) => {
    const where = 'transforms.permuteChannels'
    if (!Array.isArray(permutation)) fail(where, 'permutation', 'an array', permutation)
    const max = permutation.length - 1
    const order = permutation.map((c) => checkInteger(where, 'permutation', c, { min: 0, max }))
    if (new Set(order).size !== order.length) {
      fail(where, 'permutation', 'every channel once', permutation)
    }
    return { permutation: order }
  },
  (image, { permutation }) => {
    if (permutation.length !== image.size(-3)) {
      const expected = `${image.size(-3)} numbers, as many as channels,`
      fail('transforms.permuteChannels', 'permutation', expected, permutation)
    }
    return inOrder(image, permutation)
  },
)

/** Puts the channels of an image into random order (torchvision `RandomChannelPermutation`). */
export const randomChannelPermutation = defineTransform(
  'randomChannelPermutation',
  () => ({}),
  (image) => inOrder(image, nextRandom().permutation(image.size(-3))),
)
