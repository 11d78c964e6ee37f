// Small networks that use the options; `_variants` in scripts/goldens/models.py makes the same ones.

import { nn } from '../../../lib/index.js'
import { models } from '../../../lib/vision/index.js'

const numClasses = 10

export const variants: Readonly<Record<string, () => nn.Module | Promise<nn.Module>>> = {
  vit: () =>
    new models.VisionTransformer({
      imageSize: 32,
      patchSize: 8,
      numLayers: 2,
      numHeads: 4,
      hiddenDim: 32,
      mlpDim: 64,
      dropout: 0.1,
      attentionDropout: 0.2,
      numClasses,
      representationSize: 16,
    }),
  convnext: () =>
    new models.ConvNeXt({
      blockSetting: [
        [8, 16, 1],
        [16, 32, 2],
        [32, null, 1],
      ],
      stochasticDepthProb: 0.3,
      layerScale: 0.5,
      numClasses,
    }),
  densenet: () =>
    new models.DenseNet({
      growthRate: 8,
      blockConfig: [2, 3],
      numInitFeatures: 16,
      bnSize: 2,
      dropRate: 0.2,
      numClasses,
    }),
  efficientnet: () => {
    const fused = { block: 'FusedMBConv', kernel: 3 } as const
    return new models.EfficientNet({
      invertedResidualSetting: [
        { ...fused, expandRatio: 1, stride: 1, inputChannels: 8, outChannels: 8, numLayers: 2 },
        { ...fused, expandRatio: 4, stride: 2, inputChannels: 8, outChannels: 16, numLayers: 2 },
        {
          block: 'MBConv',
          expandRatio: 4,
          kernel: 5,
          stride: 2,
          inputChannels: 16,
          outChannels: 24,
          numLayers: 3,
        },
      ],
      dropout: 0.1,
      stochasticDepthProb: 0.5,
      numClasses,
      lastChannel: 64,
    })
  },
  regnet: () =>
    new models.RegNet({
      depth: 5,
      w0: 16,
      wa: 8.5,
      wm: 2,
      groupWidth: 8,
      bottleneckMultiplier: 0.5,
      seRatio: 0.3,
      numClasses,
      stemWidth: 8,
      activation: nn.silu,
    }),
  mobilenet_v2: () => models.mobilenetV2({ widthMult: 0.35, numClasses, dropout: 0.5 }),
  mobilenet_v3: () =>
    models.mobilenetV3Small({ widthMult: 0.5, reducedTail: true, dilated: true, numClasses }),
  dilated: () =>
    models.resnet50({
      replaceStrideWithDilation: [false, true, true],
      zeroInitResidual: true,
      numClasses,
    }),
  group_norm: () =>
    models.resnet18({
      normLayer: (channels) => nn.groupNorm(8, channels),
      zeroInitResidual: true,
      numClasses,
    }),
}
