// `transforms`: every transform as a function of an image, and pipelines of them.

import { deterministic } from './table.js'

export {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  rgbToGrayscale,
} from './color.js'
export { type ColorJitterOptions, colorJitter, colorJitterSteps } from './color-jitter.js'
export { type Box, centerCrop, crop } from './crop.js'
export { horizontalFlip, randomHorizontalFlip, randomVerticalFlip, verticalFlip } from './flip.js'
export { adjustHue } from './hue.js'
export type { Interpolation, InterpolationOptions } from './interpolate.js'
export { type NormalizeOptions, normalize } from './normalize.js'
export { type Padding, type PadOptions, pad } from './pad.js'
export { type Composable, compose, type Pipeline, pipeline } from './pipeline.js'
export {
  type RandomResizedCropOptions,
  randomResizedCrop,
  randomResizedCropBox,
} from './random-resized-crop.js'
export { type ResizeOptions, resize, resizedSize } from './resize.js'
export { resizedCrop } from './resized-crop.js'
export type { CropSize, HeightWidth } from './size.js'
export { to } from './to-device.js'
export { convertImageDtype, type ImageDType, type ToDtypeOptions, toDtype } from './to-dtype.js'
export { toTensor } from './to-tensor.js'
export type { Step, Transform } from './transform.js'

/** The transforms without chance: for given boxes and factors. */
export const functional = deterministic
