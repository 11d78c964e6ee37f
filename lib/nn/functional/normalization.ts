// Normalization by statistics of the input.

import { checkBoolean, checkInteger, checkNumber } from '../../check.js'
import { TorchError } from '../../errors.js'
import { backends } from '../../torch/backends.js'
import type { Tensor } from '../../torch/tensor.js'
import type { Int } from '../../torch/types.js'
import { checkTensor, operator, type Rest, read, shapeText } from './call.js'

const { cudnn } = backends

/** Scale and shift of {@link batchNorm} and its kin. */
export interface AffineOptions {
  /** Factor of each channel. */
  weight?: Tensor | null
  /** Summand of each channel. */
  bias?: Tensor | null
  /** Added to the variance, against division by zero. 1e-5 by default. */
  eps?: number
}

/** Options of {@link batchNorm}. */
export interface BatchNormOptions extends AffineOptions {
  /** Use the batch's statistics, and move the running ones towards them; otherwise use the running ones. */
  training?: boolean
  /** Share of the batch in the new running statistics, 0.1 by default. */
  momentum?: number
}

type Norm = (
  input: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  useInput: boolean,
  momentum: number,
  eps: number,
  cudnn: boolean,
) => Tensor

const batch = operator<Norm>('batchNorm', 'batch_norm')

/** Refuses a batch with one value for each channel: it has no variance. */
function checkBatchSize(where: string, shape: readonly number[]): void {
  const perChannel = shape.slice(2).reduce((product, size) => product * size, shape[0] as number)
  if (perChannel === 1) {
    throw new RangeError(
      `${where}: expected more than one value for each channel when training, got the shape ${shapeText(shape)}`,
    )
  }
}

/**
 * Normalizes each channel of [N, C, …] by the batch's mean and variance, or by the running ones.
 * `torch.nn.functional.batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False,
 * momentum=0.1, eps=1e-05)`
 *
 * @param runningMean [C], or null to keep none
 * @param runningVar [C], or null to keep none
 * @throws RangeError when training on one value for each channel
 */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  ...rest: Rest<
    BatchNormOptions,
    [
      weight?: Tensor | null,
      bias?: Tensor | null,
      training?: boolean,
      momentum?: number,
      eps?: number,
    ]
  >
): Tensor {
  const where = 'batchNorm'
  const names = ['weight', 'bias', 'training', 'momentum', 'eps']
  const [weight = null, bias = null, training = false, momentum = 0.1, eps = 1e-5] = read<
    [Tensor | null, Tensor | null, boolean, number, number]
  >(where, names, rest)
  const { shape } = checkTensor(where, 'input', input)
  if (checkBoolean(where, 'training', training)) {
    checkBatchSize(where, shape)
    checkNumber(where, 'eps', eps, { above: 0 })
  } else {
    checkNumber(where, 'eps', eps, { min: 0 })
  }
  return batch(input, weight, bias, runningMean, runningVar, training, momentum, eps, cudnn.enabled)
}

/** Options of {@link instanceNorm}. */
export interface InstanceNormOptions extends AffineOptions {
  /** [C]; moved towards the mean over the batch where given. */
  runningMean?: Tensor | null
  /** [C]; moved towards the variance over the batch where given. */
  runningVar?: Tensor | null
  /** Use the input's statistics, the default; otherwise the running ones. */
  useInputStats?: boolean
  /** Share of the input in the new running statistics, 0.1 by default. */
  momentum?: number
}

const instance = operator<Norm>('instanceNorm', 'instance_norm')

/**
 * Normalizes each channel of each sample of [N, C, …] by its own mean and variance.
 * `torch.nn.functional.instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None,
 * use_input_stats=True, momentum=0.1, eps=1e-05)`
 *
 * @throws RangeError when a channel of a sample is a single value
 */
