// The transforms that can be steps of a pipeline: a new one is a file and a line here.

import { affine } from './affine.js'
import { augMix } from './aug-mix.js'
import { autoAugment } from './auto-augment.js'
import { autocontrast, randomAutocontrast } from './autocontrast.js'
import { permuteChannels, randomChannelPermutation } from './channels.js'
import { adjustBrightness, adjustContrast, adjustSaturation } from './color.js'
import { colorJitter } from './color-jitter.js'
import { centerCrop, crop } from './crop.js'
import { elastic } from './elastic.js'
import { elasticTransform } from './elastic-transform.js'
import { equalize, randomEqualize } from './equalize.js'
import { erase } from './erase.js'
import { fiveCrop, tenCrop } from './five-crop.js'
import { horizontalFlip, randomHorizontalFlip, randomVerticalFlip, verticalFlip } from './flip.js'
import { adjustGamma } from './gamma.js'
import { gaussianBlur, randomGaussianBlur } from './gaussian-blur.js'
import { gaussianNoise } from './gaussian-noise.js'
import { grayscale, grayscaleToRgb, randomGrayscale, rgbToGrayscale } from './grayscale.js'
import { adjustHue } from './hue.js'
import { invert, randomInvert } from './invert.js'
import { jpeg, randomJpeg } from './jpeg.js'
import { linearTransformation } from './linear-transformation.js'
import { normalize } from './normalize.js'
import { pad } from './pad.js'
import { perspective } from './perspective.js'
import { randomPhotometricDistort } from './photometric-distort.js'
import { posterize, randomPosterize } from './posterize.js'
import { randAugment } from './rand-augment.js'
import { randomAffine } from './random-affine.js'
import { randomApply } from './random-apply.js'
import { randomImageChoice } from './random-choice.js'
import { randomCrop } from './random-crop.js'
import { randomErasing } from './random-erasing.js'
import { randomOrder } from './random-order.js'
import { randomPerspective } from './random-perspective.js'
import { randomResize, randomShortestSize, scaleJitter } from './random-resize.js'
import { randomResizedCrop } from './random-resized-crop.js'
import { randomRotation } from './random-rotation.js'
import { randomZoomOut } from './random-zoom-out.js'
import { resize } from './resize.js'
import { resizedCrop } from './resized-crop.js'
import { rotate } from './rotate.js'
import { adjustSharpness, randomAdjustSharpness } from './sharpness.js'
import { randomSolarize, solarize } from './solarize.js'
import { to } from './to-device.js'
import { convertImageDtype, toDtype } from './to-dtype.js'
import { toTensor } from './to-tensor.js'
import { trivialAugmentWide } from './trivial-augment-wide.js'

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
  hflip: horizontalFlip,
  vflip: verticalFlip,
  fiveCrop,
  tenCrop,
  rotate,
  affine,
  perspective,
  elastic,
  gaussianBlur,
  erase,
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustHue,
  adjustGamma,
  adjustSharpness,
  rgbToGrayscale,
  grayscale,
  grayscaleToRgb,
  invert,
  posterize,
  solarize,
  autocontrast,
  equalize,
  permuteChannels,
  normalize,
  linearTransformation,
  jpeg,
}

/** Transforms that draw random numbers. */
export const random = {
  randomResizedCrop,
  randomCrop,
  randomZoomOut,
  randomResize,
  randomShortestSize,
  scaleJitter,
  randomRotation,
  randomAffine,
  randomPerspective,
  elasticTransform,
  randomGaussianBlur,
  randomErasing,
  randomHorizontalFlip,
  randomVerticalFlip,
  colorJitter,
  randomPhotometricDistort,
  randomGrayscale,
  randomInvert,
  randomPosterize,
  randomSolarize,
  randomAutocontrast,
  randomEqualize,
  randomAdjustSharpness,
  randomChannelPermutation,
  gaussianNoise,
  randomJpeg,
  autoAugment,
  randAugment,
  trivialAugmentWide,
  augMix,
  randomApply,
  randomChoice: randomImageChoice,
  randomOrder,
}

export const table = { ...deterministic, ...random }
