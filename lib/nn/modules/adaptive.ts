// An approximation of softmax for many classes.

import { checkInteger, fail } from '../../check.js'
import { TorchError } from '../../errors.js'
import { torch } from '../../torch/index.js'
import { namedTuple } from '../../torch/named.js'
import type { Tensor } from '../../torch/tensor.js'
import type { Named } from '../../torch/types.js'
import { count, type Field, flag, real, type Settings } from '../fields.js'
import { checkTensor } from '../functional/call.js'
import { functional } from '../functional/index.js'
import { type Maker, maker, scriptLayer } from '../layer.js'
import { tuple } from '../print.js'
import { type ModuleList, moduleList } from './containers.js'
import { type Linear, linear } from './linear.js'
import { type Sequential, sequential } from './sequential.js'

/** Where clusters of classes begin; the number of classes is appended. */
const cutoffs: Field<readonly number[], readonly number[]> = {
  check: (where, name, value, before) => {
    const classes = before?.nClasses as number
    const expected = `increasing integers from 1 to ${classes - 1}, at least one`
    if (!Array.isArray(value) || value.length === 0) fail(where, name, expected, value)
    let last = 0
    const kept = value.map((given: unknown) => {
      last = checkInteger(where, name, given, { min: last + 1, max: classes - 1 })
      return last
    })
    return [...kept, classes]
  },
  text: (value) => tuple(value as number[]),
}

const fields = {
  inFeatures: count(),
  nClasses: count(),
  cutoffs,
  divValue: real(4, { above: 0 }),
  headBias: flag(),
}

/** Log-probabilities of the targets, and the loss: as a pair, or by name. */
export type AdaptiveLogSoftmaxOutput = Named<
  { output: Tensor; loss: Tensor },
  [output: Tensor, loss: Tensor]
>

/** Softmax by clusters. Made by {@link adaptiveLogSoftmaxWithLoss}. */
export class AdaptiveLogSoftmaxWithLoss extends scriptLayer('AdaptiveLogSoftmaxWithLoss', fields) {
  /** To the frequent classes, then one output for each cluster. */
  head: Linear
  /** To the classes of each cluster. */
  tail: ModuleList<Sequential>

  /** @internal */
  constructor(settings: Settings<typeof fields>) {
    super(settings)
    const { inFeatures, cutoffs, divValue, headBias } = settings
    const [shortlist = 0] = cutoffs
    this.head = linear(inFeatures, shortlist + cutoffs.length - 1, { bias: headBias })
    this.tail = moduleList()
    cutoffs.slice(1).forEach((end, i) => {
      const hidden = Math.floor(inFeatures / divValue ** (i + 1))
      const classes = end - (cutoffs[i] as number)
      this.tail.append(
        sequential(
          linear(inFeatures, hidden, { bias: false }),
          linear(hidden, classes, { bias: false }),
        ),
      )
    })
  }

  /** Number of frequent classes, which have no cluster. */
  get shortlistSize(): number {
    return this.cutoffs[0] as number
  }

  /**
   * @param input [N, inFeatures], or [inFeatures]
   * @param target classes, [N] or []
   * @returns the log-probability of each target, [N] or [], and the mean of its negative
   * @throws RangeError if a target is no class
   */
  override forward(input: Tensor, target: Tensor): AdaptiveLogSoftmaxOutput {
    const where = 'AdaptiveLogSoftmaxWithLoss'
    const dims = checkTensor(where, 'target', target).dim()
    const fits = checkTensor(where, 'input', input).dim() === dims + 1
    if (dims > 1 || !fits || (dims === 1 && input.size(0) !== target.size(0))) {
      throw new TorchError(
        `${where}: expected input [N, features] with target [N], or [features] with [], got [${input.shape}] and [${target.shape}]`,
      )
    }
    const x = dims === 1 ? input : input.unsqueeze(0)
    const output = likelihood(this, x, dims === 1 ? target : target.unsqueeze(0))
    const loss = output.neg().mean()
    return namedTuple({ output: dims === 1 ? output : output.squeeze(0), loss })
  }

