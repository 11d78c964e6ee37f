// The vision transformer: "An Image is Worth 16x16 Words" (Dosovitskiy et al. 2020).

import { fail } from '../../check.js'
import { count, nullable, type OptionsOf } from '../../nn/fields.js'
import * as nn from '../../nn/index.js'
import { float } from '../../torch/float.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { MLP } from '../ops/index.js'
import { type ModelBuilder, modelBuilder } from './builder.js'
import { checked, classes, probability } from './fields.js'
import { initialize, zeroBias } from './initialize.js'
import { NamedSequential } from './named-sequential.js'

const own = {
  /** Height and width of the pictures, in pixels. */
  imageSize: count(224),
  /** Probability with which outputs are zeroed while training. */
  dropout: probability(0),
  /** Probability with which attention is zeroed while training. */
  attentionDropout: probability(0),
  /** Outputs of the classifier. */
  numClasses: classes(),
  /** Width of a layer before the classifier; null for none. */
  representationSize: nullable(count()),
}
const shape = {
  /** Height and width of a patch, in pixels. */
  patchSize: count(),
  numLayers: count(),
  numHeads: count(),
  /** Numbers for each patch. */
  hiddenDim: count(),
  /** Width of the hidden layer in each block. */
  mlpDim: count(),
}
const fields = { ...shape, ...own }

/** Options of {@link vitB16} and its kin. */
export type VisionTransformerOptions = OptionsOf<typeof own>

const layerNorm = (width: number): nn.LayerNorm => nn.layerNorm(width, { eps: 1e-6 })

/** Two linear layers with GELU between them. */
class MLPBlock extends MLP {
  constructor(width: number, hidden: number, dropout: number) {
    super(width, [hidden, width], { activationLayer: () => nn.gelu(), dropout })
    initialize(this, {
      linear: ({ weight, bias }) => {
        nn.init.xavierUniform_(weight)
        if (bias !== null) nn.init.normal_(bias, { std: 1e-6 })
      },
    })
  }
}

interface Widths {
  readonly numHeads: number
  readonly hiddenDim: number
  readonly mlpDim: number
  readonly dropout: number
  readonly attentionDropout: number
}

/** Attention among the patches, then two linear layers, each with a shortcut. */
class EncoderBlock extends nn.Module {
  declare ln_1: nn.LayerNorm
  declare self_attention: nn.MultiheadAttention
  declare dropout: nn.Dropout
  declare ln_2: nn.LayerNorm
  declare mlp: MLPBlock

  constructor({ numHeads, hiddenDim, mlpDim, dropout, attentionDropout }: Widths) {
    super()
    this.ln_1 = layerNorm(hiddenDim)
    this.self_attention = nn.multiheadAttention(hiddenDim, numHeads, {
      dropout: attentionDropout,
      batchFirst: true,
    })
    this.dropout = nn.dropout({ p: float(dropout) })
    this.ln_2 = layerNorm(hiddenDim)
    this.mlp = new MLPBlock(hiddenDim, mlpDim, dropout)
  }

  override forward(input: Tensor): Tensor {
    const normed = this.ln_1(input)
    const [attended] = this.self_attention(normed, normed, normed, { needWeights: false })
    const x = this.dropout(attended).add(input)
    return x.add(this.mlp(this.ln_2(x)))
  }
}

/** Blocks over a sequence, to which its positions are added: [N, sequence, hiddenDim]. */
class Encoder extends nn.Module {
  declare pos_embedding: nn.Parameter
  declare dropout: nn.Dropout
  declare layers: NamedSequential
  declare ln: nn.LayerNorm

  constructor(length: number, numLayers: number, widths: Widths) {
    super()
    const positions = torch.empty([1, length, widths.hiddenDim]).normal_(0, 0.02)
    this.pos_embedding = nn.parameter(positions)
    this.dropout = nn.dropout({ p: float(widths.dropout) })
    this.layers = new NamedSequential()
    for (let i = 0; i < numLayers; i++) {
      this.layers.add(`encoder_layer_${i}`, new EncoderBlock(widths))
    }
    this.ln = layerNorm(widths.hiddenDim)
  }

  override forward(input: Tensor): Tensor {
    return this.ln(this.layers(this.dropout(input.add(this.pos_embedding))))
  }
}

