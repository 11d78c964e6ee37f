// The projections of queries, keys and values before multi-head attention.

import type { Tensor } from '../../torch/tensor.js'
import { expect, type Optional, WHERE } from './attention-masks.js'
import { checkTensor, operator, sameShape, shapeText } from './call.js'

export const linear = operator<(input: Tensor, weight: Tensor, bias: Optional) => Tensor>(
  WHERE,
  'linear',
)

/** Projections that come out of one product, [.., n · E], as n tensors. */
function unpack(projected: Tensor, n: number, features: number): Tensor[] {
  const stacked = projected
    .unflatten(-1, [n, features])
    .unsqueeze(0)
    .transpose(0, -2)
    .squeeze(-2)
    .contiguous()
  return stacked.unbind(0)
}

/** Query, key and value projected by one weight [3E, E]: in as few products as they are different tensors. */
export function projectPacked(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  weight: Tensor,
  bias: Optional,
): Tensor[] {
  const features = query.size(-1)
  if (key === value && query === key) return unpack(linear(query, weight, bias), 3, features)
  if (key === value) {
    const [forQuery, forBoth] = weight.split([features, features * 2]) as [Tensor, Tensor]
    const [biasQuery, biasBoth] = bias?.split([features, features * 2]) ?? []
    return [
      linear(query, forQuery, biasQuery ?? null),
      ...unpack(linear(key, forBoth, biasBoth ?? null), 2, features),
    ]
  }
  const weights = weight.chunk(3)
  const biases = bias?.chunk(3)
  return [query, key, value].map((x, i) => linear(x, weights[i] as Tensor, biases?.[i] ?? null))
}

/** Query, key and value projected by a weight each. */
export function projectSeparately(
  inputs: readonly [Tensor, Tensor, Tensor],
  weights: readonly Optional[],
  bias: Optional,
): Tensor[] {
  const features = inputs[0].size(-1)
  const biases = bias?.chunk(3)
  return inputs.map((x, i) => {
    const name = `${'qkv'[i]}ProjWeight`
    const weight = checkTensor(WHERE, name, weights[i])
    const wanted = [features, x.size(-1)]
    expect(
      sameShape(weight.shape, wanted),
      () => `expected the shape ${shapeText(wanted)} for ${name}, got ${shapeText(weight.shape)}`,
    )
    const b = biases?.[i] ?? null
    expect(
      b === null || sameShape(b.shape, [features]),
      () =>
        `expected the shape [${3 * features}] for inProjBias, got ${shapeText(bias?.shape ?? [])}`,
    )
    return linear(x, weight, b)
  })
}
