import { checkNumber, checkOptions, fail } from '../../check.js'
import { LinAlgError } from '../../errors.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkPoint, type Point } from './affine.js'
import {
  baseGrid,
  checkDeform,
  type DeformOptions,
  type DeformSettings,
  gridDtype,
  sampleGrid,
} from './grid.js'
import { defineTransform, imageSize } from './transform.js'

/** Four points: top left, top right, bottom right, bottom left. */
export type Corners = readonly [Point, Point, Point, Point]

/** Options of {@link perspective}; `interpolation` is `'bilinear'` by default. */
export interface PerspectiveOptions extends DeformOptions {
  /**
   * Instead of points, the numbers a to h of the map from the new image to the old one:
   * x' = (a x + b y + c) / (g x + h y + 1) and y' = (d x + e y + f) / (g x + h y + 1).
   */
  coefficients?: readonly number[]
}

/**
 * Moves four points of an image to others, as a picture on a tilted plane (torchvision v2
 * `perspective`, R `transform_perspective`).
 *
 * @param startpoints - four points of the image; null where `coefficients` are given
 * @param endpoints - where they come to lie; likewise
 */
export const perspective = defineTransform(
  'perspective',
  (startpoints: Corners | null, endpoints: Corners | null, options?: PerspectiveOptions) => {
    const where = 'transforms.perspective'
    const { coefficients, ...others } = checkOptions(where, options, [
      'coefficients',
      'interpolation',
      'fill',
    ])
    const deform = checkDeform(where, others, { interpolation: 'bilinear', fill: null })
    if (coefficients === undefined) {
      const from = checkCorners(where, 'startpoints', startpoints)
      const to = checkCorners(where, 'endpoints', endpoints)
      return { coefficients: perspectiveCoefficients(where, from, to), ...deform }
    }
    if (startpoints !== null || endpoints !== null) {
      throw new TypeError(`${where}: coefficients go with startpoints and endpoints of null`)
    }
    return { coefficients: checkCoefficients(where, coefficients), ...deform }
  },
  (image, params) => perspectiveImage('transforms.perspective', image, params),
)

function checkCorners(where: string, param: string, corners: Corners | null): Corners {
  if (!Array.isArray(corners) || corners.length !== 4) {
    fail(where, param, 'four points [x, y]', corners)
  }
  return corners.map((corner: Point) => checkPoint(where, param, corner)) as unknown as Corners
}

function checkCoefficients(where: string, values: readonly number[]): readonly number[] {
  if (!Array.isArray(values) || values.length !== 8) {
    fail(where, 'coefficients', 'eight numbers', values)
  }
  return values.map((value) => checkNumber(where, 'coefficients', value))
}

/**
 * The coefficients a to h (see {@link PerspectiveOptions}) that take `to` back to `from`.
 *
 * @throws RangeError where the equations have no solution, as for four corners in one
 */
export function perspectiveCoefficients(where: string, from: Corners, to: Corners): number[] {
  const rows = to.flatMap(([x, y], corner) => {
    const [u, v] = from[corner] as Point
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y],
      [0, 0, 0, x, y, 1, -v * x, -v * y],
    ]
  })
  try {
    return torch.scope(() => {
      const matrix = torch.tensor(rows, { dtype: 'float64', device: 'cpu' })
      const values = torch.tensor(from.flat(), { dtype: 'float64', device: 'cpu' })
      const { solution } = torch.linalg.lstsq(matrix, values, { driver: 'gels' })
      return solution.to('float32').toArray() as number[]
    })
  } catch (error) {
    if (!(error instanceof LinAlgError)) throw error
    const points = to.map((point) => `[${point.join(', ')}]`).join(', ')
    throw new RangeError(`${where}: no perspective has its corners at ${points}`, { cause: error })
  }
}

/** The work of {@link perspective}, once its settings are checked. */
export function perspectiveImage(
  where: string,
  image: Tensor,
  { coefficients, ...deform }: DeformSettings & { readonly coefficients: readonly number[] },
): Tensor {
  return sampleGrid(where, image, perspectiveGrid(image, coefficients), deform)
}

function perspectiveGrid(image: Tensor, coefficients: readonly number[]): Tensor {
  const { height, width } = imageSize(image)
  const like = { dtype: gridDtype(image), device: image.device }
  const [g, h] = coefficients.slice(6) as [number, number]
  const above = torch.tensor(coefficients.slice(0, 6), like).reshape([1, 2, 3])
  const below = torch.tensor([g, h, 1, g, h, 1], like).reshape([1, 2, 3])
  const steps = (count: number): Tensor => torch.linspace(0.5, count - 0.5, count, like)
  const half = torch.tensor([0.5 * width, 0.5 * height], like)
  const places = baseGrid(steps(width), steps(height), 3, above).reshape([1, height * width, 3])
  return places
    .bmm(above.transpose(1, 2).div_(half))
    .div_(places.bmm(below.transpose(1, 2)))
    .sub_(1)
    .reshape([1, height, width, 2])
}