/** A transformer over patches: [N, 3, imageSize, imageSize] → [N, numClasses]. */
export class VisionTransformer extends nn.Module {
  declare conv_proj: nn.Conv2d
  /** [1, 1, hiddenDim], which comes before the patches */
  declare class_token: nn.Parameter
  declare encoder: Encoder
  declare heads: NamedSequential & { head: nn.Linear }
  readonly imageSize: number

  constructor(options: OptionsOf<typeof fields>) {
    super()
    const settings = checked('VisionTransformer', fields, options)
    const { imageSize, patchSize, numLayers, hiddenDim, numClasses, representationSize } = settings
    if (imageSize % patchSize !== 0) {
      fail('VisionTransformer', 'imageSize', `a multiple of the patch size ${patchSize}`, imageSize)
    }
    this.imageSize = imageSize
    this.conv_proj = nn.conv2d(3, hiddenDim, patchSize, { stride: patchSize })
    this.class_token = nn.parameter(torch.zeros([1, 1, hiddenDim]))
    this.encoder = new Encoder((imageSize / patchSize) ** 2 + 1, numLayers, settings)
    this.heads = new NamedSequential() as NamedSequential & { head: nn.Linear }
    const initialized: (nn.Conv2d | nn.Linear)[] = [this.conv_proj]
    if (representationSize !== null) {
      const before = nn.linear(hiddenDim, representationSize)
      this.heads.add('pre_logits', before)
      this.heads.add('act', nn.tanh())
      initialized.push(before)
    }
    const head = nn.linear(representationSize ?? hiddenDim, numClasses)
    this.heads.add('head', head)
    for (const layer of initialized) {
      const inputs = layer.weight.numel() / (layer.weight.shape[0] as number)
      nn.init.truncNormal_(layer.weight, { std: Math.sqrt(1 / inputs) })
      zeroBias(layer)
    }
    nn.init.zeros_(head.weight)
    zeroBias(head)
  }

  override forward(images: Tensor): Tensor {
    const [batch, , height, width] = images.shape
    if (height !== this.imageSize || width !== this.imageSize) {
      const expected = `pictures of ${this.imageSize} × ${this.imageSize}`
      fail('VisionTransformer', 'images', expected, images.shape)
    }
    const patches = this.conv_proj(images).flatten(2).permute([0, 2, 1])
    const token = this.class_token.expand([batch as number, -1, -1])
    const encoded = this.encoder(torch.cat([token, patches], 1))
    return this.heads(encoded.select(1, 0))
  }
}

/** Today's name of an entry of weights from before `ops.mlp`, which name its layers linear_1 and linear_2. */
export const currentViTKey = (key: string): string =>
  key.replace(
    /(?<=\.mlp\.)linear_([12])(?=\.(?:weight|bias)$)/,
    (_, number: string) => `${3 * (Number(number) - 1)}`,
  )

/** Patch size, layers, heads, numbers for each patch, hidden layer. */
type Row = readonly [number, number, number, number, number]

const vit = (
  name: string,
  [patchSize, numLayers, numHeads, hiddenDim, mlpDim]: Row,
): ModelBuilder<VisionTransformer, VisionTransformerOptions> =>
  modelBuilder({
    name,
    fields: own,
    head: 'heads.head',
    build: (settings) =>
      new VisionTransformer({
        ...settings,
        patchSize,
        numLayers,
        numHeads,
        hiddenDim,
        mlpDim,
      }),
    implied: ({ minSize }) => ({ imageSize: minSize[0] }),
    rename: currentViTKey,
  })

/** ViT base, patches of 16: 86.6 million parameters. torchvision's `vit_b_16`. */
export const vitB16 = vit('vit_b_16', [16, 12, 12, 768, 3072])
/** ViT base, patches of 32: 88.2 million parameters. torchvision's `vit_b_32`. */
export const vitB32 = vit('vit_b_32', [32, 12, 12, 768, 3072])
/** ViT large, patches of 16: 304.3 million parameters. torchvision's `vit_l_16`. */
export const vitL16 = vit('vit_l_16', [16, 24, 16, 1024, 4096])
/** ViT large, patches of 32: 306.5 million parameters. torchvision's `vit_l_32`. */
export const vitL32 = vit('vit_l_32', [32, 24, 16, 1024, 4096])
/** ViT huge, patches of 14: 632.0 million parameters. torchvision's `vit_h_14`. */
export const vitH14 = vit('vit_h_14', [14, 32, 16, 1280, 5120])
