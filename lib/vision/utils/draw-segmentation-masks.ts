import { checkNumber, checkOptions, fail } from '../../check.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import { checkPicture } from './canvas.js'
import { type Colors, parseColors, type Rgb } from './color.js'

/** Options of {@link drawSegmentationMasks}. */
export interface DrawSegmentationMasksOptions {
  /** From 0, where the masks cannot be seen, to 1, where they cover the picture. Default 0.8. */
  alpha?: number
  /** Of the masks. Default: a palette that begins with black. */
  colors?: Colors
}

/**
 * Colours what masks cover, on a copy of an image (torchvision `draw_segmentation_masks`, R torchvision
 * `draw_segmentation_masks`). What several masks cover becomes black.
 *
 * @param image - [3, H, W]; uint8, or floating-point with values 0 ... 1
 * @param masks - bool, [N, H, W] or [H, W]
 * @returns [3, H, W] of the type and on the device of `image`; without masks `image` itself
 * @throws TypeError or RangeError for masks of another type or size
 */
export function drawSegmentationMasks(
  image: Tensor,
  masks: Tensor,
  options?: DrawSegmentationMasksOptions,
): Tensor {
  const where = 'utils.drawSegmentationMasks'
  checkPicture(where, image, false)
  if (!(masks instanceof Tensor) || masks.dtype !== 'bool') {
    fail(where, 'masks', 'a Tensor of type bool', masks instanceof Tensor ? masks.dtype : masks)
  }
  const [, height, width] = image.shape
  const [maskHeight, maskWidth] = masks.shape.slice(-2)
  if (![2, 3].includes(masks.dim()) || maskHeight !== height || maskWidth !== width) {
    const got = `[${masks.shape.join(', ')}]`
    throw new RangeError(
      `${where}: expected shape [N, ${height}, ${width}] or [${height}, ${width}] for masks, got ${got}`,
    )
  }
  const { alpha = 0.8, colors } = checkOptions(where, options, ['alpha', 'colors'])
  checkNumber(where, 'alpha', alpha, { min: 0, max: 1 })
  const count = masks.dim() === 2 ? 1 : (masks.size(0) as number)
  const inks = parseColors(where, 'colors', colors, count)
  if (count === 0) return image
  return torch.noGrad(() => torch.scope(() => cover(image, masks.to(image.device), inks, alpha)))
}

function cover(image: Tensor, masks: Tensor, inks: readonly Rgb[], alpha: number): Tensor {
  const { dtype, device } = image
  const layers = masks.dim() === 2 ? [masks] : masks.unbind(0)
  const covered = image.clone()
  layers.forEach((mask, index) => {
    const ink = inks[index] as Rgb
    const values = dtype === 'uint8' ? ink : ink.map((part) => part / 255)
    const color = torch.tensor([...values], { dtype, device }).reshape([3, 1, 1])
    covered.copy_(torch.where(mask, color, covered))
  })
  const several = torch.stack(layers).sum(0).gt(1)
  covered.maskedFill_(several, 0)
  return image
    .mul(1 - alpha)
    .add(covered.mul(alpha))
    .to(dtype)
}
