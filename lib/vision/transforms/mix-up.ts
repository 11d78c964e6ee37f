import { fail } from '../../check.js'
import { drawBeta } from '../../data/dirichlet.js'
import { pair } from '../../data/pair.js'
import { nextRandom } from '../../data/random.js'
import { defineBatchTransform } from './batch.js'
import { checkMixOptions, type MixOptions, mixRows, softLabels } from './mix-labels.js'
import { isFloat } from './to-dtype.js'

/**
 * Blends each picture of a batch, and its label, with the one before it, all in the same random
 * proportion (torchvision `MixUp`). The batch should be shuffled.
 *
 * @returns images, and labels as probabilities [N, classes]
 * @throws TypeError for integer images: convert them first
 * @example
 * ```ts
 * const mixUp = transforms.mixUp.step({ alpha: 0.2, numClasses: 10 })
 * const loader = dataloader(trainDs, { batchSize: 64, shuffle: true, collate: mixUp.collate })
 * ```
 */
export const mixUp = defineBatchTransform(
  'mixUp',
  (options?: MixOptions) => checkMixOptions('mixUp', options),
  ([x, y], { alpha, numClasses }) => {
    if (!isFloat(x)) fail('transforms.mixUp', 'the images', 'a floating-point tensor', x.dtype)
    const labels = softLabels('mixUp', y, numClasses)
    const share = drawBeta(alpha, nextRandom())
    return pair(mixRows(x, share), mixRows(labels, share))
  },
)
