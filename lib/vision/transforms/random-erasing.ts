import { checkBoolean, checkOptions, fail } from '../../check.js'
import { nextRandom, type Random } from '../../data/random.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkValues, colour, eraseBox } from './erase.js'
import { checkProbability } from './randomly.js'
import { checkRange, type Range } from './range.js'
import { roundHalfEven } from './size.js'
import { defineTransform, imageSize } from './transform.js'

/** Options of {@link randomErasing}. */
export interface RandomErasingOptions {
  /** The probability that anything is done. Default 0.5. */
  p?: number
  /** The share of the image's area, within 0 ... 1. Default [0.02, 0.33]. */
  scale?: Range
  /** Height over width of the box. Default [0.3, 3.3]. */
  ratio?: Range
  /** The new value, or one per channel; `'random'` for noise with mean 0 and deviation 1. Default 0. */
  value?: number | readonly number[] | 'random'
  /** Whether the image itself is changed. Default false. */
  inplace?: boolean
}

/**
 * Overwrites a random box of an image with probability `p`; the same box in all images of a batch
 * (torchvision `RandomErasing`, R `transform_random_erasing`). Zhong et al., "Random Erasing Data
 * Augmentation" (AAAI 2020).
 */
export const randomErasing = defineTransform(
  'randomErasing',
  (options?: RandomErasingOptions) => {
    const where = 'transforms.randomErasing'
    const given = checkOptions(where, options, ['p', 'scale', 'ratio', 'value', 'inplace'])
    const { p, scale = [0.02, 0.33], ratio = [0.3, 3.3], value = 0, inplace = false } = given
    if (typeof value === 'string' && value !== 'random') {
      fail(where, 'value', "a number, one per channel, or 'random'", value)
    }
    return {
      ...checkProbability('randomErasing', p),
      scale: checkRange(where, 'scale', scale, { min: 0, max: 1 }),
      ratio: checkRange(where, 'ratio', ratio, { above: 0 }),
      value: value === 'random' ? value : checkValues(where, 'value', value),
      inplace: checkBoolean(where, 'inplace', inplace),
    }
  },
  (image, { p, scale, ratio, value, inplace }) => {
    const random = nextRandom()
    if (!random.chance(p)) return image
    const { channels, height, width } = imageSize(image)
    const pixel =
      value === 'random' ? null : colour('transforms.randomErasing', 'value', image, value)
    const size = randomErasingSize(height, width, { scale, ratio }, random)
    if (size === undefined) return image
    // Noise is drawn before the place is.
    const content = pixel ?? noise([channels, ...size], random)
    const box = {
      top: random.integer(height - size[0] + 1),
      left: random.integer(width - size[1] + 1),
      height: size[0],
      width: size[1],
    }
    return eraseBox(image, box, content, inplace)
  },
)

function noise(shape: readonly number[], random: Pick<Random, 'generator'>): Tensor {
  const generator = random.generator('cpu')
  return torch
    .empty(shape, { dtype: 'float32', device: 'cpu' })
    .normal_(0, 1, generator === undefined ? {} : { generator })
}

/**
 * Draws the size of the box of {@link randomErasing} (torchvision `RandomErasing.make_params`): ten times
 * an area and a ratio, until the box is smaller than the image; else undefined.
 */
function randomErasingSize(
  height: number,
  width: number,
  { scale, ratio }: { scale: Range; ratio: Range },
  random: Pick<Random, 'uniform' | 'logUniform'>,
): [height: number, width: number] | undefined {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * random.uniform(...scale)
    const aspect = random.logUniform(...ratio)
    const h = roundHalfEven(Math.sqrt(area * aspect))
    const w = roundHalfEven(Math.sqrt(area / aspect))
    if (h < height && w < width) return [h, w]
  }
  return undefined
}
