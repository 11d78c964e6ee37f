import { checkBoolean, checkInteger, checkNumber } from '../../check.js'
import { drawDirichlet } from '../../data/dirichlet.js'
import { nextRandom, type Random } from '../../data/random.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import {
  type AugmentSpace,
  augment,
  checkAugmentOptions,
  drawOperation,
  posterizing,
  signed,
  solarizing,
} from './augment-space.js'
import type { DeformOptions } from './grid.js'
import { defineTransform } from './transform.js'

/** Options of {@link augMix}. */
export interface AugMixOptions extends DeformOptions {
  /** How strong the operations are at most, 1 ... 10. Default 3. */
  severity?: number
  /** How many chains of operations are mixed. Default 3. */
  mixtureWidth?: number
  /** How many operations a chain has; for 0 and less 1 to 3, drawn for each. Default -1. */
  chainDepth?: number
  /** Parameter of the distributions of the shares. Default 1. */
  alpha?: number
  /** Whether brightness, colour, contrast and sharpness are changed as well. Default true. */
  allOps?: boolean
}

const STEPS = 10

const PARTIAL: AugmentSpace = [
  ['shearX', signed(0.3)],
  ['shearY', signed(0.3)],
  ['translateX', signed(({ width }) => width / 3)],
  ['translateY', signed(({ height }) => height / 3)],
  ['rotate', signed(30)],
  ['posterize', posterizing(4, 4)],
  ['solarize', solarizing],
  ['autocontrast', null],
  ['equalize', null],
]
const ALL: AugmentSpace = [
  ...PARTIAL,
  ['brightness', signed(0.9)],
  ['color', signed(0.9)],
  ['contrast', signed(0.9)],
  ['sharpness', signed(0.9)],
]

/**
 * Mixes an image with several chains of random operations on it, in random shares (torchvision `AugMix`);
 * pictures of values from 0 to 255 or 0 to 1, with 1 or 3 channels. Each image of a batch has its own
 * shares. `interpolation` is `'bilinear'` unless given.
 */
export const augMix = defineTransform(
  'augMix',
  (options?: AugMixOptions) => {
    const where = 'transforms.augMix'
    const names = ['severity', 'mixtureWidth', 'chainDepth', 'alpha', 'allOps'] as const
    const { given, settings } = checkAugmentOptions(where, options, names, 'bilinear')
    const { severity = 3, mixtureWidth = 3, chainDepth = -1, alpha = 1, allOps = true } = given
    return {
      severity: checkInteger(where, 'severity', severity, { min: 1, max: STEPS }),
      mixtureWidth: checkInteger(where, 'mixtureWidth', mixtureWidth, { min: 1 }),
      chainDepth: checkInteger(where, 'chainDepth', chainDepth),
      alpha: checkNumber(where, 'alpha', alpha, { above: 0 }),
      allOps: checkBoolean(where, 'allOps', allOps),
      ...settings,
    }
  },
  (image, { severity, mixtureWidth, chainDepth, alpha, allOps, ...settings }) => {
    const random = nextRandom()
    const batch = image.dim() === 3 ? image.unsqueeze(0) : image
    const [own, ofChains] = drawShares(batch, alpha, mixtureWidth, random)
    const mixed = own.mul(batch)
    for (let chain = 0; chain < mixtureWidth; chain++) {
      let output = batch
      const depth = chainDepth > 0 ? chainDepth : 1 + random.integer(3)
      for (let count = 0; count < depth; count++) {
        const operation = drawOperation(allOps ? ALL : PARTIAL, random)
        const index = (): number => random.integer(severity)
        output = augment(output, operation, index, STEPS, settings, random)
      }
      mixed.add_(ofChains.select(0, chain).mul(output))
    }
    return mixed.reshape(image.shape).to(image.dtype)
  },
)

/** The share of the images and, in the first dimension, those of the chains; they sum to 1 for each image. */
function drawShares(
  batch: Tensor,
  alpha: number,
  chains: number,
  random: Random,
): [own: Tensor, ofChains: Tensor] {
  const { device } = batch
  const count = batch.size(0)
  const draw = (parts: number): Tensor =>
    drawDirichlet(
      torch.full([parts], alpha, { dtype: 'float32', device }).expand([count, -1]),
      random,
    )
  const shares = draw(2)
  const ofChains = draw(chains).mul(shares.narrow(1, 1, 1))
  const each = [count, ...batch.shape.slice(1).map(() => 1)]
  return [shares.select(1, 0).reshape(each), ofChains.transpose(0, 1).reshape([chains, ...each])]
}
