import { checkOptions } from '../../check.js'
import { checkBox, cropBox } from './crop.js'
import { checkInterpolation, type InterpolationOptions, interpolate } from './interpolate.js'
import { resizedSize } from './resize.js'
import { type CropSize, checkSizes } from './size.js'
import { defineTransform } from './transform.js'

/**
 * Cuts a box out of an image and resizes it: to exactly `[height, width]`, or its shorter edge to one
 * number (torchvision `resized_crop`, R `transform_resized_crop`).
 */
export const resizedCrop = defineTransform(
  'resizedCrop',
  (
    top: number,
    left: number,
    height: number,
    width: number,
    size: CropSize,
    options?: InterpolationOptions,
  ) => {
    const where = 'transforms.resizedCrop'
    return {
      ...checkBox(where, { top, left, height, width }),
      size: checkSizes(where, size),
      ...checkInterpolation(where, checkOptions(where, options, ['interpolation', 'antialias'])),
    }
  },
  (image, { top, left, height, width, size, ...interpolation }) => {
    const part = cropBox(image, { top, left, height, width })
    return interpolate(
      'transforms.resizedCrop',
      part,
      resizedSize(height, width, size),
      interpolation,
    )
  },
)
