import { noGradSync } from '../../autograd/modes.js'
import type { Generator } from '../../torch/generator.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { warnOnce } from '../../warn.js'
import { checkFloat, checkTensor, type Rest, read } from '../functional/call.js'
import { type RandomOptions, source } from './values.js'

interface TruncNormalOptions extends RandomOptions {
  mean?: number
  std?: number
  a?: number
  b?: number
}

/**
 * Draws from a normal distribution cut off at `a` and `b`.
 * `torch.nn.init.trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None)`
 */
export function truncNormal_(
  tensor: Tensor,
  ...rest: Rest<TruncNormalOptions, [mean?: number, std?: number, a?: number, b?: number]>
): Tensor {
  const where = 'init.truncNormal_'
  const names = ['mean', 'std', 'a', 'b', 'generator']
  const [mean = 0, std = 1, a = -2, b = 2, generator] = read<
    [number, number, number, number, Generator | null]
  >(where, names, rest)
  checkTensor(where, 'tensor', tensor)
  for (const [i, value] of [mean, std, a, b].entries()) checkFloat(where, names[i] ?? '', value)
  if (mean < a - 2 * std || mean > b + 2 * std) {
    warnOnce(`${where}: the mean is more than 2 std outside of [a, b]`)
  }
  const draw = { mean, std, a, b, ...source(generator) }
  return noGradSync(() => (share(draw) > 0.3 ? redraw : reject)(tensor, draw))
}

interface Draw {
  mean: number
  std: number
  a: number
  b: number
  generator?: Generator
}

/** The share of the normal distribution that lies between the bounds. */
function share({ mean, std, a, b }: Draw): number {
  const below = (x: number): number =>
    (1 +
      Number(torch.erf(torch.tensor((x - mean) / std / Math.SQRT2, { dtype: 'float64' })).item())) /
    2
  return below(b) - below(a)
}

/** Draws again what lies outside: fast where that is little. */
function redraw(tensor: Tensor, { mean, std, a, b, ...options }: Draw): Tensor {
  // The bounds as the tensor's dtype has them.
  const lowest = torch.tensor(a, { dtype: tensor.dtype }).item()
  const highest = torch.tensor(b, { dtype: tensor.dtype }).item()
  let result = tensor.normal_(mean, std, options)
  for (;;) {
    const outside = result.lt(lowest).logicalOr(result.gt(highest))
    if (!outside.any().item()) break
    const fresh = torch.emptyLike(result).normal_(mean, std, options)
    result = torch.where(outside, fresh, result)
  }
  return result === tensor ? tensor : tensor.copy_(result)
}

/** Draws evenly between the bounds, and keeps a value as often as the density there says. */
function reject(tensor: Tensor, { mean, std, a, b, ...options }: Draw): Tensor {
  const mode = Math.max(a, Math.min(mean, b))
  const peak = -0.5 * ((mode - mean) / std) ** 2
  const coin = torch.emptyLike(tensor)
  const refused = (values: Tensor): Tensor => {
    const density = values.sub(mean).div_(std).pow_(2).mul_(-0.5).sub_(peak)
    return coin.uniform_(0, 1, options).log_().gt(density)
  }
  let result = tensor.uniform_(a, b, options)
  let pending = refused(result)
  while (pending.any().item()) {
    const candidates = torch.emptyLike(tensor).uniform_(a, b, options)
    result = torch.where(pending, candidates, result)
    pending = torch.where(pending, refused(candidates), pending)
  }
  return result === tensor ? tensor : tensor.copy_(result)
}
