// How pictures are prepared for published weights.

import { checkOptions } from '../../check.js'
import type { Interpolation } from './interpolate.js'
import { type Pipeline, pipeline } from './pipeline.js'

/** Options of {@link imageClassification}. */
export interface ImageClassificationOptions {
  /** Side of the square in the middle that is kept, in pixels. */
  cropSize: number
  /** Shorter side after resizing, in pixels. Default 256. */
  resizeSize?: number
  /** Mean of each channel, which is subtracted. Default that of ImageNet. */
  mean?: readonly number[]
  /** Standard deviation of each channel, by which is divided. Default that of ImageNet. */
  std?: readonly number[]
  /** Default `'bilinear'`. */
  interpolation?: Interpolation
  /** Default true. */
  antialias?: boolean
}

const IMAGENET_MEAN = [0.485, 0.456, 0.406]
const IMAGENET_STD = [0.229, 0.224, 0.225]

/**
 * Resizes the shorter side, cuts out the middle, makes values float32 from 0 to 1 and normalizes them
 * (torchvision's preset `ImageClassification`). Takes images [..., 3, H, W], or decodes a picture.
 *
 * Floating-point images give the bits of torchvision's preset. Bytes are resized as v2 does: at most 2 of
 * 255 levels, for 1 value in 100, from its preset on Pillow's images, with which accuracies are measured.
 * (On tensors of bytes its preset goes by way of float32, and with `'bicubic'` is up to 10 levels from that.)
 */
export function imageClassification(options: ImageClassificationOptions): Pipeline {
  const {
    cropSize,
    resizeSize = 256,
    mean = IMAGENET_MEAN,
    std = IMAGENET_STD,
    interpolation = 'bilinear',
    antialias = true,
  } = checkOptions('transforms.presets.imageClassification', options, [
    'cropSize',
    'resizeSize',
    'mean',
    'std',
    'interpolation',
    'antialias',
  ])
  return (
    pipeline()
      .resize(resizeSize, { interpolation, antialias })
      .centerCrop(cropSize)
      // Bytes are divided by 255 there; other types are converted as usual.
      .toTensor()
      .convertImageDtype('float32')
      .normalize(mean, std)
  )
}
