// The Dirichlet and the beta distribution, from libtorch's own sampler, so that numbers are Python's.

import { torch } from '../torch/index.js'
import type { Tensor } from '../torch/tensor.js'
import type { Random } from './random.js'

/**
 * Shares that sum to 1 along the last dimension (torch `_sample_dirichlet`).
 *
 * @param concentration - the positive parameters, floating-point
 */
export function drawDirichlet(concentration: Tensor, random: Random): Tensor {
  const sample = torch.ops.aten?._sample_dirichlet?.default as (...values: unknown[]) => Tensor
  return sample(concentration, random.generator(concentration.device) ?? null)
}

/** A number of the beta distribution with two equal parameters (torch `Beta(alpha, alpha).sample()`). */
export const drawBeta = (alpha: number, random: Random): number =>
  torch.scope(() =>
    drawDirichlet(torch.full([1, 2], alpha, { dtype: 'float32' }), random)
      .flatten()
      .select(0, 0)
      .item(),
  ) as number
