import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkProbability, randomly } from './randomly.js'
import { type ImageDType, scaled } from './to-dtype.js'
import { defineTransform } from './transform.js'

const LEVELS = 256

/**
 * Pillow's way: a value becomes the number of darker pixels divided by `step`, a 255th of the number
 * of pixels that are not the lightest.
 */
function equalized(image: Tensor): Tensor {
  if (image.numel() === 0) return image
  const bytes = scaled(image, 'uint8')
  const pixels = bytes.flatten(-2).to('int64')
  const channels = pixels.shape.slice(0, -1)
  const one = torch.ones([1], { dtype: 'int32', device: image.device })
  const histogram = torch
    .zeros([...channels, LEVELS], { dtype: 'int32', device: image.device })
    .scatterAdd_(-1, pixels, one.expandAs(pixels))
  const upTo = histogram.cumsum(-1)
  const lightest = upTo.argmax(-1).unsqueeze(-1)
  const others = torch.rsub(histogram.gather(-1, lightest), pixels.size(-1))
  const step = others.div_(LEVELS - 1, { roundingMode: 'floor' })
  const possible = step.ne(0).unsqueeze(-1)
  const half = step.div(2, { roundingMode: 'floor' })
  const above = upTo
    .narrow(-1, 0, LEVELS - 1)
    .add(half)
    .div_(step.clamp_({ min: 1 }), { roundingMode: 'floor' })
    .clamp_(0, LEVELS - 1)
    .to('uint8')
  const black = above.newZeros([...channels, 1])
  const table = torch.cat([black, above], -1)
  const result = table.gather(-1, pixels).viewAs(bytes)
  return scaled(torch.where(possible, result, bytes), image.dtype as ImageDType)
}

/**
 * Spreads the values of each channel so that each range of them has its share of the pixels (torchvision
 * `equalize`). Other types than uint8 go by way of it.
 */
export const equalize = defineTransform('equalize', () => ({}), equalized)

/** As {@link equalize}, with probability `p` (torchvision `RandomEqualize`). */
export const randomEqualize = defineTransform(
  'randomEqualize',
  (p?: number) => checkProbability('randomEqualize', p),
  (image, { p }) => randomly(p, image, () => equalized(image)),
)
