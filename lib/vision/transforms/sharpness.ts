import { checkNumber } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkColour } from './grayscale.js'
import { checkProbability, randomly } from './randomly.js'
import { isFloat, maxValue } from './to-dtype.js'
import { defineTransform, imageSize } from './transform.js'

const checkFactor = (name: string, factor: number): { factor: number } => ({
  factor: checkNumber(`transforms.${name}`, 'factor', factor, { min: 0 }),
})

const EDGE = 1 / 13
const MIDDLE = 5 / 13

function sharpened(name: string, image: Tensor, factor: number): Tensor {
  checkColour(name, image)
  const { channels, height, width } = imageSize(image)
  if (image.numel() === 0 || height <= 2 || width <= 2) return image
  const dtype = isFloat(image) ? image.dtype : 'float32'
  const flat = image.dim() > 4 ? image.reshape([-1, channels, height, width]) : image
  const output = flat.to(dtype, { copy: true })
  const { device } = image
  const kernel = torch
    .tensor([EDGE, EDGE, EDGE, EDGE, MIDDLE, EDGE, EDGE, EDGE, EDGE], { dtype, device })
    .reshape([3, 3])
    .expand([channels, 1, 3, 3])
  const smooth = torch.conv2d(output, kernel, { groups: channels })
  if (!isFloat(image)) smooth.round_()
  // The edge of an image stays what it is.
  const inner = output.narrow(-2, 1, height - 2).narrow(-1, 1, width - 2)
  inner.add_(smooth.sub_(inner), { alpha: 1 - factor })
  return output.clamp_(0, maxValue(image.dtype)).to(image.dtype).reshape(image.shape)
}

/** Blends an image with a smoothed version: 0 is smooth, 1 the image, 2 sharper (torchvision `adjust_sharpness`). */
export const adjustSharpness = defineTransform(
  'adjustSharpness',
  (factor: number) => checkFactor('adjustSharpness', factor),
  (image, { factor }) => sharpened('adjustSharpness', image, factor),
)

/** As {@link adjustSharpness}, with probability `p` (torchvision `RandomAdjustSharpness`). */
export const randomAdjustSharpness = defineTransform(
  'randomAdjustSharpness',
  (factor: number, p?: number) => ({
    ...checkFactor('randomAdjustSharpness', factor),
    ...checkProbability('randomAdjustSharpness', p),
  }),
  (image, { factor, p }) =>
    randomly(p, image, () => sharpened('randomAdjustSharpness', image, factor)),
)
