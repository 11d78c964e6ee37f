// torch.nn.utils.fusion: batch normalizations folded into the layer before them.

import { fail } from '../../check.js'
import { TorchError } from '../../errors.js'
import { torch } from '../../torch/index.js'
import type { Parameter, Tensor } from '../../torch/tensor.js'
import { Module } from '../module.js'
import type { Linear } from '../modules/linear.js'
import { BatchNorm1d, BatchNorm2d, BatchNorm3d } from '../modules/normalization.js'
import { parameter } from '../parameter.js'

type BatchNorm = BatchNorm1d | BatchNorm2d | BatchNorm3d
/** A convolution of any kind. */
type Conv = Module & { weight: Parameter; bias: Parameter | null }

type Weights = [weight: Parameter, bias: Parameter]

/** The statistics of a normalization in evaluation. */
function statistics(
  where: string,
  layer: Module,
  bn: BatchNorm,
): { mean: Tensor; variance: Tensor } {
  if (!(layer instanceof Module)) fail(where, 'the layer', 'a module', layer)
  if (![BatchNorm1d, BatchNorm2d, BatchNorm3d].some((Kind) => bn instanceof Kind)) {
    fail(where, 'bn', 'a batch normalization', bn)
  }
  if (layer.training || bn.training) {
    throw new TorchError(`${where}: expected both modules in evaluation, call eval() first`)
  }
  const { running_mean: mean, running_var: variance } = bn
  if (mean === null || variance === null) {
    throw new TorchError(`${where}: expected a bn with running statistics, got one without`)
  }
  return { mean, variance }
}

/**
 * A convolution that does what one and the batch normalization behind it do, both in evaluation. The two stay as they
 * are. PyTorch's `nn.utils.fuse_conv_bn_eval`.
 *
 * @param transpose whether it is a transposed convolution
 */
export function fuseConvBnEval<M extends Conv>(conv: M, bn: BatchNorm, transpose = false): M {
  const { mean, variance } = statistics('fuseConvBnEval', conv, bn)
  const fused = conv.clone() as M
  const [weight, bias] = fuseConvBnWeights(
    fused.weight,
    fused.bias,
    mean,
    variance,
    bn.eps,
    bn.weight,
    bn.bias,
    transpose,
  )
  Object.assign(fused, { weight, bias })
  return fused
}

/**
 * Weight and bias of {@link fuseConvBnEval}. PyTorch's `nn.utils.fuse_conv_bn_weights`.
 *
 * @param convB null where the convolution has no bias
 * @param bnW null where the normalization has no scale; bnB likewise
 */
export function fuseConvBnWeights(
  convW: Tensor,
  convB: Tensor | null,
  bnRm: Tensor,
  bnRv: Tensor,
  bnEps: number,
  bnW: Tensor | null,
  bnB: Tensor | null,
  transpose = false,
): Weights {
  const bias = convB ?? torch.zerosLike(bnRm)
  const scale = bnW ?? torch.onesLike(bnRm)
  const shift = bnB ?? torch.zerosLike(bnRm)
  const factor = bnRv.add(bnEps).rsqrt()
  const ones = new Array<number>(convW.dim() - 2).fill(1)
  const shape = transpose ? [1, -1, ...ones] : [-1, 1, ...ones]
  const weight = convW.mul(scale.mul(factor).reshape(shape)).to(convW.dtype)
  const moved = bias.sub(bnRm).mul(factor).mul(scale).add(shift)
  return [
    parameter(weight, convW.requiresGrad),
    parameter(moved.to(convB?.dtype ?? convW.dtype), bias.requiresGrad),
  ]
}

/**
 * A linear layer that does what one and the batch normalization behind it do, both in evaluation. The two stay as they
 * are. PyTorch's `nn.utils.fuse_linear_bn_eval`.
 */
export function fuseLinearBnEval<M extends Linear>(linear: M, bn: BatchNorm): M {
  const where = 'fuseLinearBnEval'
  const { mean, variance } = statistics(where, linear, bn)
  if (linear.outFeatures !== bn.numFeatures && bn.numFeatures !== 1) {
    throw new TorchError(
      `${where}: expected a bn of ${linear.outFeatures} features or of 1, got ${bn.numFeatures}`,
    )
  }
  const fused = linear.clone()
  const [weight, bias] = fuseLinearBnWeights(
    fused.weight,
    fused.bias,
    mean,
    variance,
    bn.eps,
    bn.weight,
    bn.bias,
  )
  Object.assign(fused, { weight, bias })
  return fused
}

/** Weight and bias of {@link fuseLinearBnEval}. PyTorch's `nn.utils.fuse_linear_bn_weights`. */
export function fuseLinearBnWeights(
  linearW: Tensor,
  linearB: Tensor | null,
  bnRm: Tensor,
  bnRv: Tensor,
  bnEps: number,
  bnW: Tensor | null,
  bnB: Tensor | null,
): Weights {
  const bias = linearB ?? torch.zerosLike(bnRm)
  const scale = (bnW ?? torch.onesLike(bnRm)).mul(bnRv.add(bnEps).rsqrt())
  const weight = linearW.mul(scale.unsqueeze(-1).to(linearW.dtype))
  const moved = bias
    .sub(bnRm)
    .mul(scale)
    .add(bnB ?? torch.zerosLike(bnRm))
  return [
    parameter(weight, linearW.requiresGrad),
    parameter(moved.to(linearB?.dtype ?? linearW.dtype), bias.requiresGrad),
  ]
}
