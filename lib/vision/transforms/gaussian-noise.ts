import { checkBoolean, checkNumber, checkOptions, fail } from '../../check.js'
import { nextRandom, type Random } from '../../data/random.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import type { DType } from '../../torch/types.js'
import { isFloat } from './to-dtype.js'
import { defineTransform } from './transform.js'

/** Options of {@link gaussianNoise}. */
export interface GaussianNoiseOptions {
  /** Mean of the noise, where white is 1. Default 0. */
  mean?: number
  /** Standard deviation of the noise, where white is 1. Default 0.1. */
  sigma?: number
  /** Whether values are cut off at black and white; without it bytes wrap around. Default true. */
  clip?: boolean
}

/**
 * Adds normally distributed noise to every value of a floating-point or uint8 image, each image of a batch
 * its own (torchvision `GaussianNoise`).
 *
 * @throws TypeError for images of other integer types
 */
export const gaussianNoise = defineTransform(
  'gaussianNoise',
  (options?: GaussianNoiseOptions) => {
    const where = 'transforms.gaussianNoise'
    const given = checkOptions(where, options, ['mean', 'sigma', 'clip'])
    const { mean = 0, sigma = 0.1, clip = true } = given
    return {
      mean: checkNumber(where, 'mean', mean),
      sigma: checkNumber(where, 'sigma', sigma, { min: 0 }),
      clip: checkBoolean(where, 'clip', clip),
    }
  },
  (image, { mean, sigma, clip }) => {
    const random = nextRandom()
    if (isFloat(image)) {
      const noisy = normalLike(image, image.dtype, random).mul_(sigma).add_(mean).add_(image)
      return clip ? noisy.clamp_(0, 1) : noisy
    }
    if (image.dtype !== 'uint8') {
      fail('transforms.gaussianNoise', 'image', 'a floating-point or uint8 tensor', image.dtype)
    }
    const noise = normalLike(image, 'float32', random)
      .mul_(sigma * 255)
      .add_(mean * 255)
    const noisy = noise.to('int16').add_(image)
    return (clip ? noisy.clamp_(0, 255) : noisy).to('uint8')
  },
)

/**
 * Standard normal numbers in the shape of an image. Outside of a loader they fill its memory in the order of the
 * image's, as in Python; in a loader that must not matter, as pictures come with their channels first or last.
 */
function normalLike(image: Tensor, dtype: DType, random: Random): Tensor {
  const { device } = image
  const generator = random.generator(device)
  if (generator === undefined) return torch.emptyLike(image, { dtype }).normal_()
  return torch.empty(image.shape, { dtype, device }).normal_(0, 1, { generator })
}
