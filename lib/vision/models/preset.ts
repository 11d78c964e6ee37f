import { fail, isPlainObject } from '../../check.js'
import type { Pipeline } from '../transforms/pipeline.js'
import type { Weights } from './weights-enum.js'

/**
 * How pictures must be prepared for a set of weights: the shorter edge to `resizeSize`, the middle of `cropSize`,
 * values from 0 to 1, normalized. Takes an image [..., 3, H, W], or decodes a picture. The same as `weights.transforms()`.
 *
 * @example
 * const weights = models.ResNet50Weights.DEFAULT
 * const preprocess = models.imageClassification(weights)
 * const image = await preprocess('bird.jpg')
 */
export function imageClassification(weights: Weights): Pipeline {
  if (!isPlainObject(weights) || typeof weights.transforms !== 'function') {
    fail('models.imageClassification', 'weights', 'one of a weights enum', weights)
  }
  return weights.transforms()
}
