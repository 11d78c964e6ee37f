import { checkOptions, fail } from '../../check.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import {
  baseGrid,
  checkDeform,
  type DeformOptions,
  type DeformSettings,
  gridDtype,
  sampleGrid,
} from './grid.js'
import { defineTransform, imageSize } from './transform.js'

/**
 * Moves every pixel by a distance of its own (torchvision v2 `elastic`).
 *
 * @param displacement - [1, H, W, 2]: where each pixel comes from, x and y, relative to itself; 2 is the
 * width or height of the image
 * @param options - `interpolation` is `'bilinear'` by default
 */
export const elastic = defineTransform(
  'elastic',
  (displacement: Tensor, options?: DeformOptions) => {
    const where = 'transforms.elastic'
    if (!(displacement instanceof Tensor)) {
      fail(where, 'displacement', 'a Tensor of shape [1, H, W, 2]', displacement)
    }
    const given = checkOptions(where, options, ['interpolation', 'fill'])
    const deform = checkDeform(where, given, { interpolation: 'bilinear', fill: null })
    return { displacement, ...deform }
  },
  (image, { displacement, ...deform }) => {
    const { height, width } = imageSize(image)
    const { shape } = displacement
    if (shape.join() !== [1, height, width, 2].join()) {
      throw new RangeError(
        `transforms.elastic: expected shape [1, ${height}, ${width}, 2] for displacement, got [${shape.join(', ')}]`,
      )
    }
    return elasticImage('transforms.elastic', image, displacement, deform)
  },
)

/** The work of {@link elastic}, once its settings are checked. */
export function elasticImage(
  where: string,
  image: Tensor,
  displacement: Tensor,
  deform: DeformSettings,
): Tensor {
  // torchvision does these in float32 since before the CPU had kernels for them.
  if (image.dtype === 'float16' && image.device === 'cpu') {
    return elasticImage(where, image.to('float32'), displacement, deform).to('float16')
  }
  const { height, width } = imageSize(image)
  const { device } = image
  const like = { dtype: gridDtype(image), device }
  const steps = (count: number): Tensor =>
    torch.linspace((1 - count) / count, (count - 1) / count, count, like)
  const moves = displacement.to({ dtype: like.dtype, device })
  const grid = baseGrid(steps(width), steps(height), 2, moves).add_(moves)
  return sampleGrid(where, image, grid, deform)
}
