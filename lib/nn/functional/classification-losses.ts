// Losses between predictions and classes, sequences of classes or distributions.

import { checkOneOf } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'
import type { Int } from '../../torch/types.js'
import { warnOnce } from '../../warn.js'
import { operator, type Rest, read } from './call.js'
import { checkReduction, type LossReduction } from './reduction.js'

/** Options of {@link nllLoss}. */
export interface NllLossOptions {
  /** Weight of each class, [C]. */
  weight?: Tensor | null
  /** Targets of this class count for nothing, −100 by default. */
  ignoreIndex?: number
  /** `'mean'` by default: weighted by class, over the targets that count. */
  reduction?: LossReduction
}

type ClassLoss = (
  input: Tensor,
  target: Tensor,
  weight: Tensor | null,
  reduction: LossReduction,
  ignoreIndex: number,
) => Tensor
const logLikelihood = operator<ClassLoss>('nllLoss', 'nll_loss_nd')

/**
 * Negative log-likelihood of classes.
 * `torch.nn.functional.nll_loss(input, target, weight=None, ignore_index=-100, reduction='mean')`
 *
 * @param input log-probabilities, [N, C], [C] or [N, C, d1, …]
 * @param target classes from 0 to C − 1 as int64, [N], [] or [N, d1, …]
 * @throws RangeError if a target is no class
 */
export function nllLoss(
  input: Tensor,
  target: Tensor,
  ...rest: Rest<
    NllLossOptions,
    [weight?: Tensor | null, ignoreIndex?: number, reduction?: LossReduction]
  >
): Tensor {
  const where = 'nllLoss'
  const names = ['weight', 'ignoreIndex', 'reduction']
  const [weight = null, ignoreIndex = -100, reduction = 'mean'] = read<
    [Tensor | null, number, LossReduction]
  >(where, names, rest)
  return logLikelihood(input, target, weight, checkReduction(where, reduction), ignoreIndex)
}

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** Share of the target's probability that is spread over all classes, 0 to 1. */
  labelSmoothing?: number
}

/** libtorch's `cross_entropy_loss`. */
export type CrossEntropyOperator = (
  ...values: [...Parameters<ClassLoss>, labelSmoothing: number]
) => Tensor

const entropy = operator<CrossEntropyOperator>('crossEntropy', 'cross_entropy_loss')

/**
 * The cross entropy between logits and classes or class probabilities: log-softmax and negative log-likelihood in one.
 * `torch.nn.functional.cross_entropy(input, target, weight=None, ignore_index=-100, reduction='mean',
 * label_smoothing=0.0)`
 *
 * @param input logits, [N, C], [C] or [N, C, d1, …]
 * @param target classes from 0 to C − 1 as int64, [N], [] or [N, d1, …]; or probabilities of the input's shape
 * @throws RangeError if a target is no class
 */
export function crossEntropy(
  input: Tensor,
  target: Tensor,
  ...rest: Rest<
    CrossEntropyOptions,
    [
      weight?: Tensor | null,
      ignoreIndex?: number,
      reduction?: LossReduction,
      labelSmoothing?: number,
    ]
  >
): Tensor {
  const where = 'crossEntropy'
  const names = ['weight', 'ignoreIndex', 'reduction', 'labelSmoothing']
  const [weight = null, ignoreIndex = -100, reduction = 'mean', labelSmoothing = 0] = read<
    [Tensor | null, number, LossReduction, number]
  >(where, names, rest)
  checkReduction(where, reduction)
  return entropy(input, target, weight, reduction, ignoreIndex, labelSmoothing)
}

/** Options of {@link klDiv}. */
export interface KlDivOptions {
  /** `'mean'` by default, over all elements; `'batchmean'` divides by the batch size, as the definition does. */
  reduction?: LossReduction | 'batchmean'
  /** The target is a logarithm too. */
  logTarget?: boolean
}

const divergence = operator<
  (
    input: Tensor,
    target: Tensor,
    reduction: LossReduction,
    options: { logTarget: boolean },
  ) => Tensor
>('klDiv', 'kl_div')

/**
 * Kullback–Leibler divergence of log-probabilities from probabilities.
 * `torch.nn.functional.kl_div(input, target, reduction='mean', log_target=False)`
 */
export function klDiv(
  input: Tensor,
  target: Tensor,
  ...rest: Rest<KlDivOptions, [reduction?: LossReduction | 'batchmean', logTarget?: boolean]>
): Tensor {
  const where = 'klDiv'
  const [reduction = 'mean', logTarget = false] = read<[LossReduction | 'batchmean', boolean]>(
    where,
    ['reduction', 'logTarget'],
    rest,
  )
  checkOneOf(where, 'reduction', reduction, ['none', 'batchmean', 'mean', 'sum'])
  if (reduction === 'mean') {
    warnOnce(
      `${where}: reduction 'mean' divides by the number of elements; 'batchmean', which divides by the batch ` +
        `size, is the divergence as defined, and what 'mean' is to become`,
    )
  }
  if (reduction !== 'batchmean') return divergence(input, target, reduction, { logTarget })
  const sum = divergence(input, target, 'sum', { logTarget })
  return input.dim() === 0 ? sum : sum.div(input.size(0))
}

/** Options of {@link ctcLoss}. */
export interface CtcLossOptions {
  /** Class that stands for nothing, 0 by default. */
  blank?: Int
  /** `'mean'` by default: each loss divided by its target's length, then the mean over the batch. */
  reduction?: LossReduction
  /** Replace infinite losses, of targets longer than their input, and their gradients by 0. */
  zeroInfinity?: boolean
}

type Lengths = Tensor | readonly Int[]
const temporal = operator<
  (
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: Lengths,
    targetLengths: Lengths,
    blank: Int,
    reduction: LossReduction,
    zeroInfinity: boolean,
  ) => Tensor
>('ctcLoss', 'ctc_loss.IntList ctc_loss.Tensor')

/**
 * Connectionist temporal classification: minus the log-probability of a label sequence under all alignments.
 * `torch.nn.functional.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction='mean',
 * zero_infinity=False)`
 *
 * @param logProbs [T, N, C] or [T, C]
 * @param targets [N, S], or all targets one after the other
 * @param inputLengths how much of T each sample uses, [N]
 * @param targetLengths length of each target, [N]
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Lengths,
  targetLengths: Lengths,
  ...rest: Rest<CtcLossOptions, [blank?: Int, reduction?: LossReduction, zeroInfinity?: boolean]>
): Tensor {
  const where = 'ctcLoss'
  const names = ['blank', 'reduction', 'zeroInfinity']
  const [blank = 0, reduction = 'mean', zeroInfinity = false] = read<[Int, LossReduction, boolean]>(
    where,
    names,
    rest,
  )
  checkReduction(where, reduction)
  return temporal(logProbs, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity)
}
