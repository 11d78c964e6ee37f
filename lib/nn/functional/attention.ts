// Multi-head attention, step by step as PyTorch's own: torch/nn/functional.py.

import { checkBoolean, checkInteger, checkNumber } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { warnOnce } from '../../warn.js'
import {
  additiveMask,
  checkBatched,
  checkMaskShape,
  expect,
  growMasks,
  type Masks,
  mergeMasks,
  type Optional,
  WHERE,
} from './attention-masks.js'
import { linear, projectPacked, projectSeparately } from './attention-projections.js'
import { checkTensor, operator, type Rest, read, sameShape, shapeText } from './call.js'
import { dropout } from './dropout.js'

/** Options of {@link multiHeadAttentionForward}. */
export interface MultiHeadAttentionOptions {
  /** Whether attention weights are dropped out, the default. */
  training?: boolean
  /** True, or −∞, where a key is to be ignored: [N, S] or [S]. */
  keyPaddingMask?: Tensor | null
  /** Return the attention weights too, the default; without, a faster kernel runs. */
  needWeights?: boolean
  /** True, or −∞, where a query must not see a key: [L, S] or [N · heads, L, S]; or what to add to the scores. */
  attnMask?: Tensor | null
  /** Use `qProjWeight`, `kProjWeight` and `vProjWeight` instead of `inProjWeight`. */
  useSeparateProjWeight?: boolean
  /** [E, E] */
  qProjWeight?: Tensor | null
  /** [E, features of key] */
  kProjWeight?: Tensor | null
  /** [E, features of value] */
  vProjWeight?: Tensor | null
  /** Projected keys to use instead: [N · heads, S, E / heads]. */
  staticK?: Tensor | null
  /** Projected values to use instead: [N · heads, S, E / heads]. */
  staticV?: Tensor | null
  /** Average the weights over the heads, the default. */
  averageAttnWeights?: boolean
  /** Says that `attnMask` is causal, so that a kernel for that may run. */
  isCausal?: boolean
}

const NAMES = [
  'training',
  'keyPaddingMask',
  'needWeights',
  'attnMask',
  'useSeparateProjWeight',
  'qProjWeight',
  'kProjWeight',
  'vProjWeight',
  'staticK',
  'staticV',
  'averageAttnWeights',
  'isCausal',
]

type Positions = [
  training?: boolean,
  keyPaddingMask?: Optional,
  needWeights?: boolean,
  attnMask?: Optional,
  useSeparateProjWeight?: boolean,
  qProjWeight?: Optional,
  kProjWeight?: Optional,
  vProjWeight?: Optional,
  staticK?: Optional,
  staticV?: Optional,
  averageAttnWeights?: boolean,
  isCausal?: boolean,
]

const attend = operator<
  (
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Optional,
    dropoutP: number,
    isCausal: boolean,
  ) => Tensor
>(WHERE, 'scaled_dot_product_attention')

/** A projection [S, N, E] as one matrix for each head of each sample: [N · heads, S, E / heads]. */
const splitHeads = (x: Tensor, batches: number, headDim: number): Tensor =>
  x.view([x.size(0), batches, headDim]).transpose(0, 1)

function checkStatic(name: string, given: Tensor, batches: number, headDim: number): Tensor {
  expect(
    given.size(0) === batches && given.size(2) === headDim,
    () =>
      `expected the shape [${batches}, S, ${headDim}] for ${name}, got ${shapeText(given.shape)}`,
  )
  return given
}

/** Queries, keys and values of each head of each sample, [N · heads, L or S, E / heads]. */
interface Heads {
  readonly q: Tensor
  readonly k: Tensor
  readonly v: Tensor
  readonly batch: number
  readonly numHeads: number
  readonly dropoutP: number
}

/** What the heads attend to, side by side: [L · N, E], by the kernel that keeps no weights. */
function attendFused(
  { q, k, v, batch, numHeads, dropoutP }: Heads,
  mask: Optional,
  isCausal: boolean,
): Tensor {
  const perHead = (x: Tensor): Tensor => x.view([batch, numHeads, x.size(1), x.size(2)])
  const shaped =
    mask === null || mask.size(0) === 1
      ? (mask?.unsqueeze(0) ?? null)
      : mask.view([batch, numHeads, -1, k.size(1)])
  const heads = attend(perHead(q), perHead(k), perHead(v), shaped, dropoutP, isCausal)
  return heads.permute([2, 0, 1, 3]).reshape([batch * q.size(1), numHeads * q.size(2)])
}

