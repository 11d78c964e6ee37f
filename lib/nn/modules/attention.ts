import { torch } from '../../torch/index.js'
import type { Parameter, Tensor } from '../../torch/tensor.js'
import { count, flag, nullable, real, type Settings } from '../fields.js'
import { checkTensor } from '../functional/call.js'
import { functional } from '../functional/index.js'
import { constant_, xavierNormal_, xavierUniform_ } from '../init/index.js'
import { type Maker, maker, scriptLayer } from '../layer.js'
import { createModule } from '../native-module.js'
import { parameter } from '../parameter.js'
import { Linear } from './linear.js'

const fields = {
  embedDim: count(),
  numHeads: count(),
  dropout: real(0, { min: 0, max: 1 }),
  bias: flag(true),
  addBiasKv: flag(),
  addZeroAttn: flag(),
  kdim: nullable(count()),
  vdim: nullable(count()),
  batchFirst: flag(),
}

/** What {@link MultiheadAttention.forward} takes besides its inputs. */
export interface AttentionOptions {
  /** [N, S]: true, or −∞, where a key is to be ignored. */
  keyPaddingMask?: Tensor | null
  /** Whether to return the weights; without, a faster kernel computes the output. */
  needWeights?: boolean
  /** [L, S] or [N · heads, L, S]: true, or −∞, where a query must not see a key. */
  attnMask?: Tensor | null
  /** Whether the weights are averaged over the heads. */
  averageAttnWeights?: boolean
  /** Says that `attnMask` is the causal one. */
  isCausal?: boolean
}

/** Python's name for the linear layer behind the heads, which it prints. */
class NonDynamicallyQuantizableLinear extends Linear {}

/** PyTorch's initial values. Not a `#private` method, which a clone would lack. */
function initialize(attention: MultiheadAttention): void {
  const { in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight } = attention
  for (const weight of [in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight]) {
    if (weight != null) xavierUniform_(weight)
  }
  if (attention.in_proj_bias !== null) {
    constant_(attention.in_proj_bias, 0)
    if (attention.out_proj.bias !== null) constant_(attention.out_proj.bias, 0)
  }
  if (attention.bias_k !== null) xavierNormal_(attention.bias_k)
  if (attention.bias_v !== null) xavierNormal_(attention.bias_v)
}

/** Attention of several heads. Made by {@link multiheadAttention}. The names of its tensors are those of state dicts. */
export class MultiheadAttention extends scriptLayer('MultiheadAttention', fields) {
  /** [3 · embedDim, embedDim]; null where keys or values have widths of their own */
  declare in_proj_weight: Parameter | null
  declare q_proj_weight: Parameter | null
  declare k_proj_weight: Parameter | null
  declare v_proj_weight: Parameter | null
  /** [3 · embedDim], or null */
  declare in_proj_bias: Parameter | null
  declare out_proj: Linear
  /** [1, 1, embedDim], or null */
  declare bias_k: Parameter | null
  declare bias_v: Parameter | null

  /** @internal */
  constructor(settings: Settings<typeof fields>) {
    super(settings)
    const { embedDim, numHeads, bias, addBiasKv, kdim, vdim } = settings
    if (embedDim % numHeads !== 0) {
      throw new RangeError(
        `multiheadAttention: embedDim ${embedDim} is not divisible by numHeads ${numHeads}`,
      )
    }
    const empty = (...shape: number[]): Parameter => parameter(torch.empty(shape))
    const keys = kdim ?? embedDim
    const values = vdim ?? embedDim
    const isOne = keys === embedDim && values === embedDim
    // In Python's order, which is that of the state dict and of the random numbers.
    if (isOne) {
      this.in_proj_weight = empty(3 * embedDim, embedDim)
    } else {
      this.q_proj_weight = empty(embedDim, embedDim)
      this.k_proj_weight = empty(embedDim, keys)
      this.v_proj_weight = empty(embedDim, values)
      this.in_proj_weight = null
    }
    this.in_proj_bias = bias ? empty(3 * embedDim) : null
    const shape = { inFeatures: embedDim, outFeatures: embedDim, bias }
    this.out_proj = new NonDynamicallyQuantizableLinear(createModule('Linear', shape))
    this.bias_k = addBiasKv ? empty(1, 1, embedDim) : null
    this.bias_v = addBiasKv ? empty(1, 1, embedDim) : null
    initialize(this)
  }

  /**
   * @param query [L, N, embedDim], with batchFirst [N, L, embedDim]; or one sequence [L, embedDim]
   * @param key [S, N, kdim], in the same forms
   * @param value [S, N, vdim], in the same forms
   * @returns the output in the form of `query`, and the weights, [N, L, S] or [N, heads, L, S], or null
   */
  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: AttentionOptions = {},
  ): [output: Tensor, weights: Tensor | null] {
    const where = 'MultiheadAttention'
    const swap = this.batchFirst && checkTensor(where, 'query', query).dim() === 3
    // The same tensor stays the same: that decides how the projections are computed.
    const turned = new Map<Tensor, Tensor>()
    const turn = (name: string, x: Tensor): Tensor => {
      const known = turned.get(x)
      if (known !== undefined) return known
      const result = swap
        ? checkTensor(where, name, x).transpose(0, 1)
        : checkTensor(where, name, x)
      turned.set(x, result)
      return result
    }
    const [output, weights] = functional.multiHeadAttentionForward(
      turn('query', query),
      turn('key', key),
      turn('value', value),
      this.embedDim,
      this.numHeads,
      this.in_proj_weight,
      this.in_proj_bias,
      this.bias_k,
      this.bias_v,
      this.addZeroAttn,
      this.dropout,
      this.out_proj.weight,
      this.out_proj.bias,
      {
        ...options,
        training: this.training,
        useSeparateProjWeight: this.in_proj_weight === null,
        qProjWeight: this.q_proj_weight ?? null,
        kProjWeight: this.k_proj_weight ?? null,
        vProjWeight: this.v_proj_weight ?? null,
      },
    )
    return [swap ? output.transpose(0, 1) : output, weights]
  }
}

/** Attention of several heads (Vaswani et al. 2017). PyTorch's `nn.MultiheadAttention`. */
export const multiheadAttention: Maker<
  typeof MultiheadAttention,
  [embedDim: number, numHeads: number, dropout?: number, bias?: boolean]
> = maker('multiheadAttention', MultiheadAttention)
