// Losses that ask for a margin.

import { checkFunction, checkNumber, show } from '../../check.js'
import { TorchError } from '../../errors.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkTensor, operator, type Rest, read, shapeText } from './call.js'
import { checkReduction, type LossReduction, type ReductionOptions, reduce } from './reduction.js'

/** Options of the losses with a margin. */
export interface MarginOptions extends ReductionOptions {
  margin?: number
}

type MarginPositions = [margin?: number, reduction?: LossReduction]

const MARGIN = ['margin', 'reduction']

/** Refuses tensors of different numbers of dimensions. */
function checkSameRank(where: string, tensors: Readonly<Record<string, Tensor>>): void {
  const all = Object.entries(tensors).map(([name, tensor]) => checkTensor(where, name, tensor))
  if (all.every((tensor) => tensor.dim() === all[0]?.dim())) return
  const shapes = all.map(({ shape }) => shapeText(shape)).join(', ')
  const names = Object.keys(tensors).join(', ')
  throw new TorchError(`${where}: expected as many dimensions for each of ${names}, got ${shapes}`)
}

type Ranking = (
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  margin: number,
  reduction: LossReduction,
) => Tensor
const ranking = operator<Ranking>('marginRankingLoss', 'margin_ranking_loss')
const cosine = operator<Ranking>('cosineEmbeddingLoss', 'cosine_embedding_loss')

/**
 * max(0, margin − y(x1 − x2)): 1 in the target asks for x1 above x2, −1 for below. The margin is 0 by default.
 * `torch.nn.functional.margin_ranking_loss(input1, input2, target, margin=0, reduction='mean')`
 */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  ...rest: Rest<MarginOptions, MarginPositions>
): Tensor {
  const where = 'marginRankingLoss'
  const [margin = 0, reduction = 'mean'] = read<[number, LossReduction]>(where, MARGIN, rest)
  checkReduction(where, reduction)
  checkSameRank(where, { input1, input2, target })
  return ranking(input1, input2, target, margin, reduction)
}

/**
 * 1 − cosine for pairs with target 1, max(0, cosine − margin) for those with −1. The margin is 0 by default.
 * `torch.nn.functional.cosine_embedding_loss(input1, input2, target, margin=0, reduction='mean')`
 *
 * @param input1 [N, D] or [D], as input2
 * @param target [N] or []
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  ...rest: Rest<MarginOptions, MarginPositions>
): Tensor {
  const where = 'cosineEmbeddingLoss'
  const [margin = 0, reduction = 'mean'] = read<[number, LossReduction]>(where, MARGIN, rest)
  return cosine(input1, input2, target, margin, checkReduction(where, reduction))
}

const hinge = operator<
  (input: Tensor, target: Tensor, margin: number, reduction: LossReduction) => Tensor
>('hingeEmbeddingLoss', 'hinge_embedding_loss')

/**
 * x where the target is 1, max(0, margin − x) where it is −1. The margin is 1 by default.
 * `torch.nn.functional.hinge_embedding_loss(input, target, margin=1.0, reduction='mean')`
 */
export function hingeEmbeddingLoss(
  input: Tensor,
  target: Tensor,
  ...rest: Rest<MarginOptions, MarginPositions>
): Tensor {
  const where = 'hingeEmbeddingLoss'
  const [margin = 1, reduction = 'mean'] = read<[number, LossReduction]>(where, MARGIN, rest)
  return hinge(input, target, margin, checkReduction(where, reduction))
}

type Plain = (input: Tensor, target: Tensor, reduction: LossReduction) => Tensor
type PlainLoss = (
  input: Tensor,
  target: Tensor,
  ...rest: Rest<ReductionOptions, [reduction?: LossReduction]>
) => Tensor

function plainLoss(where: string, candidates: string): PlainLoss {
  const run = operator<Plain>(where, candidates)
  return (input, target, ...rest) => {
    const [reduction = 'mean'] = read<[LossReduction]>(where, ['reduction'], rest)
    return run(input, target, checkReduction(where, reduction))
  }
}

/**
 * log(1 + exp(−yx)) for targets of 1 and −1.
 * `torch.nn.functional.soft_margin_loss(input, target, reduction='mean')`
 */
export const softMarginLoss: PlainLoss = plainLoss('softMarginLoss', 'soft_margin_loss')

/**
 * Hinge loss between the classes of each sample that are targets and those that are not.
 * `torch.nn.functional.multilabel_margin_loss(input, target, reduction='mean')`: input [N, C] or [C], targets the
 * classes as int64 of that shape, filled up with −1.
 */
export const multilabelMarginLoss: PlainLoss = plainLoss(
  'multilabelMarginLoss',
  'multilabel_margin_loss',
)

/** Options of {@link multiMarginLoss}. */
export interface MultiMarginLossOptions extends MarginOptions {
  /** Exponent, 1 (the default) or 2. */
  p?: 1 | 2
  /** Weight of each class, [C]. */
  weight?: Tensor | null
}

