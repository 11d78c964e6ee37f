// Losses that libtorch's modules lack, or whose inputs are not only tensors: written over nn.functional.

import type { Tensor } from '../../torch/tensor.js'
import {
  buffer,
  callback,
  choice,
  count,
  flag,
  type Hidden,
  hide,
  integer,
  nullable,
  real,
  type Settings,
  shape,
} from '../fields.js'
import { functional } from '../functional/index.js'
import type { LossReduction } from '../functional/reduction.js'
import { type Maker, maker, scriptLayer } from '../layer.js'
import { bool } from '../print.js'
import { type Linear, linear, pairwiseDistance } from './linear.js'

const reduction = choice<LossReduction>(['none', 'mean', 'sum'], 'mean')

/** The normal distribution's negative log-likelihood. Made by {@link gaussianNllLoss}. */
export class GaussianNLLLoss extends scriptLayer('GaussianNLLLoss', {
  full: flag(),
  eps: real(1e-6, { above: 0 }),
  reduction,
}) {
  /** @param variance one for each element, or for each row */
  override forward(input: Tensor, target: Tensor, variance: Tensor | number): Tensor {
    const { full, eps, reduction } = this
    return functional.gaussianNllLoss(input, target, variance, { full, eps, reduction })
  }
}
/** (log v + (x − y)² / v) / 2 for a predicted variance v, at least `eps`. PyTorch's `nn.GaussianNLLLoss`. */
export const gaussianNllLoss: Maker<typeof GaussianNLLLoss> = maker(
  'gaussianNllLoss',
  GaussianNLLLoss,
)

/** Connectionist temporal classification. Made by {@link ctcLoss}. */
export class CTCLoss extends scriptLayer('CTCLoss', {
  blank: integer(0, { min: 0 }),
  reduction,
  zeroInfinity: flag(),
}) {
  /**
   * @param logProbs [T, N, C] or [T, C]
   * @param targets [N, S], or all of them after each other
   */
  override forward(
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: Tensor | readonly number[],
    targetLengths: Tensor | readonly number[],
  ): Tensor {
    const { blank, reduction, zeroInfinity } = this
    return functional.ctcLoss(logProbs, targets, inputLengths as Tensor, targetLengths as Tensor, {
      blank,
      reduction,
      zeroInfinity,
    })
  }
}
/** The likelihood of a sequence over all its alignments (Graves et al. 2006). PyTorch's `nn.CTCLoss`. */
export const ctcLoss: Maker<
  typeof CTCLoss,
  [blank?: number, reduction?: LossReduction, zeroInfinity?: boolean]
> = maker('ctcLoss', CTCLoss)

type Distance = (a: Tensor, b: Tensor) => Tensor

const distance: Hidden<Distance | null> = {
  ...hide(callback<Distance>()),
  finish: (loss, _, given) => {
    Reflect.set(loss, 'distance_function', given ?? pairwiseDistance())
  },
}

/** Distances of an anchor by any measure. Made by {@link tripletMarginWithDistanceLoss}. */
export class TripletMarginWithDistanceLoss extends scriptLayer('TripletMarginWithDistanceLoss', {
  distanceFunction: distance,
  margin: real(1, { above: 0 }),
  swap: flag(),
  reduction,
}) {
  /** A function or a module, which is registered; the name is that of every state dict. */
  declare distance_function: Distance

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distance_function: distanceFunction, margin, swap, reduction } = this
    return functional.tripletMarginWithDistanceLoss(anchor, positive, negative, {
      distanceFunction,
      margin,
      swap,
      reduction,
    })
  }
}
/** `tripletMarginLoss` by a distance of your own, the Euclidean one unless given. PyTorch's `nn.TripletMarginWithDistanceLoss`. */
export const tripletMarginWithDistanceLoss: Maker<typeof TripletMarginWithDistanceLoss> = maker(
  'tripletMarginWithDistanceLoss',
  TripletMarginWithDistanceLoss,
)

const linearCrossEntropy = {
  inFeatures: hide(count()),
  numClasses: count(),
  outFeatures: shape(1, []),
  bias: hide(flag()),
  reduction,
  weight: buffer(),
  ignoreIndex: nullable(integer()),
  labelSmoothing: real(0, { min: 0, max: 1 }),
}

/** Cross entropy of a linear layer's output. Made by {@link linearCrossEntropyLoss}. */
export class LinearCrossEntropyLoss extends scriptLayer(
  'LinearCrossEntropyLoss',
  linearCrossEntropy,
  'numClasses outFeatures reduction ignoreIndex labelSmoothing',
) {
  /** [numClasses], or null */
  declare weight: Tensor | null
  /** To numClasses · ∏ outFeatures outputs. */
  linear: Linear

  /** @internal */
  constructor(settings: Settings<typeof linearCrossEntropy>) {
    super(settings)
    const { numClasses, outFeatures } = settings
    const { inFeatures, bias } = settings as unknown as { inFeatures: number; bias: boolean }
    const outputs = outFeatures.reduce((product, size) => product * size, numClasses)
    this.registerBuffer('weight', null)
    this.linear = linear(inFeatures, outputs, { bias })
  }

  /**
   * @param input [N, inFeatures] or [inFeatures]
   * @param target classes or their probabilities, as for {@link crossEntropyLoss} with logits [N, C, ...outFeatures]
   */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { numClasses, outFeatures, weight, reduction, ignoreIndex, labelSmoothing } = this
    const shape = [numClasses, ...outFeatures]
    const { weight: matrix, bias } = this.linear
    return functional.linearCrossEntropy(
      input,
      matrix.reshape([...shape, matrix.size(1)]),
      target,
      {
        linearBias: bias?.reshape(shape) ?? null,
        weight,
        reduction,
        ignoreIndex,
        labelSmoothing,
      },
    )
  }

  override extraRepr(): string {
    const { bias, inFeatures } = this.linear
    // Python prints its options for chunks, which are not here.
    const shown = super.extraRepr().replace(/(?=reduction=)/, `bias=${bool(bias !== null)}, `)
    return `in_features=${inFeatures}, ${shown}, options=None`
  }
}
/** The cross entropy of a linear layer's outputs, whose weights the loss holds. PyTorch's `nn.LinearCrossEntropyLoss`, without its chunks. */
export const linearCrossEntropyLoss: Maker<
  typeof LinearCrossEntropyLoss,
  [inFeatures: number, numClasses: number]
> = maker('linearCrossEntropyLoss', LinearCrossEntropyLoss)
