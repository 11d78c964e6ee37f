// The layers of transformers (Vaswani et al. 2017). Names of members are those of state dicts.

import { checkOptions } from '../../check.js'
import { float } from '../../torch/float.js'
import type { Tensor } from '../../torch/tensor.js'
import { count, flag, hide, real, type Settings } from '../fields.js'
import { checkTensor } from '../functional/call.js'
import { functional } from '../functional/index.js'
import { type Maker, maker, scriptLayer } from '../layer.js'
import { type MultiheadAttention, multiheadAttention } from './attention.js'
import { type Dropout, dropout } from './dropout.js'
import { type Linear, linear } from './linear.js'
import { type LayerNorm, layerNorm } from './normalization.js'
import {
  activation,
  DECODER_MASKS,
  type DecoderMasks,
  type EncoderLayerMasks,
  type TransformerActivation,
} from './transformer-fields.js'

export type { DecoderMasks, EncoderLayerMasks, TransformerActivation }

const fields = {
  dModel: count(),
  nhead: count(),
  dimFeedforward: count(2048),
  dropout: hide(real(0.1, { min: 0, max: 1 })),
  activation,
  layerNormEps: real(1e-5, { min: 0 }),
  batchFirst: flag(),
  normFirst: flag(),
  bias: hide(flag(true)),
}

type LayerSettings = Settings<typeof fields> & { dropout?: unknown; bias?: unknown }

type Positions = [dModel: number, nhead: number, dimFeedforward?: number, dropout?: number]

const activate = (how: TransformerActivation, x: Tensor): Tensor => {
  if (typeof how === 'function') return how(x)
  return how === 'relu' ? functional.relu(x) : functional.gelu(x)
}

const attend = (
  attention: MultiheadAttention,
  x: Tensor,
  memory: Tensor,
  attnMask: Tensor | null | undefined,
  keyPaddingMask: Tensor | null | undefined,
  isCausal = false,
): Tensor =>
  attention(x, memory, memory, {
    attnMask: attnMask ?? null,
    keyPaddingMask: keyPaddingMask ?? null,
    isCausal,
    needWeights: false,
  })[0]

/** A layer of an encoder. Made by {@link transformerEncoderLayer}. */
export class TransformerEncoderLayer extends scriptLayer('TransformerEncoderLayer', fields) {
  self_attn: MultiheadAttention
  linear1: Linear
  dropout: Dropout
  linear2: Linear
  norm1: LayerNorm
  norm2: LayerNorm
  dropout1: Dropout
  dropout2: Dropout

  /** @internal */
  constructor(settings: LayerSettings) {
    super(settings)
    const { dModel, nhead, dimFeedforward, layerNormEps, batchFirst } = settings
    // A probability is a float: Python prints that of 0 as 0.0.
    const p = float(settings.dropout as number)
    const bias = settings.bias as boolean
    this.self_attn = multiheadAttention(dModel, nhead, { dropout: p, bias, batchFirst })
    this.linear1 = linear(dModel, dimFeedforward, { bias })
    this.dropout = dropout({ p })
    this.linear2 = linear(dimFeedforward, dModel, { bias })
    this.norm1 = layerNorm(dModel, { eps: layerNormEps, bias })
    this.norm2 = layerNorm(dModel, { eps: layerNormEps, bias })
    this.dropout1 = dropout({ p })
    this.dropout2 = dropout({ p })
  }

  /** @param source [S, N, dModel], with batchFirst [N, S, dModel]; or one sequence [S, dModel] */
  override forward(source: Tensor, options?: EncoderLayerMasks): Tensor {
    const where = 'TransformerEncoderLayer'
    checkTensor(where, 'source', source)
    const { srcMask, srcKeyPaddingMask, isCausal } = checkOptions(where, options, [
      'srcMask',
      'srcKeyPaddingMask',
      'isCausal',
    ])
    const look = (x: Tensor): Tensor =>
      this.dropout1(attend(this.self_attn, x, x, srcMask, srcKeyPaddingMask, isCausal))
    const feed = (x: Tensor): Tensor =>
      this.dropout2(this.linear2(this.dropout(activate(this.activation, this.linear1(x)))))
    if (this.normFirst) {
      const x = source.add(look(this.norm1(source)))
      return x.add(feed(this.norm2(x)))
    }
    const x = this.norm1(source.add(look(source)))
    return this.norm2(x.add(feed(x)))
  }
}
/** Self-attention and two linear maps, each with a residual and a norm. PyTorch's `nn.TransformerEncoderLayer`. */
export const transformerEncoderLayer: Maker<typeof TransformerEncoderLayer, Positions> = maker(
  'transformerEncoderLayer',
  TransformerEncoderLayer,
)