/** The same step by step, and the weights, [N, heads, L, S]. */
function attendStepwise(
  { q, k, v, batch, numHeads, dropoutP }: Heads,
  mask: Optional,
): [joined: Tensor, weights: Tensor] {
  const [length, headDim] = [q.size(1), q.size(2)]
  const scaledQuery = q.mul(Math.sqrt(1 / headDim))
  const keysAcross = k.transpose(-2, -1)
  const scores =
    mask === null ? scaledQuery.bmm(keysAcross) : torch.baddbmm(mask, scaledQuery, keysAcross)
  const soft = scores.softmax(-1)
  const weights = dropoutP > 0 ? dropout(soft, dropoutP) : soft
  const joined = weights
    .bmm(v)
    .transpose(0, 1)
    .reshape([length * batch, numHeads * headDim])
  return [joined, weights.view([batch, numHeads, length, k.size(1)])]
}

/**
 * Attention of several heads with projections before and after.
 * `torch.nn.functional.multi_head_attention_forward(query, key, value, embed_dim_to_check, num_heads,
 * in_proj_weight, in_proj_bias, bias_k, bias_v, add_zero_attn, dropout_p, out_proj_weight, out_proj_bias,
 * training=True, key_padding_mask=None, need_weights=True, attn_mask=None, use_separate_proj_weight=False,
 * q_proj_weight=None, k_proj_weight=None, v_proj_weight=None, static_k=None, static_v=None,
 * average_attn_weights=True, is_causal=False)`
 *
 * @param query [L, N, E] or [L, E]
 * @param key [S, N, E] or [S, E]
 * @param value [S, N, E] or [S, E]
 * @param embedDimToCheck E
 * @param inProjWeight [3E, E], or null with separate weights
 * @param inProjBias [3E]
 * @param biasK a key to append, [1, 1, E]
 * @param biasV its value, [1, 1, E]
 * @param addZeroAttn append a key and a value of zeros
 * @param outProjWeight [E, E]
 * @returns the output, [L, N, E] or [L, E], and the attention weights or null: [N, L, S] or [L, S], with the heads
 *   as the dimension before L unless averaged
 */
