// torch.nn.utils.clip_grad: gradients kept within bounds, in place.

import { checkBoolean, checkNumber, checkOptions, fail } from '../../check.js'
import { TorchError } from '../../errors.js'
import { native } from '../../native.js'
import { Tensor } from '../../torch/tensor.js'
import { access, handleOf } from '../../torch/tensor-access.js'

/** Options of {@link getTotalNorm} and {@link clipGradNorm_}. */
export interface TotalNormOptions {
  /** Order of the norm, `Infinity` for the largest component. */
  normType?: number
  /** Whether a norm that is not finite is an error. Finding out waits for the device. */
  errorIfNonfinite?: boolean
}

/**
 * The norm of all tensors taken as one vector; 0 of none. PyTorch's `nn.utils.get_total_norm`.
 *
 * @returns a single number, on the first tensor's device
 */
export function getTotalNorm(
  tensors: Tensor | Iterable<Tensor>,
  options?: TotalNormOptions,
): Tensor {
  return totalNorm('getTotalNorm', tensorsOf('getTotalNorm', 'tensors', tensors), options)
}

/**
 * Scales all gradients, whose norm is `totalNorm`, by the one factor that makes it at most `maxNorm`. PyTorch's
 * `nn.utils.clip_grads_with_norm_`.
 *
 * @param parameters tensors, such as `model.parameters()`; those without a gradient are left out
 * @param totalNorm what {@link getTotalNorm} gives of their gradients
 */
export function clipGradsWithNorm_(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  totalNorm: Tensor,
): void {
  const where = 'clipGradsWithNorm_'
  checkNumber(where, 'maxNorm', maxNorm)
  scale(where, gradientsOf(where, parameters), maxNorm, totalNorm)
}

/**
 * Scales all gradients by one factor, so that their norm, taken as one vector, is at most `maxNorm`. Gradients below it
 * stay as they are. Nothing waits for a GPU. PyTorch's `nn.utils.clip_grad_norm_`.
 *
 * @param parameters tensors, such as `model.parameters()`; those without a gradient are left out
 * @returns the norm before clipping, a single number, which may be read later
 */
export function clipGradNorm_(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  options?: TotalNormOptions,
): Tensor {
  const where = 'clipGradNorm_'
  checkNumber(where, 'maxNorm', maxNorm)
  const grads = gradientsOf(where, parameters)
  const norm = totalNorm(where, grads, options)
  scale(where, grads, maxNorm, norm)
  return norm
}

/**
 * Clamps each component of each gradient to [-clipValue, clipValue]. PyTorch's `nn.utils.clip_grad_value_`.
 *
 * @param parameters tensors, such as `model.parameters()`; those without a gradient are left out
 */
export function clipGradValue_(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  const where = 'clipGradValue_'
  checkNumber(where, 'clipValue', clipValue)
  const grads = gradientsOf(where, parameters)
  native.clipGradValue(clipValue, ...grads.map((grad) => handleOf(where, 'grad', grad)))
}

function totalNorm(where: string, tensors: readonly Tensor[], options?: TotalNormOptions): Tensor {
  const { normType = 2, errorIfNonfinite = false } = checkOptions(where, options, [
    'normType',
    'errorIfNonfinite',
  ])
  if (normType !== Infinity) checkNumber(where, 'normType', normType)
  checkBoolean(where, 'errorIfNonfinite', errorIfNonfinite)
  const norm = access.wrap(
    native.totalNorm(normType, ...tensors.map((tensor) => handleOf(where, 'tensors', tensor))),
  )
  if (errorIfNonfinite && !Number.isFinite(norm.item())) {
    throw new TorchError(
      `${where}: the norm of order ${normType} is ${norm.item()}; nothing can be clipped to it`,
    )
  }
  return norm
}

function scale(where: string, grads: readonly Tensor[], maxNorm: number, norm: Tensor): void {
  native.clipGradsWithNorm(
    handleOf(where, 'totalNorm', norm),
    maxNorm,
    ...grads.map((grad) => handleOf(where, 'grad', grad)),
  )
}

function gradientsOf(where: string, parameters: Tensor | Iterable<Tensor>): Tensor[] {
  return tensorsOf(where, 'parameters', parameters)
    .map((parameter) => parameter.grad)
    .filter((grad) => grad !== null)
}

function tensorsOf(where: string, param: string, tensors: unknown): Tensor[] {
  if (tensors instanceof Tensor) return [tensors]
  if (typeof tensors !== 'object' || tensors === null || !(Symbol.iterator in tensors)) {
    fail(where, param, 'a Tensor or an iterable of Tensors', tensors)
  }
  return [...(tensors as Iterable<unknown>)].map((tensor) =>
    tensor instanceof Tensor ? tensor : fail(where, param, 'Tensors', tensor),
  )
}
