// `transforms`: every transform as a function of an image, and pipelines of them.

import { deterministic } from './table.js'

export { type AffineOptions, affine, type Point } from './affine.js'
export { type AugMixOptions, augMix } from './aug-mix.js'
export { type AutoAugmentPolicy, autoAugment } from './auto-augment.js'
export { autocontrast, randomAutocontrast } from './autocontrast.js'
export type { Batch, BatchSample, BatchStep, BatchTransform } from './batch.js'
export { permuteChannels, randomChannelPermutation } from './channels.js'
export { adjustBrightness, adjustContrast, adjustSaturation } from './color.js'
export { type ColorJitterOptions, colorJitter, colorJitterSteps } from './color-jitter.js'
export { type Box, centerCrop, crop } from './crop.js'
export { cutMix } from './cut-mix.js'
export { elastic } from './elastic.js'
export { type ElasticTransformOptions, elasticTransform } from './elastic-transform.js'
export { equalize, randomEqualize } from './equalize.js'
export { type EraseOptions, erase } from './erase.js'
export type { Fill } from './fill.js'
export { fiveCrop, type MultiCrop, type TenCropOptions, tenCrop } from './five-crop.js'
export {
  horizontalFlip,
  horizontalFlip as hflip,
  randomHorizontalFlip,
  randomVerticalFlip,
  verticalFlip,
  verticalFlip as vflip,
} from './flip.js'
export { adjustGamma } from './gamma.js'
export {
  type GaussianBlurOptions,
  gaussianBlur,
  type KernelSize,
  type RandomGaussianBlurOptions,
  randomGaussianBlur,
} from './gaussian-blur.js'
export { type GaussianNoiseOptions, gaussianNoise } from './gaussian-noise.js'
export { grayscale, grayscaleToRgb, randomGrayscale, rgbToGrayscale } from './grayscale.js'
export type { DeformOptions, GridInterpolation } from './grid.js'
export { adjustHue } from './hue.js'
export type { Interpolation, InterpolationOptions } from './interpolate.js'
export { invert, randomInvert } from './invert.js'
export { jpeg, randomJpeg } from './jpeg.js'
export type { ViewsFunction, ViewsInfo } from './lambda.js'
export { linearTransformation } from './linear-transformation.js'
export type { MixOptions } from './mix-labels.js'
export { mixUp } from './mix-up.js'
export { type NormalizeOptions, normalize } from './normalize.js'
export { type Padding, type PadOptions, pad } from './pad.js'
export { type Corners, type PerspectiveOptions, perspective } from './perspective.js'
export {
  type RandomPhotometricDistortOptions,
  randomPhotometricDistort,
} from './photometric-distort.js'
export { compose, type Pipeline, pipeline } from './pipeline.js'
export { posterize, randomPosterize } from './posterize.js'
export * as presets from './presets.js'
export { type RandAugmentOptions, randAugment } from './rand-augment.js'
export { type RandomAffineOptions, randomAffine } from './random-affine.js'
export { randomApply } from './random-apply.js'
export { type RandomChoice, randomChoice } from './random-choice.js'
export { type RandomCropOptions, randomCrop } from './random-crop.js'
export { type RandomErasingOptions, randomErasing } from './random-erasing.js'
export { randomOrder } from './random-order.js'
export { type RandomPerspectiveOptions, randomPerspective } from './random-perspective.js'
export {
  type RandomShortestSizeOptions,
  randomResize,
  randomShortestSize,
  type ScaleJitterOptions,
  scaleJitter,
} from './random-resize.js'
export {
  type RandomResizedCropOptions,
  randomResizedCrop,
  randomResizedCropBox,
} from './random-resized-crop.js'
export { randomRotation } from './random-rotation.js'
export { type RandomZoomOutOptions, randomZoomOut } from './random-zoom-out.js'
export type { Range } from './range.js'
export { type ResizeOptions, resize, resizedSize } from './resize.js'
export { resizedCrop } from './resized-crop.js'
export { type RotateOptions, rotate } from './rotate.js'
export { adjustSharpness, randomAdjustSharpness } from './sharpness.js'
export type { CropSize, HeightWidth } from './size.js'
export { randomSolarize, solarize } from './solarize.js'
export type { Composable } from './steps.js'
export { to } from './to-device.js'
export { convertImageDtype, type ImageDType, type ToDtypeOptions, toDtype } from './to-dtype.js'
export { toTensor } from './to-tensor.js'
export type { Step, Transform } from './transform.js'
export { type TrivialAugmentWideOptions, trivialAugmentWide } from './trivial-augment-wide.js'

/** The transforms without chance: for given boxes and factors. */
export const functional = deterministic
