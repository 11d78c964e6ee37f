import { defineTransform } from './transform.js'

/**
 * Turns a uint8 image with values 0 ... 255 into float32 with values 0 ... 1, contiguous; images of
 * other types are returned unchanged (torchvision `ToTensor`, R `transform_to_tensor`).
 *
 * In a pipeline that is given a file, decoding comes before it by itself.
 */
export const toTensor = defineTransform(
  'toTensor',
  () => ({}),
  (image) => (image.dtype === 'uint8' ? image.contiguous().to('float32').div_(255) : image),
)