  /** The log-probabilities of all classes, [N, nClasses], of input [N, inFeatures]. */
  logProb(input: Tensor): Tensor {
    checkTensor('AdaptiveLogSoftmaxWithLoss.logProb', 'input', input)
    return allLogProbs(this, input, this.head(input))
  }

  /** The most probable class of each row, [N], of input [N, inFeatures]. */
  predict(input: Tensor): Tensor {
    checkTensor('AdaptiveLogSoftmaxWithLoss.predict', 'input', input)
    const scores = this.head(input)
    const best = scores.argmax(1)
    const rows = best.ge(this.shortlistSize).nonzero().squeeze(1)
    if (rows.numel() === 0) return best
    // Only where a cluster has won the head does it matter which of its classes is meant.
    const subset = allLogProbs(this, input.indexSelect(0, rows), scores.indexSelect(0, rows))
    return best.indexCopy_(0, rows, subset.argmax(1))
  }
}
/**
 * Softmax over many classes, sorted by falling frequency: those before the first of `cutoffs` are computed by
 * themselves, the others by clusters of `inFeatures / divValue^i` hidden features (Grave et al. 2017). PyTorch's
 * `nn.AdaptiveLogSoftmaxWithLoss`.
 */
export const adaptiveLogSoftmaxWithLoss: Maker<
  typeof AdaptiveLogSoftmaxWithLoss,
  [
    inFeatures: number,
    nClasses: number,
    cutoffs: readonly number[],
    divValue?: number,
    headBias?: boolean,
  ]
> = maker('adaptiveLogSoftmaxWithLoss', AdaptiveLogSoftmaxWithLoss)

/** The log-probability of each target, from the clusters that have targets. */
function likelihood(layer: AdaptiveLogSoftmaxWithLoss, input: Tensor, target: Tensor): Tensor {
  const { cutoffs, shortlistSize } = layer
  const output = input.newZeros([target.size(0)])
  const places = target.newEmpty([target.size(0)])
  let used = 0
  cutoffs.forEach((end, i) => {
    const start = i === 0 ? 0 : (cutoffs[i - 1] as number)
    const mask = target.ge(start).logicalAnd(target.lt(end))
    const rows = mask.nonzero().squeeze(1)
    const count = rows.numel()
    if (count === 0) return
    used += count
    if (i === 0) {
      places.indexCopy_(0, rows, target.maskedSelect(mask))
      return
    }
    places.indexFill_(0, rows, shortlistSize + i - 1)
    const scores = (layer.tail.at(i - 1) as Sequential)(input.indexSelect(0, rows))
    const relative = target.maskedSelect(mask).sub(start).unsqueeze(1)
    const local = functional.logSoftmax(scores, 1).gather(1, relative)
    output.indexCopy_(0, rows, local.squeeze(1))
  })
  if (used !== target.size(0)) {
    throw new RangeError(
      `${layer.constructor.name}: expected targets from 0 to ${layer.nClasses - 1}, got ${target.min().item()} to ${target.max().item()}`,
    )
  }
  const head = functional.logSoftmax(layer.head(input), 1)
  return output.add_(head.gather(1, places.unsqueeze(1)).squeeze(1))
}

/** The log-probabilities of all classes, given the head's output. */
function allLogProbs(layer: AdaptiveLogSoftmaxWithLoss, input: Tensor, scores: Tensor): Tensor {
  const head = functional.logSoftmax(scores, 1)
  const parts = [head.narrow(1, 0, layer.shortlistSize)]
  ;[...layer.tail].forEach((cluster, i) => {
    const inside = functional.logSoftmax(cluster(input), 1)
    parts.push(inside.add(head.select(1, layer.shortlistSize + i).unsqueeze(1)))
  })
  return torch.cat(parts, 1)
}