export function multiHeadAttentionForward(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  embedDimToCheck: number,
  numHeads: number,
  inProjWeight: Tensor | null,
  inProjBias: Tensor | null,
  biasK: Tensor | null,
  biasV: Tensor | null,
  addZeroAttn: boolean,
  dropoutP: number,
  outProjWeight: Tensor,
  outProjBias: Tensor | null,
  ...rest: Rest<MultiHeadAttentionOptions, Positions>
): [output: Tensor, weights: Tensor | null] {
  const [
    training = true,
    keyPaddingMask = null,
    needWeights = true,
    attnMask = null,
    useSeparateProjWeight = false,
    qProjWeight = null,
    kProjWeight = null,
    vProjWeight = null,
    staticK = null,
    staticV = null,
    averageAttnWeights = true,
    isCausal = false,
  ] = read<Required<Positions>>(WHERE, NAMES, rest)
  checkTensor(WHERE, 'query', query)
  checkTensor(WHERE, 'key', key)
  checkTensor(WHERE, 'value', value)
  for (const [name, tensor] of Object.entries({
    keyPaddingMask,
    attnMask,
    biasK,
    biasV,
    staticK,
    staticV,
    inProjBias,
  })) {
    if (tensor !== null) checkTensor(WHERE, name, tensor)
  }
  checkInteger(WHERE, 'embedDimToCheck', embedDimToCheck)
  checkNumber(WHERE, 'dropoutP', dropoutP, { min: 0, max: 1 })
  checkInteger(WHERE, 'numHeads', numHeads, { min: 1 })
  for (const [name, flag] of Object.entries({
    addZeroAttn,
    training,
    needWeights,
    useSeparateProjWeight,
    averageAttnWeights,
    isCausal,
  })) {
    checkBoolean(WHERE, name, flag)
  }
  const batched = checkBatched(query, key, value, keyPaddingMask, attnMask, numHeads)
  const inputs = [query, key, value].map((x) => (batched ? x : x.unsqueeze(1))) as [
    Tensor,
    Tensor,
    Tensor,
  ]
  const [queries, keys, values] = inputs
  const [length, batch, features] = queries.shape as [number, number, number]
  const headDim = Math.floor(features / numHeads)
  const batches = batch * numHeads
  expect(
    features === embedDimToCheck,
    () => `expected query to have ${embedDimToCheck} features, got ${features}`,
  )
  expect(
    headDim * numHeads === features,
    () => `${numHeads} heads do not divide ${features} features`,
  )
  const sameLength = useSeparateProjWeight
    ? sameShape(keys.shape.slice(0, 2), values.shape.slice(0, 2))
    : sameShape(keys.shape, values.shape)
  expect(
    sameLength,
    () =>
      `the shapes of key ${shapeText(key.shape)} and value ${shapeText(value.shape)} do not match`,
  )

  if (keyPaddingMask !== null && attnMask !== null && keyPaddingMask.dtype !== attnMask.dtype) {
    warnOnce(`${WHERE}: keyPaddingMask and attnMask of different dtypes are deprecated`)
  }
  expect(!isCausal || attnMask !== null, () => 'isCausal needs an attnMask')
  const padding = batched ? keyPaddingMask : (keyPaddingMask?.unsqueeze(0) ?? null)
  // The kernel can do without the mask that it would build itself.
  const causalKernel = isCausal && padding === null && !needWeights
  const mask = causalKernel ? null : additiveMask('attnMask', attnMask, query)
  let masks: Masks = {
    attention: mask === null ? null : checkMaskShape(mask, batches, length, keys.size(0)),
    keyPadding: additiveMask('keyPaddingMask', padding, query),
  }

  const projected = useSeparateProjWeight
    ? projectSeparately(inputs, [qProjWeight, kProjWeight, vProjWeight], inProjBias)
    : projectPacked(...inputs, checkTensor(WHERE, 'inProjWeight', inProjWeight), inProjBias)
  let [q, k, v] = projected as [Tensor, Tensor, Tensor]
  expect((biasK === null) === (biasV === null), () => 'biasK and biasV go together')
  if (biasK !== null && biasV !== null) {
    expect(
      staticK === null && staticV === null,
      () => 'biasK and biasV exclude staticK and staticV',
    )
    k = torch.cat([k, biasK.repeat([1, batch, 1])])
    v = torch.cat([v, biasV.repeat([1, batch, 1])])
    masks = growMasks(masks)
  }
  q = splitHeads(q, batches, headDim)
  k =
    staticK === null
      ? splitHeads(k, batches, headDim)
      : checkStatic('staticK', staticK, batches, headDim)
  v =
    staticV === null
      ? splitHeads(v, batches, headDim)
      : checkStatic('staticV', staticV, batches, headDim)
  if (addZeroAttn) {
    const zeros = torch.zeros([batches, 1, headDim], { dtype: k.dtype, device: k.device })
    k = torch.cat([k, zeros], 1)
    v = torch.cat([v, zeros.to(v.dtype)], 1)
    masks = growMasks(masks)
  }
  const heads: Heads = { q, k, v, batch, numHeads, dropoutP: training ? dropoutP : 0 }
  const added = mergeMasks(masks, batch, numHeads, k.size(1))
  const project = (joined: Tensor): Tensor => {
    const output = linear(joined, outProjWeight, outProjBias).view([length, batch, -1])
    return batched ? output : output.squeeze(1)
  }
  if (!needWeights) {
    return [project(attendFused(heads, added, isCausal && masks.keyPadding === null)), null]
  }
  const [joined, weights] = attendStepwise(heads, added)
  const shown = averageAttnWeights ? weights.mean(1) : weights
  return [project(joined), batched ? shown : shown.squeeze(0)]
}
