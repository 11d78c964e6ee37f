// Dropout of elements and of channels.

import { checkBoolean, checkNumber } from '../../check.js'
import { TorchError } from '../../errors.js'
import type { Tensor } from '../../torch/tensor.js'
import { warnOnce } from '../../warn.js'
import { checkTensor, operator, type Rest, read } from './call.js'

/** Options of the dropout functions. */
export interface DropoutOptions {
  /** Probability of dropping, 0 to 1. 0.5 by default. */
  p?: number
  /** Drop at all; otherwise the input comes back. */
  training?: boolean
  /** Overwrite the input, and return it. */
  inplace?: boolean
}

type Dropout = (
  input: Tensor,
  ...rest: Rest<DropoutOptions, [p?: number, training?: boolean, inplace?: boolean]>
) => Tensor

type Operator = (input: Tensor, p: number, train: boolean) => Tensor

/** Called with the input before it is dropped from; true if it lacks the batch dimension that is needed. */
type CheckInput = (input: Tensor) => boolean

const NAMES = ['p', 'training', 'inplace']

function dropper(
  where: string,
  candidates: string,
  defaultTraining: boolean,
  lacksBatch: CheckInput,
): Dropout {
  const fresh = operator<Operator>(where, candidates)
  const overwrite = operator<Operator>(where, `${candidates}_`)
  return (input, ...rest) => {
    const [p = 0.5, training = defaultTraining, inplace = false] = read<[number, boolean, boolean]>(
      where,
      NAMES,
      rest,
    )
    checkNumber(where, 'p', p, { min: 0, max: 1 })
    checkBoolean(where, 'training', training)
    checkBoolean(where, 'inplace', inplace)
    if (!lacksBatch(checkTensor(where, 'input', input))) {
      return (inplace ? overwrite : fresh)(input, p, training)
    }
    return inplace
      ? overwrite(input.unsqueeze_(0), p, training).squeeze_(0)
      : fresh(input.unsqueeze(0), p, training).squeeze(0)
  }
}

const anyInput: CheckInput = () => false

/**
 * Sets elements to zero with probability p, and scales the others by 1 / (1 − p).
 * `torch.nn.functional.dropout(input, p=0.5, training=True, inplace=False)`
 */
export const dropout: Dropout = dropper('dropout', 'dropout', true, anyInput)

/**
 * Dropout that keeps the mean and the variance of inputs made by `selu`. Off unless `training` is given.
 * `torch.nn.functional.alpha_dropout(input, p=0.5, training=False, inplace=False)`
 */
export const alphaDropout: Dropout = dropper('alphaDropout', 'alpha_dropout', false, anyInput)

/**
 * {@link alphaDropout} of whole channels: input [N, C, …]. Off unless `training` is given.
 * `torch.nn.functional.feature_alpha_dropout(input, p=0.5, training=False, inplace=False)`
 */
export const featureAlphaDropout: Dropout = dropper(
  'featureAlphaDropout',
  'feature_alpha_dropout',
  false,
  anyInput,
)

/**
 * Dropout of whole channels: input [N, C, L] or [C, L].
 * `torch.nn.functional.dropout1d(input, p=0.5, training=True, inplace=False)`
 *
 * @throws TorchError for an input with neither 2 nor 3 dimensions
 */
export const dropout1d: Dropout = dropper('dropout1d', 'feature_dropout', true, (input) => {
  const dims = input.dim()
  if (dims !== 2 && dims !== 3) {
    throw new TorchError(`dropout1d: expected 2 or 3 dimensions for input, got ${dims}`)
  }
  return dims === 2
})

/** PyTorch still takes inputs of any rank in 2-D and 3-D, and warns that it will not for long. */
function warnUnlessRank(where: string, dims: number, unbatched: number): void {
  if (dims === unbatched || dims === unbatched + 1) return
  warnOnce(
    `${where}: an input with ${dims} dimensions is deprecated; use dropout, or an input with ` +
      `${unbatched} or ${unbatched + 1} dimensions`,
  )
}

/**
 * Dropout of whole channels: input [N, C, H, W]. Three dimensions count as [N, C, L], with a warning.
 * `torch.nn.functional.dropout2d(input, p=0.5, training=True, inplace=False)`
 */
export const dropout2d: Dropout = dropper('dropout2d', 'feature_dropout', true, (input) => {
  const dims = input.dim()
  warnUnlessRank('dropout2d', dims, 3)
  if (dims === 3) {
    warnOnce(
      'dropout2d: an input with 3 dimensions counts as [N, C, L], which will change to [C, H, W]; use dropout1d',
    )
  }
  return false
})

/**
 * Dropout of whole channels: input [N, C, D, H, W] or [C, D, H, W].
 * `torch.nn.functional.dropout3d(input, p=0.5, training=True, inplace=False)`
 */
export const dropout3d: Dropout = dropper('dropout3d', 'feature_dropout', true, (input) => {
  const dims = input.dim()
  warnUnlessRank('dropout3d', dims, 4)
  return dims !== 5
})
