import { checkInteger, fail } from '../../check.js'
import { nextRandom } from '../../data/random.js'
import { native } from '../../native.js'
import type { Tensor } from '../../torch/tensor.js'
import { handleOf } from '../../torch/tensor-access.js'
import { checkColour } from './grayscale.js'
import { checkRange, type Range } from './range.js'
import { defineTransform } from './transform.js'

const LEAST = 1
const MOST = 100

const checkQuality = (name: string, quality: unknown): number =>
  checkInteger(`transforms.${name}`, 'quality', quality, { min: LEAST, max: MOST })

function compressed(name: string, image: Tensor, quality: number): Tensor {
  checkColour(name, image)
  if (image.dtype !== 'uint8' || image.device !== 'cpu') {
    const got = `${image.dtype} on ${image.device}`
    fail(`transforms.${name}`, 'image', 'a uint8 tensor on the CPU', got)
  }
  const last = image.movedim(-3, -1)
  const pixels = last.clone({ memoryFormat: 'contiguous_format' })
  const [height, width, channels] = last.shape.slice(-3) as [number, number, number]
  const flat = pixels.view([-1, height, width, channels])
  native.jpegRoundTrip(handleOf(`transforms.${name}`, 'image', flat), quality)
  return pixels.movedim(-1, -3).contiguous()
}

/**
 * What is left of an image that is saved as JPEG and read again (torchvision `jpeg`).
 *
 * @param quality - 1 ... 100
 * @throws TypeError for other images than uint8 ones on the CPU with 1 or 3 channels
 */
export const jpeg = defineTransform(
  'jpeg',
  (quality: number) => ({ quality: checkQuality('jpeg', quality) }),
  (image, { quality }) => compressed('jpeg', image, quality),
)

/** As {@link jpeg}, with a quality drawn from a range, both ends included (torchvision `JPEG`). */
export const randomJpeg = defineTransform(
  'randomJpeg',
  (quality: Range) => {
    checkRange('transforms.randomJpeg', 'quality', quality)
    const [min, max] = quality
    return { quality: [checkQuality('randomJpeg', min), checkQuality('randomJpeg', max)] as const }
  },
  (image, { quality: [min, max] }) =>
    compressed('randomJpeg', image, min + nextRandom().integer(max - min + 1)),
)
