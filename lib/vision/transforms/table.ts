// The transforms that can be steps of a pipeline: a new one is a file and a line here.

import { adjustBrightness, adjustContrast, adjustSaturation, rgbToGrayscale } from './color.js'
import { colorJitter } from './color-jitter.js'
import { centerCrop, crop } from './crop.js'
import { horizontalFlip, randomHorizontalFlip, randomVerticalFlip, verticalFlip } from './flip.js'
import { adjustHue } from './hue.js'
import { normalize } from './normalize.js'
import { pad } from './pad.js'
import { randomResizedCrop } from './random-resized-crop.js'
import { resize } from './resize.js'
import { resizedCrop } from './resized-crop.js'
import { to } from './to-device.js'
import { convertImageDtype, toDtype } from './to-dtype.js'
import { toTensor } from './to-tensor.js'

/** Transforms without chance: what torchvision calls functional. */
export const deterministic = {
  toTensor,
  to,
  toDtype,
  convertImageDtype,
  resize,
  crop,
  centerCrop,
  resizedCrop,
  pad,
  horizontalFlip,
  verticalFlip,
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustHue,
  rgbToGrayscale,
  normalize,
}

/** Transforms that draw random numbers. */
export const random = {
  randomResizedCrop,
  randomHorizontalFlip,
  randomVerticalFlip,
  colorJitter,
}

export const table = { ...deterministic, ...random }
