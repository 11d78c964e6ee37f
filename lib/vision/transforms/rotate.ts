import { checkBoolean, checkNumber, checkOptions } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import {
  type AffineOptions,
  type AffineSettings,
  affineGrid,
  checkAffineOptions,
  fromMiddle,
  inverseMatrix,
} from './affine.js'
import { sampleGrid } from './grid.js'
import { defineTransform, imageSize } from './transform.js'

/** Options of {@link rotate}. */
export interface RotateOptions extends AffineOptions {
  /** Whether the new image is large enough for all of the old one; only for the default center. Default false. */
  expand?: boolean
}

/** What is left of {@link RotateOptions} once they are checked. */
export interface RotateSettings extends AffineSettings {
  readonly expand: boolean
}

/**
 * Turns an image counterclockwise (torchvision v2 `rotate`, R `transform_rotate`).
 *
 * Multiples of 90 degrees about the middle move pixels and compute none, where the image keeps its size.
 *
 * @param angle - in degrees
 */
export const rotate = defineTransform(
  'rotate',
  (angle: number, options?: RotateOptions) => {
    const where = 'transforms.rotate'
    return {
      angle: checkNumber(where, 'angle', angle),
      ...checkRotateOptions(where, options, null),
    }
  },
  (image, params) => rotateImage('transforms.rotate', image, params),
)

/** @param fill - the default */
export function checkRotateOptions(
  where: string,
  options: RotateOptions | undefined,
  fill: number | null,
): RotateSettings {
  const { expand = false, ...others } = checkOptions(where, options, [
    'interpolation',
    'expand',
    'center',
    'fill',
  ])
  return {
    expand: checkBoolean(where, 'expand', expand),
    ...checkAffineOptions(where, others, fill),
  }
}

/** The work of {@link rotate}, once its settings are checked. */
export function rotateImage(
  where: string,
  image: Tensor,
  { angle, expand, center, ...deform }: RotateSettings & { readonly angle: number },
): Tensor {
  const { height, width } = imageSize(image)
  const turn = withinCircle(angle)
  if (center === null) {
    if (turn === 0) return image.clone()
    if (turn === 180) return image.rot90(2, [-2, -1])
    if (expand || width === height) {
      if (turn === 90) return image.rot90(1, [-2, -1])
      if (turn === 270) return image.rot90(3, [-2, -1])
    }
  }
  const matrix = inverseMatrix({
    center: fromMiddle(image, center),
    angle: -turn,
    translate: [0, 0],
    scale: 1,
    shear: [0, 0],
  })
  const [newHeight, newWidth] = expand ? expandedSize(matrix, height, width) : [height, width]
  const grid = affineGrid(image, matrix, newHeight, newWidth)
  return sampleGrid(where, image, grid, deform)
}

/** The angle in [0, 360), as Python's remainder. */
function withinCircle(angle: number): number {
  const rest = angle % 360
  return rest < 0 ? rest + 360 : rest
}

/** The size that holds the corners of an image once they are turned; in float32, as torchvision. */
function expandedSize(
  matrix: readonly number[],
  height: number,
  width: number,
): [height: number, width: number] {
  const like = { dtype: 'float32', device: 'cpu' } as const
  const [x, y] = [0.5 * width, 0.5 * height]
  const corners = torch.tensor(
    [
      [-x, -y, 1],
      [-x, y, 1],
      [x, y, 1],
      [x, -y, 1],
    ],
    like,
  )
  const theta = torch.tensor([...matrix], like).reshape([2, 3])
  const { min, max } = corners.matmul(theta.t()).aminmax({ dim: 0 })
  const half = torch.tensor([x, y], like)
  // What is less than 1e-4 of a pixel over is rounding.
  const whole = (edge: Tensor): Tensor => edge.add_(half).mul_(1e4).trunc_().mul_(1e-4)
  const [newWidth, newHeight] = whole(max).ceil_().sub_(whole(min).floor_()).toArray() as [
    number,
    number,
  ]
  return [newHeight, newWidth]
}
