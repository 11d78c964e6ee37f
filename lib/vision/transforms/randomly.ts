import { checkNumber } from '../../check.js'
import { nextRandom } from '../../data/random.js'
import type { Tensor } from '../../torch/tensor.js'

/** The probability of a transform that is sometimes applied. */
export const checkProbability = (name: string, p = 0.5): { p: number } => ({
  p: checkNumber(`transforms.${name}`, 'p', p, { min: 0, max: 1 }),
})

/** What `work` makes of an image, with probability `p`; else the image. The images of a batch all or none. */
export const randomly = (p: number, image: Tensor, work: () => Tensor): Tensor =>
  nextRandom().chance(p) ? work() : image
