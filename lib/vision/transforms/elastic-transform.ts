import { checkNumber, checkOptions, fail, failRange } from '../../check.js'
import { nextRandom, type Random } from '../../data/random.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { elasticImage } from './elastic.js'
import { blur } from './gaussian-blur.js'
import { checkDeform, type DeformOptions } from './grid.js'
import { defineTransform, imageSize } from './transform.js'

type Pair = readonly [x: number, y: number]

/** Options of {@link elasticTransform}; `interpolation` is `'bilinear'` and `fill` 0 by default. */
export interface ElasticTransformOptions extends DeformOptions {
  /** How far pixels move, along x and y. Default 50. */
  alpha?: number | Pair
  /** How smooth the movement is, in pixels; 0 leaves every pixel to itself. Default 5. */
  sigma?: number | Pair
}

/**
 * Moves the pixels of an image by a smooth random field, like a look through water (torchvision
 * `ElasticTransform`).
 */
export const elasticTransform = defineTransform(
  'elasticTransform',
  (options?: ElasticTransformOptions) => {
    const where = 'transforms.elasticTransform'
    const {
      alpha = 50,
      sigma = 5,
      ...others
    } = checkOptions(where, options, ['alpha', 'sigma', 'interpolation', 'fill'])
    const smooth = checkPair(where, 'sigma', sigma)
    if (Math.min(...smooth) < 0 || (smooth[0] === 0) !== (smooth[1] === 0)) {
      failRange(where, 'sigma', 'numbers above 0, or 0 for both,', sigma)
    }
    return {
      alpha: checkPair(where, 'alpha', alpha),
      sigma: smooth,
      ...checkDeform(where, others, { interpolation: 'bilinear', fill: 0 }),
    }
  },
  (image, { alpha, sigma, ...deform }) => {
    const { height, width } = imageSize(image)
    const displacement = randomDisplacement(height, width, alpha, sigma, nextRandom())
    return elasticImage('transforms.elasticTransform', image, displacement, deform)
  },
)

function checkPair(where: string, param: string, value: number | Pair): Pair {
  if (typeof value === 'number') {
    const both = checkNumber(where, param, value)
    return [both, both]
  }
  const values: readonly unknown[] = value
  if (!Array.isArray(values) || values.length < 1 || values.length > 2) {
    fail(where, param, 'a number or [x, y]', value)
  }
  const [x, y = x] = values.map((each) => checkNumber(where, param, each))
  return [x as number, y as number]
}

/** Draws the field of {@link elasticTransform}, [1, H, W, 2] (torchvision `ElasticTransform.make_params`). */
export function randomDisplacement(
  height: number,
  width: number,
  alpha: Pair,
  sigma: Pair,
  random: Pick<Random, 'generator'>,
): Tensor {
  const generator = random.generator('cpu')
  const field = (axis: 0 | 1, length: number): Tensor => {
    const shape = [1, 1, height, width]
    const options = {
      dtype: 'float32',
      device: 'cpu',
      ...(generator !== undefined && { generator }),
    } as const
    const noise = torch.rand(shape, options).mul(2).sub(1)
    return smoothed(noise, axis, sigma).mul(alpha[axis]).div(length)
  }
  return torch.cat([field(0, width), field(1, height)], 1).permute([0, 2, 3, 1])
}

function smoothed(noise: Tensor, axis: 0 | 1, sigma: Pair): Tensor {
  if (sigma[axis] === 0) return noise
  const size = Math.trunc(8 * sigma[axis] + 1)
  const odd = size % 2 === 0 ? size + 1 : size
  return blur('transforms.elasticTransform', noise, [odd, odd], sigma)
}
