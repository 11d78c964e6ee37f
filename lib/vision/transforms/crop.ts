import { checkInteger } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { type CropSize, checkCropSize, type HeightWidth, roundHalfEven } from './size.js'
import { defineTransform, imageSize } from './transform.js'

/** A rectangle of an image, in pixels from its upper left corner. */
export interface Box {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

/** The part of an image in a box; where the box reaches out of the image there is zero. Shares memory if it can. */
export function cropBox(image: Tensor, { top, left, height, width }: Box): Tensor {
  const size = imageSize(image)
  const y = Math.max(top, 0)
  const x = Math.max(left, 0)
  const rows = Math.max(Math.min(top + height, size.height) - y, 0)
  const columns = Math.max(Math.min(left + width, size.width) - x, 0)
  // A box beside the image has no rows or columns of it; any place to take none from will do.
  const part = image
    .narrow(-2, Math.min(y, size.height), rows)
    .narrow(-1, Math.min(x, size.width), columns)
  if (rows === height && columns === width) return part
  const before = { x: Math.min(x - left, width), y: Math.min(y - top, height) }
  const after = { x: width - columns - before.x, y: height - rows - before.y }
  return torch.constantPadNd(part, [before.x, after.x, before.y, after.y], 0)
}

/**
 * Cuts a box out of an image; what lies outside the image is zero (torchvision `crop`, R `transform_crop`).
 */
export const crop = defineTransform(
  'crop',
  (top: number, left: number, height: number, width: number) =>
    checkBox('transforms.crop', { top, left, height, width }),
  cropBox,
)

/** @throws TypeError or RangeError unless all four are integers and the box is not empty */
export function checkBox(where: string, { top, left, height, width }: Box): Box {
  return {
    top: checkInteger(where, 'top', top),
    left: checkInteger(where, 'left', left),
    height: checkInteger(where, 'height', height, { min: 1 }),
    width: checkInteger(where, 'width', width, { min: 1 }),
  }
}

/**
 * Cuts out the middle of an image; a smaller image is padded with zeros first (torchvision
 * `CenterCrop`, R `transform_center_crop`).
 */
export const centerCrop = defineTransform(
  'centerCrop',
  (size: CropSize) => ({ size: checkCropSize('transforms.centerCrop', size) }),
  (image, { size }) => cropBox(image, middleBox(imageSize(image), size)),
)

/** The box of a size in the middle of an image. */
export function middleBox(
  from: { readonly height: number; readonly width: number },
  [height, width]: HeightWidth,
): Box {
  return { top: centered(from.height, height), left: centered(from.width, width), height, width }
}

/** Where a window of `size` in the middle of `length` pixels begins; before pixel 0 if it is the larger one. */
function centered(length: number, size: number): number {
  // An odd number of missing pixels has one more at the end; an odd surplus goes as Python rounds.
  return size > length ? -Math.floor((size - length) / 2) : roundHalfEven((length - size) / 2)
}
