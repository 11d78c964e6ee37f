// Losses between two tensors, native ones.

import { checkOptions } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'
import { buffer, choice, flag, integer, real } from '../fields.js'
import type { CrossEntropyOptions } from '../functional/classification-losses.js'
import type { LossReduction } from '../functional/reduction.js'
import { type Maker, maker, nativeLayer, PairModule, TripleModule } from '../layer.js'

// Python's order of arguments, without the two that it calls deprecated.
const reduction = choice<LossReduction>(['none', 'mean', 'sum'], 'mean')
type Reduction = [reduction?: LossReduction]

/** Mean absolute difference. Made by {@link l1Loss}. */
export class L1Loss extends nativeLayer('L1Loss', { reduction }, '', PairModule) {}
/** |x − y|, averaged. PyTorch's `nn.L1Loss`. */
export const l1Loss: Maker<typeof L1Loss, Reduction> = maker('l1Loss', L1Loss)

/** Mean squared difference. Made by {@link mseLoss}. */
export class MSELoss extends nativeLayer('MSELoss', { reduction }, '', PairModule) {}
/** (x − y)², averaged. PyTorch's `nn.MSELoss`. */
export const mseLoss: Maker<typeof MSELoss, Reduction> = maker('mseLoss', MSELoss)

/** Squared near 0, absolute elsewhere. Made by {@link smoothL1Loss}. */
export class SmoothL1Loss extends nativeLayer(
  'SmoothL1Loss',
  { reduction, beta: real(1, { min: 0 }) },
  '',
  PairModule,
) {}
/** (x − y)² / 2β below β, |x − y| − β/2 above. PyTorch's `nn.SmoothL1Loss`. */
export const smoothL1Loss: Maker<typeof SmoothL1Loss, [...Reduction, beta?: number]> = maker(
  'smoothL1Loss',
  SmoothL1Loss,
)

/** Squared near 0, absolute elsewhere. Made by {@link huberLoss}. */
export class HuberLoss extends nativeLayer(
  'HuberLoss',
  { reduction, delta: real(1, { above: 0 }) },
  '',
  PairModule,
) {}
/** (x − y)² / 2 below δ, δ(|x − y| − δ/2) above. PyTorch's `nn.HuberLoss`. */
export const huberLoss: Maker<typeof HuberLoss, [...Reduction, delta?: number]> = maker(
  'huberLoss',
  HuberLoss,
)

/** Relative entropy. Made by {@link klDivLoss}. */
export class KLDivLoss extends nativeLayer(
  'KLDivLoss',
  {
    reduction: choice<LossReduction | 'batchmean'>(['none', 'mean', 'sum', 'batchmean'], 'mean'),
    logTarget: flag(),
  },
  '',
  PairModule,
) {}
/**
 * y (log y − x) for log-probabilities x and probabilities y, or with `logTarget` their logarithms; 'batchmean' is
 * the divergence as mathematics defines it. PyTorch's `nn.KLDivLoss`.
 */
export const klDivLoss: Maker<
  typeof KLDivLoss,
  [reduction?: LossReduction | 'batchmean', logTarget?: boolean]
> = maker('klDivLoss', KLDivLoss)

/** Poisson's negative log-likelihood. Made by {@link poissonNllLoss}. */
export class PoissonNLLLoss extends nativeLayer(
  'PoissonNLLLoss',
  { logInput: flag(true), full: flag(), eps: real(1e-8), reduction },
  '',
  PairModule,
) {}
/** eˣ − y·x for a rate eˣ (or x, without `logInput`); `full` adds Stirling's term. PyTorch's `nn.PoissonNLLLoss`. */
export const poissonNllLoss: Maker<
  typeof PoissonNLLLoss,
  [logInput?: boolean, full?: boolean, eps?: number, reduction?: LossReduction]
> = maker('poissonNllLoss', PoissonNLLLoss)

/** Binary cross entropy of probabilities. Made by {@link bceLoss}. */
export class BCELoss extends nativeLayer(
  'BCELoss',
  { weight: buffer(), reduction },
  '',
  PairModule,
) {
  declare weight: Tensor | null
}
/** −(y log x + (1 − y) log(1 − x)) for probabilities x. PyTorch's `nn.BCELoss`. */
export const bceLoss: Maker<typeof BCELoss, [weight?: Tensor | null]> = maker('bceLoss', BCELoss)

