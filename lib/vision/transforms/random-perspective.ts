import { checkNumber, checkOptions } from '../../check.js'
import { nextRandom, type Random } from '../../data/random.js'
import { checkDeform, type DeformOptions } from './grid.js'
import { type Corners, perspectiveCoefficients, perspectiveImage } from './perspective.js'
import { checkProbability } from './randomly.js'
import { defineTransform, imageSize } from './transform.js'

/** Options of {@link randomPerspective}; `interpolation` is `'bilinear'` and `fill` 0 by default. */
export interface RandomPerspectiveOptions extends DeformOptions {
  /** How far corners move at most: 1 is to the middle of the image. Default 0.5. */
  distortionScale?: number
  /** The probability that anything is done. Default 0.5. */
  p?: number
}

/**
 * Moves the corners of an image inwards, each by a random distance, with probability `p` (torchvision
 * `RandomPerspective`, R `transform_random_perspective`).
 */
export const randomPerspective = defineTransform(
  'randomPerspective',
  (options?: RandomPerspectiveOptions) => {
    const where = 'transforms.randomPerspective'
    const {
      distortionScale = 0.5,
      p,
      ...others
    } = checkOptions(where, options, ['distortionScale', 'p', 'interpolation', 'fill'])
    return {
      distortionScale: checkNumber(where, 'distortionScale', distortionScale, { min: 0, max: 1 }),
      ...checkProbability('randomPerspective', p),
      ...checkDeform(where, others, { interpolation: 'bilinear', fill: 0 }),
    }
  },
  (image, { distortionScale, p, ...deform }) => {
    const random = nextRandom()
    if (!random.chance(p)) return image
    const { height, width } = imageSize(image)
    const [from, to] = randomCorners(height, width, distortionScale, random)
    const where = 'transforms.randomPerspective'
    const coefficients = perspectiveCoefficients(where, from, to)
    return perspectiveImage(where, image, { coefficients, ...deform })
  },
)

/** The corners of an image, and where they go (torchvision `RandomPerspective.make_params`). */
export function randomCorners(
  height: number,
  width: number,
  distortionScale: number,
  random: Pick<Random, 'integer'>,
): [from: Corners, to: Corners] {
  const down = Math.trunc(distortionScale * Math.floor(height / 2)) + 1
  const right = Math.trunc(distortionScale * Math.floor(width / 2)) + 1
  const left = (): number => random.integer(right)
  const top = (): number => random.integer(down)
  const fromRight = (): number => width - right + random.integer(right)
  const fromBottom = (): number => height - down + random.integer(down)
  return [
    [
      [0, 0],
      [width - 1, 0],
      [width - 1, height - 1],
      [0, height - 1],
    ],
    [
      [left(), top()],
      [fromRight(), top()],
      [fromRight(), fromBottom()],
      [left(), fromBottom()],
    ],
  ]
}
