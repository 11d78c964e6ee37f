// Losses between predictions and answers of yes and no.

import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkInputShape, checkTensor, operator, type Rest, read } from './call.js'
import { checkReduction, type LossReduction, type ReductionOptions, reduce } from './reduction.js'

/** Options of {@link binaryCrossEntropy}. */
export interface BinaryCrossEntropyOptions extends ReductionOptions {
  /** Factor of each element; broadcast to the target's shape. */
  weight?: Tensor | null
}

const binary = operator<
  (input: Tensor, target: Tensor, weight: Tensor | null, reduction: LossReduction) => Tensor
>('binaryCrossEntropy', 'binary_cross_entropy')

/**
 * Cross entropy between probabilities of yes and targets from 0 to 1.
 * `torch.nn.functional.binary_cross_entropy(input, target, weight=None, reduction='mean')`
 *
 * @throws RangeError if the shapes differ
 */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  ...rest: Rest<BinaryCrossEntropyOptions, [weight?: Tensor | null, reduction?: LossReduction]>
): Tensor {
  const where = 'binaryCrossEntropy'
  const [weight = null, reduction = 'mean'] = read<[Tensor | null, LossReduction]>(
    where,
    ['weight', 'reduction'],
    rest,
  )
  checkReduction(where, reduction)
  checkInputShape(where, 'target', target, checkTensor(where, 'input', input))
  if (weight === null) return binary(input, target, null, reduction)
  const [, expanded] = torch.broadcastTensors([target, checkTensor(where, 'weight', weight)])
  return binary(input, target, expanded as Tensor, reduction)
}

/** Options of {@link binaryCrossEntropyWithLogits}. */
export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** Weight of yes for each class; broadcast to the target's shape. */
  posWeight?: Tensor | null
}

const binaryLogits = operator<
  (
    input: Tensor,
    target: Tensor,
    weight: Tensor | null,
    posWeight: Tensor | null,
    reduction: LossReduction,
  ) => Tensor
>('binaryCrossEntropyWithLogits', 'binary_cross_entropy_with_logits')

/**
 * Cross entropy between logits of yes and targets from 0 to 1, stable.
 * `torch.nn.functional.binary_cross_entropy_with_logits(input, target, weight=None, reduction='mean',
 * pos_weight=None)`
 *
 * @throws RangeError if the shapes differ
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  ...rest: Rest<
    BinaryCrossEntropyWithLogitsOptions,
    [weight?: Tensor | null, reduction?: LossReduction, posWeight?: Tensor | null]
  >
): Tensor {
  const where = 'binaryCrossEntropyWithLogits'
  const names = ['weight', 'reduction', 'posWeight']
  const [weight = null, reduction = 'mean', posWeight = null] = read<
    [Tensor | null, LossReduction, Tensor | null]
  >(where, names, rest)
  checkReduction(where, reduction)
  checkInputShape(where, 'target', target, checkTensor(where, 'input', input))
  return binaryLogits(input, target, weight, posWeight, reduction)
}

const logSigmoid = operator<(input: Tensor) => Tensor>('multilabelSoftMarginLoss', 'log_sigmoid')

/** Options of {@link multilabelSoftMarginLoss}. */
export interface MultilabelSoftMarginLossOptions extends ReductionOptions {
  /** Weight of each class, [C]. */
  weight?: Tensor | null
}

/**
 * Binary cross entropy of logits, averaged over the classes of each sample.
 * `torch.nn.functional.multilabel_soft_margin_loss(input, target, weight=None, reduction='mean')`
 *
 * @param input logits, [N, C] or [C]
 * @param target zeros and ones, of the input's shape
 */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  ...rest: Rest<
    MultilabelSoftMarginLossOptions,
    [weight?: Tensor | null, reduction?: LossReduction]
  >
): Tensor {
  const where = 'multilabelSoftMarginLoss'
  const [weight = null, reduction = 'mean'] = read<[Tensor | null, LossReduction]>(
    where,
    ['weight', 'reduction'],
    rest,
  )
  checkReduction(where, reduction)
  checkTensor(where, 'input', input)
  const yes = checkTensor(where, 'target', target).mul(logSigmoid(input))
  const no = torch.rsub(target, 1).mul(logSigmoid(input.neg()))
  const loss = yes.add(no).neg()
  const weighted = weight === null ? loss : loss.mul(checkTensor(where, 'weight', weight))
  return reduce(weighted.sum(-1).div(input.size(-1)), reduction)
}