/** Binary cross entropy of logits. Made by {@link bceWithLogitsLoss}. */
export class BCEWithLogitsLoss extends nativeLayer(
  'BCEWithLogitsLoss',
  { weight: buffer(), reduction, pos_weight: buffer() },
  '',
  PairModule,
) {
  declare weight: Tensor | null
  /** The factor of the positive examples; the name is that of every state dict. */
  declare pos_weight: Tensor | null
}

/** {@link bceLoss} of σ(x), computed without overflow. PyTorch's `nn.BCEWithLogitsLoss`. */
export function bceWithLogitsLoss(options?: {
  weight?: Tensor | null
  reduction?: LossReduction
  /** Factor of the positive examples, for each class. */
  posWeight?: Tensor | null
}): BCEWithLogitsLoss {
  const { posWeight, ...rest } = checkOptions('bceWithLogitsLoss', options, [
    'weight',
    'reduction',
    'posWeight',
  ])
  return makeBceWithLogits({ ...rest, pos_weight: posWeight ?? null })
}
const makeBceWithLogits: Maker<typeof BCEWithLogitsLoss> = maker(
  'bceWithLogitsLoss',
  BCEWithLogitsLoss,
)

/** Negative log-likelihood of classes. Made by {@link nllLoss}. */
export class NLLLoss extends nativeLayer(
  'NLLLoss',
  { weight: buffer(), ignoreIndex: integer(-100), reduction },
  '',
  PairModule,
) {
  /** [C], or null */
  declare weight: Tensor | null
}
/** −x[target] for log-probabilities [N, C, …] and classes [N, …]. PyTorch's `nn.NLLLoss`. */
export const nllLoss: Maker<typeof NLLLoss, [weight?: Tensor | null]> = maker('nllLoss', NLLLoss)

/** Options of {@link crossEntropyLoss}. */
export type CrossEntropyLossOptions = CrossEntropyOptions

/** Cross entropy between logits and classes. Made by {@link crossEntropyLoss}. */
export class CrossEntropyLoss extends nativeLayer(
  'CrossEntropyLoss',
  {
    weight: buffer(),
    ignoreIndex: integer(-100),
    reduction,
    labelSmoothing: real(0, { min: 0, max: 1 }),
  },
  '',
  PairModule,
) {
  /** [C], or null */
  declare weight: Tensor | null

  /**
   * @param input logits, [N, C], [C] or [N, C, d1, …]
   * @param target classes from 0 to C − 1 as int64, [N], [] or [N, d1, …]; or probabilities of the input's shape
   */
  override forward(input: Tensor, target?: Tensor): Tensor {
    return super.forward(input, target)
  }
}
/**
 * The cross entropy between logits and target classes (or class probabilities): log-softmax and negative
 * log-likelihood in one. PyTorch's `nn.CrossEntropyLoss`.
 *
 * @throws RangeError on use if a target is no class
 */
export const crossEntropyLoss: Maker<typeof CrossEntropyLoss, [weight?: Tensor | null]> = maker(
  'crossEntropyLoss',
  CrossEntropyLoss,
)

/** log(1 + e^(−yx)). Made by {@link softMarginLoss}. */
export class SoftMarginLoss extends nativeLayer('SoftMarginLoss', { reduction }, '', PairModule) {}
/** log(1 + e^(−yx)) for targets 1 and −1. PyTorch's `nn.SoftMarginLoss`. */
export const softMarginLoss: Maker<typeof SoftMarginLoss, Reduction> = maker(
  'softMarginLoss',
  SoftMarginLoss,
)

/** Hinge of several classes, of which several are right. Made by {@link multiLabelMarginLoss}. */
export class MultiLabelMarginLoss extends nativeLayer(
  'MultiLabelMarginLoss',
  { reduction },
  '',
  PairModule,
) {}
/** The margins between right and wrong classes; targets list the right ones, then −1. PyTorch's `nn.MultiLabelMarginLoss`. */
export const multiLabelMarginLoss: Maker<typeof MultiLabelMarginLoss, Reduction> = maker(
  'multiLabelMarginLoss',
  MultiLabelMarginLoss,
)

