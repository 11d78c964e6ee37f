import { fail } from '../../check.js'
import { Tensor } from '../../torch/tensor.js'
import { defineTransform } from './transform.js'

/**
 * Flattens an image to a vector of D = C x H x W numbers, subtracts a mean, multiplies by a square matrix, such
 * as a whitening one, and gives it its shape again (torchvision `LinearTransformation`,
 * R `transform_linear_transformation`).
 *
 * @param transformationMatrix - [D, D], on the device of the images
 * @param meanVector - [D], of the same type
 */
export const linearTransformation = defineTransform(
  'linearTransformation',
  (transformationMatrix: Tensor, meanVector: Tensor) => {
    const where = 'transforms.linearTransformation'
    const isSquare =
      transformationMatrix instanceof Tensor &&
      transformationMatrix.dim() === 2 &&
      transformationMatrix.size(0) === transformationMatrix.size(1)
    if (!isSquare) fail(where, 'transformationMatrix', 'a tensor [D, D]', transformationMatrix)
    const size = transformationMatrix.size(0)
    const fits =
      meanVector instanceof Tensor && meanVector.dim() === 1 && meanVector.size(0) === size
    if (!fits) fail(where, 'meanVector', `a tensor [${size}]`, meanVector)
    return { transformationMatrix, meanVector }
  },
  (image, { transformationMatrix, meanVector }) => {
    const size = meanVector.size(0)
    const own = image.shape.slice(-3).reduce((product, length) => product * length, 1)
    if (own !== size) {
      const expected = `an image of ${size} numbers, as many as the matrix has columns,`
      fail('transforms.linearTransformation', 'image', expected, image.shape)
    }
    const centered = image.reshape([-1, size]).sub(meanVector)
    return centered.mm(transformationMatrix.to(centered.dtype)).reshape(image.shape)
  },
)
