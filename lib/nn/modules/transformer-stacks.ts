// Stacks of transformer layers. Names of members are those of state dicts.

import { checkBoolean, checkOptions } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import type { DeviceLike, DType } from '../../torch/types.js'
import { count, type Settings } from '../fields.js'
import { additiveMask } from '../functional/attention-masks.js'
import { checkTensor } from '../functional/call.js'
import { type Maker, maker, scriptLayer } from '../layer.js'
import type { Module } from '../module.js'
import { type ModuleList, moduleList } from './containers.js'
import {
  DECODER_MASKS,
  type DecoderMasks,
  type EncoderLayerMasks,
  member,
  optional,
} from './transformer-fields.js'
import type { TransformerDecoderLayer, TransformerEncoderLayer } from './transformer-layers.js'

const copies = <M extends Module>(layer: M, numLayers: number): ModuleList<M> =>
  moduleList(Array.from({ length: numLayers }, () => layer.clone()))

/** Which places an encoder must not see. */
export type EncoderMasks = Omit<EncoderLayerMasks, 'srcMask' | 'isCausal'> & {
  /** [S, S] or [N · heads, S, S]: true, or −∞, where a place must not be seen. */
  mask?: Tensor | null
  /** Whether `mask` is the causal one; null looks. */
  isCausal?: boolean | null
}

type NormLayer = Module & ((x: Tensor) => Tensor)

/** Python's `_detect_is_causal_mask`. */
function isCausalMask(
  where: string,
  name: string,
  mask: Tensor | null,
  said: boolean | null | undefined,
  length: number,
): boolean {
  if (said !== null && said !== undefined) return checkBoolean(where, name, said)
  if (mask === null || mask.dim() !== 2) return false
  if (mask.size(0) !== length || mask.size(1) !== length) return false
  const { dtype, device } = mask
  return torch.equal(mask, generateSquareSubsequentMask(length, { dtype, device }))
}

/** A layer that knows how its sequences lie. */
interface Ordered {
  readonly self_attn: { readonly batchFirst: boolean }
}

/** The length of the sequences of [S, E], [S, N, E], or with batchFirst [N, S, E]. */
const lengthOf = (x: Tensor, layers: ModuleList): number =>
  x.size(
    x.dim() > 2 && (layers.at(0) as (Module & Ordered) | undefined)?.self_attn?.batchFirst ? 1 : 0,
  )

const encoderFields = {
  encoderLayer: member<TransformerEncoderLayer>(),
  numLayers: count(),
  norm: optional(),
}

/** Layers of an encoder after each other. Made by {@link transformerEncoder}. */
export class TransformerEncoder extends scriptLayer('TransformerEncoder', encoderFields) {
  layers: ModuleList<TransformerEncoderLayer>
  norm: NormLayer | null

  /** @internal */
  constructor(
    settings: Settings<typeof encoderFields> & { encoderLayer?: unknown; norm?: unknown },
  ) {
    super(settings)
    this.layers = copies(settings.encoderLayer as TransformerEncoderLayer, settings.numLayers)
    this.norm = settings.norm as NormLayer | null
  }

  /** @param source [S, N, dModel], with batchFirst [N, S, dModel]; or one sequence [S, dModel] */
  override forward(source: Tensor, options?: EncoderMasks): Tensor {
    const where = 'TransformerEncoder'
    checkTensor(where, 'source', source)
    const {
      mask = null,
      srcKeyPaddingMask = null,
      isCausal,
    } = checkOptions(where, options, ['mask', 'srcKeyPaddingMask', 'isCausal'])
    const masks = {
      srcMask: additiveMask('mask', mask, source),
      srcKeyPaddingMask: additiveMask('srcKeyPaddingMask', srcKeyPaddingMask, source),
    }
    const length = lengthOf(source, this.layers)
    const causal = isCausalMask(where, 'isCausal', masks.srcMask, isCausal, length)
    let x = source
    for (const layer of this.layers) x = layer(x, { ...masks, isCausal: causal })
    return this.norm === null ? x : this.norm(x)
  }
}
/**
 * `numLayers` copies of a layer (of {@link transformerEncoderLayer}, or of your own with its forward) one after the
 * other, then `norm` unless it is null. All copies begin with the same weights. PyTorch's `nn.TransformerEncoder`, but
 * always on plain tensors: PyTorch's evaluation may turn padded batches into nested ones, which are faster where much
 * is padding, and gives zeros in the padded places.
 */
export const transformerEncoder: Maker<
  typeof TransformerEncoder,
  [encoderLayer: TransformerEncoderLayer, numLayers: number, norm?: Module | null]
> = maker('transformerEncoder', TransformerEncoder)

const decoderFields = {
  decoderLayer: member<TransformerDecoderLayer>(),
  numLayers: count(),
  norm: optional(),
}

/** Layers of a decoder after each other. Made by {@link transformerDecoder}. */
export class TransformerDecoder extends scriptLayer('TransformerDecoder', decoderFields) {
  layers: ModuleList<TransformerDecoderLayer>
  norm: NormLayer | null

  /** @internal */
  constructor(
    settings: Settings<typeof decoderFields> & { decoderLayer?: unknown; norm?: unknown },
  ) {
    super(settings)
    this.layers = copies(settings.decoderLayer as TransformerDecoderLayer, settings.numLayers)
    this.norm = settings.norm as NormLayer | null
  }

  /**
   * @param target [T, N, dModel], with batchFirst [N, T, dModel]; or one sequence [T, dModel]
   * @param memory the encoder's output, [S, N, dModel], in the same forms
   * @param options.tgtIsCausal looks at `tgtMask` where it is null or left out
   */
  override forward(
    target: Tensor,
    memory: Tensor,
    options?: Omit<DecoderMasks, 'tgtIsCausal'> & { tgtIsCausal?: boolean | null },
  ): Tensor {
    const where = 'TransformerDecoder'
    checkTensor(where, 'target', target)
    const { tgtIsCausal, ...masks } = checkOptions(where, options, DECODER_MASKS)
    const length = lengthOf(target, this.layers)
    const mask = masks.tgtMask ?? null
    const causal = isCausalMask(where, 'tgtIsCausal', mask, tgtIsCausal, length)
    let x = target
    for (const layer of this.layers) x = layer(x, memory, { ...masks, tgtIsCausal: causal })
    return this.norm === null ? x : this.norm(x)
  }
}
/**
 * `numLayers` copies of a layer (of {@link transformerDecoderLayer}, or of your own with its forward) one after the
 * other, then `norm` unless it is null. All copies begin with the same weights. PyTorch's `nn.TransformerDecoder`.
 */
export const transformerDecoder: Maker<
  typeof TransformerDecoder,
  [decoderLayer: TransformerDecoderLayer, numLayers: number, norm?: Module | null]
> = maker('transformerDecoder', TransformerDecoder)

/**
 * The mask that hides from each place those after it: [size, size], −∞ above the diagonal (true where the dtype is
 * bool), 0 elsewhere. PyTorch's `nn.Transformer.generate_square_subsequent_mask`.
 */
export function generateSquareSubsequentMask(
  size: number,
  options: { dtype?: DType; device?: DeviceLike } = {},
): Tensor {
  return torch
    .full([size, size], Number.NEGATIVE_INFINITY, { dtype: 'float32', ...options })
    .triu(1)
}
