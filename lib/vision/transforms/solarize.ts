import { checkNumber, failRange } from '../../check.js'
import { float } from '../../torch/float.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { inverted } from './invert.js'
import { checkProbability, randomly } from './randomly.js'
import { maxValue } from './to-dtype.js'
import { defineTransform } from './transform.js'

const checkThreshold = (name: string, threshold: number): { threshold: number } => ({
  threshold: checkNumber(`transforms.${name}`, 'threshold', threshold),
})

function solarized(name: string, image: Tensor, threshold: number): Tensor {
  const where = `transforms.${name}`
  const white = maxValue(image.dtype)
  if (threshold > white) {
    failRange(where, 'threshold', `at most the ${white} of white`, threshold)
  }
  return torch.where(image.ge(float(threshold)), inverted(where, image), image)
}

/** Inverts the values that are at least `threshold`, which counts as the image does (torchvision `solarize`). */
export const solarize = defineTransform(
  'solarize',
  (threshold: number) => checkThreshold('solarize', threshold),
  (image, { threshold }) => solarized('solarize', image, threshold),
)

/** Solarizes an image with probability `p` (torchvision `RandomSolarize`). */
export const randomSolarize = defineTransform(
  'randomSolarize',
  (threshold: number, p?: number) => ({
    ...checkThreshold('randomSolarize', threshold),
    ...checkProbability('randomSolarize', p),
  }),
  (image, { threshold, p }) =>
    randomly(p, image, () => solarized('randomSolarize', image, threshold)),
)