/** A layer of a decoder. Made by {@link transformerDecoderLayer}. */
export class TransformerDecoderLayer extends scriptLayer('TransformerDecoderLayer', fields) {
  self_attn: MultiheadAttention
  multihead_attn: MultiheadAttention
  linear1: Linear
  dropout: Dropout
  linear2: Linear
  norm1: LayerNorm
  norm2: LayerNorm
  norm3: LayerNorm
  dropout1: Dropout
  dropout2: Dropout
  dropout3: Dropout

  /** @internal */
  constructor(settings: LayerSettings) {
    super(settings)
    const { dModel, nhead, dimFeedforward, layerNormEps, batchFirst } = settings
    // A probability is a float: Python prints that of 0 as 0.0.
    const p = float(settings.dropout as number)
    const bias = settings.bias as boolean
    this.self_attn = multiheadAttention(dModel, nhead, { dropout: p, bias, batchFirst })
    this.multihead_attn = multiheadAttention(dModel, nhead, { dropout: p, bias, batchFirst })
    this.linear1 = linear(dModel, dimFeedforward, { bias })
    this.dropout = dropout({ p })
    this.linear2 = linear(dimFeedforward, dModel, { bias })
    this.norm1 = layerNorm(dModel, { eps: layerNormEps, bias })
    this.norm2 = layerNorm(dModel, { eps: layerNormEps, bias })
    this.norm3 = layerNorm(dModel, { eps: layerNormEps, bias })
    this.dropout1 = dropout({ p })
    this.dropout2 = dropout({ p })
    this.dropout3 = dropout({ p })
  }

  /**
   * @param target [T, N, dModel], with batchFirst [N, T, dModel]; or one sequence [T, dModel]
   * @param memory the encoder's output, [S, N, dModel], in the same forms
   */
  override forward(target: Tensor, memory: Tensor, options?: DecoderMasks): Tensor {
    const where = 'TransformerDecoderLayer'
    checkTensor(where, 'target', target)
    checkTensor(where, 'memory', memory)
    const masks = checkOptions(where, options, DECODER_MASKS)
    const { tgtMask, tgtKeyPaddingMask, tgtIsCausal } = masks
    const { memoryMask, memoryKeyPaddingMask, memoryIsCausal } = masks
    const look = (x: Tensor): Tensor =>
      this.dropout1(attend(this.self_attn, x, x, tgtMask, tgtKeyPaddingMask, tgtIsCausal))
    const recall = (x: Tensor): Tensor =>
      this.dropout2(
        attend(this.multihead_attn, x, memory, memoryMask, memoryKeyPaddingMask, memoryIsCausal),
      )
    const feed = (x: Tensor): Tensor =>
      this.dropout3(this.linear2(this.dropout(activate(this.activation, this.linear1(x)))))
    if (this.normFirst) {
      const x = target.add(look(this.norm1(target)))
      const y = x.add(recall(this.norm2(x)))
      return y.add(feed(this.norm3(y)))
    }
    const x = this.norm1(target.add(look(target)))
    const y = this.norm2(x.add(recall(x)))
    return this.norm3(y.add(feed(y)))
  }
}
/** An encoder layer that also attends to an encoder's output. PyTorch's `nn.TransformerDecoderLayer`. */
export const transformerDecoderLayer: Maker<typeof TransformerDecoderLayer, Positions> = maker(
  'transformerDecoderLayer',
  TransformerDecoderLayer,
)
