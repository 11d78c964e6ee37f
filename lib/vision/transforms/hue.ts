import { checkNumber } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkColour } from './grayscale.js'
import { type ImageDType, scaled } from './to-dtype.js'
import { defineTransform } from './transform.js'

interface Hsv {
  hue: Tensor
  saturation: Tensor
  value: Tensor
}

/**
 * Turns the colour wheel: `factor` -0.5 ... 0.5 is a half turn back or on, 0 the image (torchvision
 * `adjust_hue`). The order of the operations is torchvision's: it decides the last bit.
 */
export const adjustHue = defineTransform(
  'adjustHue',
  (factor: number) => ({
    factor: checkNumber('transforms.adjustHue', 'factor', factor, { min: -0.5, max: 0.5 }),
  }),
  (image, { factor }) => {
    checkColour('adjustHue', image)
    if (image.size(-3) === 1 || image.numel() === 0) return image
    const { hue, saturation, value } = rgbToHsv(scaled(image, 'float32'))
    const turned = hue.add_(factor).remainder_(1)
    return scaled(hsvToRgb({ hue: turned, saturation, value }), image.dtype as ImageDType)
  },
)

/** Hue, saturation and value in 0 ... 1 of an image [..., 3, H, W], as Pillow computes them. */
function rgbToHsv(image: Tensor): Hsv {
  const [red, green] = image.unbind(-3) as [Tensor, Tensor, Tensor]
  const { min, max } = image.aminmax({ dim: -3 })
  const range = max.sub(min)
  // Where all channels are equal hue and saturation are 0; a divisor of 1 keeps NaN out there.
  const grey = max.eq(min)
  const one = torch.onesLike(max)
  const saturation = range.div(torch.where(grey, one, max))
  const divisor = torch.where(grey, one, range).unsqueeze(-3)
  const distances = max.unsqueeze(-3).sub(image).div(divisor)
  const [fromRed, fromGreen, fromBlue] = distances.unbind(-3) as [Tensor, Tensor, Tensor]

  const redIsMax = max.eq(red)
  const greenIsMax = max.eq(green)
  const greenOnly = greenIsMax.logicalAnd(redIsMax.logicalNot())
  const blueOnly = redIsMax.logicalNot().logicalAnd(greenIsMax.logicalNot())
  const hue = fromBlue
    .sub(fromGreen)
    .mul_(redIsMax)
    .add_(fromRed.add(2).sub_(fromBlue).mul_(greenOnly))
    .add_(fromGreen.add(4).sub_(fromRed).mul_(blueOnly))
    .mul_(1 / 6)
    .add_(1)
    .fmod_(1)
  return { hue, saturation, value: max }
}

// Which of value, p, q, t (see below) red, green and blue are, in each sixth of the wheel.
const SECTORS = [
  [0, 2, 1, 1, 3, 0],
  [3, 0, 0, 2, 1, 1],
  [1, 1, 3, 0, 0, 2],
]

function hsvToRgb({ hue, saturation, value }: Hsv): Tensor {
  const sixths = hue.mul(6)
  const sector = sixths.floor()
  const within = sixths.sub_(sector)
  const shade = saturation.mul(within)
  const paleness = torch.rsub(saturation, 1)
  const q = torch.rsub(shade, 1).mul_(value).clamp_(0, 1)
  const t = shade.add(paleness).mul_(value).clamp_(0, 1)
  const p = paleness.mul(value).clamp_(0, 1)
  const choices = torch.stack([value, p, q, t], -3)

  const table = torch.tensor(SECTORS, { dtype: 'int64', device: hue.device })
  const flat = sector.to('int64').remainder_(6).reshape([-1])
  const chosen = table.indexSelect(1, flat).reshape([3, ...hue.shape])
  return choices.gather(-3, chosen.movedim(0, -3))
}
