// The cross entropy of a linear layer's output.

import { TorchError } from '../../errors.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkTensor, operator, type Rest, read, sameShape, shapeText } from './call.js'
import type { CrossEntropyOperator } from './classification-losses.js'
import { checkReduction, type LossReduction, type ReductionOptions } from './reduction.js'

/** Options of {@link linearCrossEntropy}. */
export interface LinearCrossEntropyOptions extends ReductionOptions {
  /** Bias of the linear layer, [C] or [C, d1, …]. */
  linearBias?: Tensor | null
  /** Weight of each class, [C]. */
  weight?: Tensor | null
  /** Targets of this class count for nothing, −100 by default; not with probabilities. */
  ignoreIndex?: number | null
  /** Share of the target's probability that is spread over all classes, 0 to 1. */
  labelSmoothing?: number
}

const linear = operator<(input: Tensor, weight: Tensor, bias: Tensor | null) => Tensor>(
  'linearCrossEntropy',
  'linear',
)

const entropy = operator<CrossEntropyOperator>('linearCrossEntropy', 'cross_entropy_loss')

function checkLinear(
  where: string,
  input: Tensor,
  linearWeight: Tensor,
  linearBias: Tensor | null,
): void {
  const shape = checkTensor(where, 'input', input).shape
  const weight = checkTensor(where, 'linearWeight', linearWeight).shape
  if (shape.length !== 1 && shape.length !== 2) {
    throw new TorchError(`${where}: expected 1 or 2 dimensions for input, got ${shape.length}`)
  }
  if (weight.length < 2) {
    throw new TorchError(
      `${where}: expected at least 2 dimensions for linearWeight, got ${weight.length}`,
    )
  }
  if (shape.at(-1) !== weight.at(-1)) {
    throw new TorchError(
      `${where}: expected as many features in input as in linearWeight, got ${shape.at(-1)} and ${weight.at(-1)}`,
    )
  }
  if (linearBias !== null) {
    const wanted = weight.slice(0, -1)
    if (!sameShape(checkTensor(where, 'linearBias', linearBias).shape, wanted)) {
      throw new TorchError(
        `${where}: expected the shape ${shapeText(wanted)} for linearBias, got ${shapeText(linearBias.shape)}`,
      )
    }
  }
  if (weight.length > 2 && shape.length === 1) {
    throw new TorchError(
      `${where}: expected a batch as input with linearWeight of shape ${shapeText(weight)}, got ${shapeText(shape)}`,
    )
  }
}

/**
 * The cross entropy between a linear layer's output and classes or class probabilities.
 * `torch.nn.functional.linear_cross_entropy(input, linear_weight, target, *, linear_bias=None, weight=None,
 * reduction='mean', ignore_index=None, label_smoothing=0.0)`
 *
 * @param input [N, features] or [features]
 * @param linearWeight [C, features] or [C, d1, …, features]
 * @param target as for `crossEntropy` with logits [N, C, d1, …]
 */
export function linearCrossEntropy(
  input: Tensor,
  linearWeight: Tensor,
  target: Tensor,
  ...rest: Rest<LinearCrossEntropyOptions>
): Tensor {
  const where = 'linearCrossEntropy'
  const names = ['linearBias', 'weight', 'reduction', 'ignoreIndex', 'labelSmoothing']
  const [
    linearBias = null,
    weight = null,
    reduction = 'mean',
    ignoreIndex = null,
    labelSmoothing = 0,
  ] = read<[Tensor | null, Tensor | null, LossReduction, number | null, number]>(
    where,
    names,
    rest,
    0,
  )
  checkLinear(where, input, linearWeight, linearBias)
  checkTensor(where, 'target', target)
  checkReduction(where, reduction)
  const classes = linearWeight.shape.slice(0, -1)
  const logitsShape = [...input.shape.slice(0, -1), ...classes]
  if (ignoreIndex !== null && sameShape(target.shape, logitsShape)) {
    throw new TorchError(
      `${where}: ignoreIndex has no meaning where the target holds probabilities`,
    )
  }
  const features = linearWeight.size(-1)
  const flat = classes.length === 1
  const logits = linear(
    input,
    flat ? linearWeight : linearWeight.reshape([-1, features]),
    flat ? linearBias : (linearBias?.reshape([-1]) ?? null),
  )
  const shaped = logits.reshape(logitsShape)
  return entropy(shaped, target, weight, reduction, ignoreIndex ?? -100, labelSmoothing)
}