/** Binary cross entropy over classes. Made by {@link multiLabelSoftMarginLoss}. */
export class MultiLabelSoftMarginLoss extends nativeLayer(
  'MultiLabelSoftMarginLoss',
  { weight: buffer(), reduction },
  '',
  PairModule,
) {
  /** [C], or null */
  declare weight: Tensor | null
}
/** The mean over the classes of {@link bceWithLogitsLoss}. PyTorch's `nn.MultiLabelSoftMarginLoss`. */
export const multiLabelSoftMarginLoss: Maker<
  typeof MultiLabelSoftMarginLoss,
  [weight?: Tensor | null]
> = maker('multiLabelSoftMarginLoss', MultiLabelSoftMarginLoss)

/** Hinge of several classes, of which one is right. Made by {@link multiMarginLoss}. */
export class MultiMarginLoss extends nativeLayer(
  'MultiMarginLoss',
  { p: integer(1, { min: 1, max: 2 }), margin: real(1), weight: buffer(), reduction },
  '',
  PairModule,
) {
  /** [C], or null */
  declare weight: Tensor | null
}
/** Σ max(0, margin − x[y] + x[i])^p / C. PyTorch's `nn.MultiMarginLoss`. */
export const multiMarginLoss: Maker<typeof MultiMarginLoss, [p?: number, margin?: number]> = maker(
  'multiMarginLoss',
  MultiMarginLoss,
)

const margin = (value: number) => ({ margin: real(value), reduction })
type MarginPositions = [margin?: number]

/** Hinge of distances. Made by {@link hingeEmbeddingLoss}. */
export class HingeEmbeddingLoss extends nativeLayer(
  'HingeEmbeddingLoss',
  margin(1),
  '',
  PairModule,
) {}
/** x where the target is 1, max(0, margin − x) where it is −1. PyTorch's `nn.HingeEmbeddingLoss`. */
export const hingeEmbeddingLoss: Maker<typeof HingeEmbeddingLoss, MarginPositions> = maker(
  'hingeEmbeddingLoss',
  HingeEmbeddingLoss,
)

/** Hinge of a ranking. Made by {@link marginRankingLoss}. */
export class MarginRankingLoss extends nativeLayer(
  'MarginRankingLoss',
  margin(0),
  '',
  TripleModule,
) {}
/** max(0, −y (x₁ − x₂) + margin), y = 1 where x₁ should be larger, else −1. PyTorch's `nn.MarginRankingLoss`. */
export const marginRankingLoss: Maker<typeof MarginRankingLoss, MarginPositions> = maker(
  'marginRankingLoss',
  MarginRankingLoss,
)

/** Angles between vectors. Made by {@link cosineEmbeddingLoss}. */
export class CosineEmbeddingLoss extends nativeLayer(
  'CosineEmbeddingLoss',
  margin(0),
  '',
  TripleModule,
) {}
/** 1 − cos(x₁, x₂) where the target is 1, max(0, cos(x₁, x₂) − margin) where it is −1. PyTorch's `nn.CosineEmbeddingLoss`. */
export const cosineEmbeddingLoss: Maker<typeof CosineEmbeddingLoss, MarginPositions> = maker(
  'cosineEmbeddingLoss',
  CosineEmbeddingLoss,
)

/** Distances of an anchor. Made by {@link tripletMarginLoss}. */
export class TripletMarginLoss extends nativeLayer(
  'TripletMarginLoss',
  { margin: real(1, { above: 0 }), p: real(2), eps: real(1e-6), swap: flag(), reduction },
  '',
  TripleModule,
) {}
/** max(0, d(anchor, positive) − d(anchor, negative) + margin) (Balntas et al. 2016). PyTorch's `nn.TripletMarginLoss`. */
export const tripletMarginLoss: Maker<
  typeof TripletMarginLoss,
  [margin?: number, p?: number, eps?: number, swap?: boolean]
> = maker('tripletMarginLoss', TripletMarginLoss)