const multi = operator<
  (
    input: Tensor,
    target: Tensor,
    p: number,
    margin: number,
    weight: Tensor | null,
    reduction: LossReduction,
  ) => Tensor
>('multiMarginLoss', 'multi_margin_loss')

/**
 * Hinge loss between the target's class and each other class. The margin is 1 by default.
 * `torch.nn.functional.multi_margin_loss(input, target, p=1, margin=1.0, weight=None, reduction='mean')`
 *
 * @param input [N, C] or [C]
 * @param target classes as int64, [N] or []
 * @throws RangeError for another p, or a weight that is not one-dimensional
 */
export function multiMarginLoss(
  input: Tensor,
  target: Tensor,
  ...rest: Rest<
    MultiMarginLossOptions,
    [p?: 1 | 2, margin?: number, weight?: Tensor | null, reduction?: LossReduction]
  >
): Tensor {
  const where = 'multiMarginLoss'
  const names = ['p', 'margin', 'weight', 'reduction']
  const [p = 1, margin = 1, weight = null, reduction = 'mean'] = read<
    [1 | 2, number, Tensor | null, LossReduction]
  >(where, names, rest)
  checkReduction(where, reduction)
  if (p !== 1 && p !== 2) throw new RangeError(`${where}: expected 1 or 2 for p, got ${show(p)}`)
  if (weight !== null && checkTensor(where, 'weight', weight).dim() !== 1) {
    throw new RangeError(`${where}: expected 1 dimension for weight, got ${weight.dim()}`)
  }
  return multi(input, target, p, margin, weight, reduction)
}

/** Options of {@link tripletMarginLoss}. */
export interface TripletMarginLossOptions extends MarginOptions {
  /** Which norm is the distance, 2 by default. */
  p?: number
  /** Added to the differences, against division by zero. 1e-6 by default. */
  eps?: number
  /** Take the negative's distance from the positive where that is less than from the anchor. */
  swap?: boolean
}

const triplet = operator<
  (
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: number,
    p: number,
    eps: number,
    swap: boolean,
    reduction: LossReduction,
  ) => Tensor
>('tripletMarginLoss', 'triplet_margin_loss')

/**
 * max(0, margin + distance to the positive − distance to the negative). The margin is 1 by default.
 * `torch.nn.functional.triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-06, swap=False,
 * reduction='mean')`
 *
 * @param anchor [N, D] or [D], as positive and negative
 * @throws RangeError for a margin that is not positive
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  ...rest: Rest<
    TripletMarginLossOptions,
    [margin?: number, p?: number, eps?: number, swap?: boolean, reduction?: LossReduction]
  >
): Tensor {
  const where = 'tripletMarginLoss'
  const names = ['margin', 'p', 'eps', 'swap', 'reduction']
  const [margin = 1, p = 2, eps = 1e-6, swap = false, reduction = 'mean'] = read<
    [number, number, number, boolean, LossReduction]
  >(where, names, rest)
  checkReduction(where, reduction)
  checkNumber(where, 'margin', margin, { above: 0 })
  return triplet(anchor, positive, negative, margin, p, eps, swap, reduction)
}

/** Options of {@link tripletMarginWithDistanceLoss}. */
export interface TripletMarginWithDistanceLossOptions extends MarginOptions {
  /** Distance of two tensors, `pairwiseDistance` by default. */
  distanceFunction?: ((a: Tensor, b: Tensor) => Tensor) | null
  /** Take the negative's distance from the positive where that is less than from the anchor. */
  swap?: boolean
}

/**
 * {@link tripletMarginLoss} with a distance of choice. The margin is 1 by default.
 * `torch.nn.functional.triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None,
 * margin=1.0, swap=False, reduction='mean')`
 *
 * @throws RangeError for a margin that is not positive
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  ...rest: Rest<TripletMarginWithDistanceLossOptions>
): Tensor {
  const where = 'tripletMarginWithDistanceLoss'
  const names = ['distanceFunction', 'margin', 'swap', 'reduction']
  const [distanceFunction = null, margin = 1, swap = false, reduction = 'mean'] = read<
    [((a: Tensor, b: Tensor) => Tensor) | null, number, boolean, LossReduction]
  >(where, names, rest, 0)
  checkReduction(where, reduction)
  checkNumber(where, 'margin', margin, { above: 0 })
  checkSameRank(where, { anchor, positive, negative })
  if (distanceFunction !== null) checkFunction(where, 'distanceFunction', distanceFunction)
  const distance = distanceFunction ?? torch.pairwiseDistance
  const near = distance(anchor, positive)
  const far = distance(anchor, negative)
  const nearest = swap ? far.minimum(distance(positive, negative)) : far
  return reduce(near.add(margin).sub(nearest).clampMin(0), reduction)
}