export function instanceNorm(
  input: Tensor,
  ...rest: Rest<
    InstanceNormOptions,
    [
      runningMean?: Tensor | null,
      runningVar?: Tensor | null,
      weight?: Tensor | null,
      bias?: Tensor | null,
      useInputStats?: boolean,
      momentum?: number,
      eps?: number,
    ]
  >
): Tensor {
  const where = 'instanceNorm'
  const names = ['runningMean', 'runningVar', 'weight', 'bias', 'useInputStats', 'momentum', 'eps']
  const [
    runningMean = null,
    runningVar = null,
    weight = null,
    bias = null,
    useInputStats = true,
    momentum = 0.1,
    eps = 1e-5,
  ] = read<[Tensor | null, Tensor | null, Tensor | null, Tensor | null, boolean, number, number]>(
    where,
    names,
    rest,
  )
  const { shape } = checkTensor(where, 'input', input)
  if (checkBoolean(where, 'useInputStats', useInputStats)) {
    const spatial = shape.slice(2).reduce((product, size) => product * size, 1)
    if (spatial === 1) {
      throw new RangeError(
        `${where}: expected more than one spatial element when training, got the shape ${shapeText(shape)}`,
      )
    }
  }
  return instance(
    input,
    weight,
    bias,
    runningMean,
    runningVar,
    useInputStats,
    momentum,
    eps,
    cudnn.enabled,
  )
}

const layer = operator<
  (
    input: Tensor,
    normalizedShape: readonly Int[],
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
    cudnn: boolean,
  ) => Tensor
>('layerNorm', 'layer_norm')

/** Options of {@link layerNorm}. */
export interface LayerNormOptions extends AffineOptions {
  /** The last sizes of the input, over which the statistics are taken. */
  normalizedShape: readonly Int[]
}

/**
 * Normalizes over the last dimensions.
 * `torch.nn.functional.layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05)`
 */
export function layerNorm(
  input: Tensor,
  ...rest: Rest<
    LayerNormOptions,
    [normalizedShape: readonly Int[], weight?: Tensor | null, bias?: Tensor | null, eps?: number]
  >
): Tensor {
  const names = ['normalizedShape', 'weight', 'bias', 'eps']
  const [normalizedShape, weight = null, bias = null, eps = 1e-5] = read<
    [readonly Int[], Tensor | null, Tensor | null, number]
  >('layerNorm', names, rest)
  return layer(input, normalizedShape as readonly Int[], weight, bias, eps, cudnn.enabled)
}

const group = operator<
  (
    input: Tensor,
    numGroups: Int,
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
    cudnn: boolean,
  ) => Tensor
>('groupNorm', 'group_norm')

/** Options of {@link groupNorm}. */
export interface GroupNormOptions extends AffineOptions {
  /** Number of groups, a divisor of the number of channels. */
  numGroups: number
}

/**
 * Normalizes groups of channels of each sample of [N, C, …].
 * `torch.nn.functional.group_norm(input, num_groups, weight=None, bias=None, eps=1e-05)`
 *
 * @throws RangeError when a group of a sample is a single value
 */
export function groupNorm(
  input: Tensor,
  ...rest: Rest<
    GroupNormOptions,
    [numGroups: number, weight?: Tensor | null, bias?: Tensor | null, eps?: number]
  >
): Tensor {
  const where = 'groupNorm'
  const names = ['numGroups', 'weight', 'bias', 'eps']
  const [numGroups, weight = null, bias = null, eps = 1e-5] = read<
    [number, Tensor | null, Tensor | null, number]
  >(where, names, rest)
  const { shape } = checkTensor(where, 'input', input)
  const groups = checkInteger(where, 'numGroups', numGroups, { min: 1 })
  const [samples, channels, ...spatial] = shape
  if (samples === undefined || channels === undefined) {
    throw new TorchError(`${where}: expected at least 2 dimensions for input, got ${shape.length}`)
  }
  checkBatchSize(where, [Math.floor((samples * channels) / groups), groups, ...spatial])
  return group(input, groups, weight, bias, eps, cudnn.enabled)
}
