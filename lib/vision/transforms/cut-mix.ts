import { drawBeta } from '../../data/dirichlet.js'
import { pair } from '../../data/pair.js'
import { nextRandom, type Random } from '../../data/random.js'
import type { Tensor } from '../../torch/tensor.js'
import { defineBatchTransform } from './batch.js'
import { checkMixOptions, type MixOptions, mixRows, softLabels } from './mix-labels.js'
import { imageSize } from './transform.js'

interface Edges {
  readonly top: number
  readonly left: number
  readonly bottom: number
  readonly right: number
}

/**
 * Puts a random box of the picture before it into each picture of a batch, and mixes the labels by the
 * box's share of the area (torchvision `CutMix`). The batch should be shuffled.
 *
 * @returns images, and labels as probabilities [N, classes]
 */
export const cutMix = defineBatchTransform(
  'cutMix',
  (options?: MixOptions) => checkMixOptions('cutMix', options),
  ([x, y], { alpha, numClasses }) => {
    const labels = softLabels('cutMix', y, numClasses)
    const { height, width } = imageSize(x)
    const box = drawBox(height, width, alpha, nextRandom())
    const area = (box.right - box.left) * (box.bottom - box.top)
    const output = x.clone()
    within(output, box).copy_(within(x, box).roll(1, 0))
    return pair(output, mixRows(labels, 1 - area / (width * height)))
  },
)

const within = (images: Tensor, { top, left, bottom, right }: Edges): Tensor =>
  images.narrow(-2, top, bottom - top).narrow(-1, left, right - left)

/** A box of random size around a random pixel, cut off at the edges of the image. */
function drawBox(height: number, width: number, alpha: number, random: Random): Edges {
  const share = drawBeta(alpha, random)
  const x = random.integer(width)
  const y = random.integer(height)
  const radius = 0.5 * Math.sqrt(1 - share)
  const halfWidth = Math.trunc(radius * width)
  const halfHeight = Math.trunc(radius * height)
  return {
    left: Math.max(x - halfWidth, 0),
    top: Math.max(y - halfHeight, 0),
    right: Math.min(x + halfWidth, width),
    bottom: Math.min(y + halfHeight, height),
  }
}
