// The transformer: an encoder and a decoder. Names of members are those of state dicts.

import { checkOptions } from '../../check.js'
import { TorchError } from '../../errors.js'
import type { Tensor } from '../../torch/tensor.js'
import { count, flag, hide, real, type Settings } from '../fields.js'
import { checkTensor } from '../functional/call.js'
import { xavierUniform_ } from '../init/index.js'
import { type Maker, maker, scriptLayer } from '../layer.js'
import type { Module } from '../module.js'
import { layerNorm } from './normalization.js'
import {
  activation,
  DECODER_MASKS,
  type DecoderMasks,
  type EncoderLayerMasks,
  optional,
  type TransformerActivation,
} from './transformer-fields.js'
import { transformerDecoderLayer, transformerEncoderLayer } from './transformer-layers.js'
import {
  type EncoderMasks,
  type TransformerDecoder,
  transformerDecoder,
  transformerEncoder,
} from './transformer-stacks.js'

const fields = {
  dModel: count(512),
  nhead: count(8),
  numEncoderLayers: hide(count(6)),
  numDecoderLayers: hide(count(6)),
  dimFeedforward: hide(count(2048)),
  dropout: hide(real(0.1, { min: 0, max: 1 })),
  activation: hide(activation),
  customEncoder: optional(),
  customDecoder: optional(),
  layerNormEps: hide(real(1e-5, { min: 0 })),
  batchFirst: flag(),
  normFirst: hide(flag()),
  bias: hide(flag(true)),
}

type Encoder = Module & ((source: Tensor, options?: EncoderMasks) => Tensor)
type Decoder = Module &
  ((
    target: Tensor,
    memory: Tensor,
    options?: Parameters<TransformerDecoder['forward']>[2],
  ) => Tensor)

/** What is hidden from which part of a {@link transformer}; where a `…IsCausal` is null or left out, it looks. */
export type TransformerMasks = Omit<DecoderMasks, 'tgtIsCausal'> &
  Pick<EncoderLayerMasks, 'srcMask' | 'srcKeyPaddingMask'> & {
    srcIsCausal?: boolean | null
    tgtIsCausal?: boolean | null
  }

interface HiddenSettings {
  readonly numEncoderLayers: number
  readonly numDecoderLayers: number
  readonly dimFeedforward: number
  readonly dropout: number
  readonly activation: TransformerActivation
  readonly customEncoder: Encoder | null
  readonly customDecoder: Decoder | null
  readonly layerNormEps: number
  readonly normFirst: boolean
  readonly bias: boolean
}

/** An encoder and a decoder. Made by {@link transformer}. */
export class Transformer extends scriptLayer('Transformer', fields) {
  encoder: Encoder
  decoder: Decoder

  /** @internal */
  constructor(settings: Settings<typeof fields>) {
    super(settings)
    const { dModel, nhead, batchFirst } = settings
    const hidden = settings as unknown as HiddenSettings
    const { numEncoderLayers, numDecoderLayers, customEncoder, customDecoder, ...rest } = hidden
    const { dimFeedforward, dropout, layerNormEps, normFirst, bias } = rest
    const options = { activation: hidden.activation, layerNormEps, batchFirst, normFirst, bias }
    const norm = () => layerNorm(dModel, { eps: layerNormEps, bias })
    if (customEncoder === null) {
      const layer = transformerEncoderLayer(dModel, nhead, dimFeedforward, dropout, options)
      this.encoder = transformerEncoder(layer, numEncoderLayers, norm())
    } else this.encoder = customEncoder
    if (customDecoder === null) {
      const layer = transformerDecoderLayer(dModel, nhead, dimFeedforward, dropout, options)
      this.decoder = transformerDecoder(layer, numDecoderLayers, norm())
    } else this.decoder = customDecoder
    for (const parameter of this.parameters()) {
      if (parameter.dim() > 1) xavierUniform_(parameter)
    }
  }

  /**
   * @param source [S, N, dModel], with batchFirst [N, S, dModel]; or one sequence [S, dModel]
   * @param target [T, N, dModel], in the same forms
   * @returns the decoder's output, in the form of `target`
   */
  override forward(source: Tensor, target: Tensor, options?: TransformerMasks): Tensor {
    const where = 'Transformer'
    const { srcMask, srcKeyPaddingMask, srcIsCausal, ...masks } = checkOptions(where, options, [
      'srcMask',
      'srcKeyPaddingMask',
      'srcIsCausal',
      ...DECODER_MASKS,
    ])
    const dims = checkTensor(where, 'source', source).dim()
    const batch = this.batchFirst ? 0 : 1
    if (dims === 3 && source.size(batch) !== checkTensor(where, 'target', target).size(batch)) {
      throw new TorchError(
        `${where}: expected as many sequences in source as in target, got ${source.size(batch)} and ${target.size(batch)}`,
      )
    }
    for (const [name, x] of Object.entries({ source, target })) {
      const width = checkTensor(where, name, x).size(-1)
      if (width === this.dModel) continue
      throw new TorchError(`${where}: expected ${this.dModel} features of ${name}, got ${width}`)
    }
    const memory = this.encoder(source, {
      mask: srcMask ?? null,
      srcKeyPaddingMask: srcKeyPaddingMask ?? null,
      isCausal: srcIsCausal ?? null,
    })
    return this.decoder(target, memory, masks)
  }
}
/**
 * The transformer of "Attention is all you need" (Vaswani et al. 2017), an encoder and a decoder; `customEncoder` and
 * `customDecoder` take their places. PyTorch's `nn.Transformer`.
 */
export const transformer: Maker<typeof Transformer, [dModel?: number, nhead?: number]> = maker(
  'transformer',
  Transformer,
)
