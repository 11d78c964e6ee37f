import { checkBoolean, checkOptions } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { cropBox, middleBox } from './crop.js'
import { type CropSize, checkCropSize, type HeightWidth } from './size.js'
import { checkImage, defineTransform, imageSize, type TransformStep } from './transform.js'

/** A transform that makes several images of one. */
export interface MultiCrop<A extends unknown[]> {
  /** The images as an array. */
  (image: Tensor, ...settings: A): Tensor[]
  /** The step of a pipeline, which stacks the images along a new first dimension. */
  readonly step: (...settings: A) => TransformStep
}

/** Options of {@link tenCrop}. */
export interface TenCropOptions {
  /** Whether the last five are mirrored top to bottom, not left to right. Default false. */
  verticalFlip?: boolean
}

/**
 * The four corners of an image and its middle (torchvision `FiveCrop`, R `transform_five_crop`): top left,
 * top right, bottom left, bottom right, middle.
 *
 * As a step of a pipeline it gives them as one tensor [5, ..., C, H, W], which the steps behind it take
 * as a batch.
 *
 * @throws RangeError for an image smaller than `size`
 */
export const fiveCrop = defineMultiCrop(
  'fiveCrop',
  (size: CropSize) => ({ size: checkCropSize('transforms.fiveCrop', size) }),
  (image, { size }) => cornersAndMiddle('transforms.fiveCrop', image, size),
)

/**
 * The crops of {@link fiveCrop}, and those of the mirrored image (torchvision `TenCrop`,
 * R `transform_ten_crop`); in a pipeline [10, ..., C, H, W].
 */
export const tenCrop = defineMultiCrop(
  'tenCrop',
  (size: CropSize, options?: TenCropOptions) => {
    const where = 'transforms.tenCrop'
    const { verticalFlip = false } = checkOptions(where, options, ['verticalFlip'])
    return {
      size: checkCropSize(where, size),
      verticalFlip: checkBoolean(where, 'verticalFlip', verticalFlip),
    }
  },
  (image, { size, verticalFlip }) => [
    ...cornersAndMiddle('transforms.tenCrop', image, size),
    ...cornersAndMiddle('transforms.tenCrop', image.flip([verticalFlip ? -2 : -1]), size),
  ],
)

function defineMultiCrop<A extends unknown[], P extends object>(
  name: string,
  check: (...settings: A) => P,
  work: (image: Tensor, params: P) => Tensor[],
): MultiCrop<A> {
  const { step } = defineTransform(name, check, (image, params: P) =>
    torch.stack(work(image, params)),
  )
  const crops = (image: Tensor, ...settings: A): Tensor[] => {
    checkImage(`transforms.${name}`, image)
    return work(image, check(...settings))
  }
  Object.defineProperty(crops, 'name', { value: name })
  return Object.assign(crops, { step })
}

function cornersAndMiddle(where: string, image: Tensor, [height, width]: HeightWidth): Tensor[] {
  const from = imageSize(image)
  const bottom = from.height - height
  const right = from.width - width
  if (bottom < 0 || right < 0) {
    throw new RangeError(
      `${where}: expected an image of at least ${height} x ${width}, got ${from.height} x ${from.width}`,
    )
  }
  const places = [
    { top: 0, left: 0 },
    { top: 0, left: right },
    { top: bottom, left: 0 },
    { top: bottom, left: right },
    middleBox(from, [height, width]),
  ]
  return places.map(({ top, left }) => cropBox(image, { top, left, height, width }))
}
