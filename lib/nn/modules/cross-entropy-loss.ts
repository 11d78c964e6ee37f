import { checkInteger, checkNumber, checkOneOf, checkOptions, fail } from '../../check.js'
import { Tensor } from '../../torch/tensor.js'
import type { CrossEntropyOptions } from '../functional/classification-losses.js'
import { createModule, NativeModule, registerClass } from '../native-module.js'

const REDUCTIONS = ['mean', 'sum', 'none'] as const

/** Options of {@link crossEntropyLoss}. */
export type CrossEntropyLossOptions = CrossEntropyOptions

/** Cross entropy between logits and classes. Made by {@link crossEntropyLoss}. */
export class CrossEntropyLoss extends NativeModule {
  declare readonly ignoreIndex: number
  declare readonly labelSmoothing: number
  /** [C], or null */
  declare weight: Tensor | null

  /**
   * @param input logits, [N, C], [C] or [N, C, d1, …]
   * @param target classes from 0 to C − 1 as int64, [N], [] or [N, d1, …]; or probabilities of the input's shape
   */
  override forward(input: Tensor, target?: Tensor): Tensor {
    if (!(target instanceof Tensor)) fail('CrossEntropyLoss', 'target', 'a Tensor', target)
    return this.run(input, target)
  }
}
registerClass('CrossEntropyLoss', CrossEntropyLoss)

/**
 * The cross entropy between logits and target classes (or class probabilities): log-softmax and negative
 * log-likelihood in one. PyTorch's `nn.CrossEntropyLoss`.
 *
 * @throws RangeError on use if a target is no class
 */
export function crossEntropyLoss(options?: CrossEntropyLossOptions): CrossEntropyLoss {
  const where = 'crossEntropyLoss'
  const keys = ['weight', 'ignoreIndex', 'reduction', 'labelSmoothing'] as const
  const {
    weight = null,
    ignoreIndex = -100,
    reduction = 'mean',
    labelSmoothing = 0,
  } = checkOptions(where, options, keys)
  const handle = createModule('CrossEntropyLoss', {
    ignoreIndex: checkInteger(where, 'ignoreIndex', ignoreIndex),
    reduction: checkOneOf(where, 'reduction', reduction, REDUCTIONS),
    labelSmoothing: checkNumber(where, 'labelSmoothing', labelSmoothing, { min: 0, max: 1 }),
  })
  const loss = new CrossEntropyLoss(handle)
  if (weight !== null) loss.weight = weight
  return loss
}
