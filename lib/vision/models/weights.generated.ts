// Made by scripts/generate-weights.py from torchvision 0.28.0; do not edit.

import { type WeightsEnum, weightsEnum } from './weights-enum.js'

/** Weights of alexnet. torchvision's `AlexNet_Weights`. */
export const AlexNetWeights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'AlexNet_Weights', 'alexnet', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'alexnet-owt-7be5be79.pth',
      numParams: 61100840,
      metrics: { acc1: 56.522, acc5: 79.066 },
      gflops: 0.714,
      fileSize: 233.087,
      minSize: [63, 63],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#alexnet-and-vgg',
    },
  },
)

/** Weights of convnext_base. torchvision's `ConvNeXt_Base_Weights`. */
export const ConvNeXtBaseWeights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'ConvNeXt_Base_Weights', 'convnext_base', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'convnext_base-6075fbad.pth',
      numParams: 88591464,
      metrics: { acc1: 84.062, acc5: 96.87 },
      gflops: 15.355,
      fileSize: 338.064,
      minSize: [32, 32],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#convnext',
    },
  },
)

/** Weights of convnext_large. torchvision's `ConvNeXt_Large_Weights`. */
export const ConvNeXtLargeWeights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'ConvNeXt_Large_Weights', 'convnext_large', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'convnext_large-ea097f82.pth',
      numParams: 197767336,
      metrics: { acc1: 84.414, acc5: 96.976 },
      gflops: 34.361,
      fileSize: 754.537,
      minSize: [32, 32],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#convnext',
    },
  },
)

/** Weights of convnext_small. torchvision's `ConvNeXt_Small_Weights`. */
export const ConvNeXtSmallWeights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'ConvNeXt_Small_Weights', 'convnext_small', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'convnext_small-0c510722.pth',
      numParams: 50223688,
      metrics: { acc1: 83.616, acc5: 96.65 },
      gflops: 8.684,
      fileSize: 191.703,
      minSize: [32, 32],
      transforms: { resizeSize: 230, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#convnext',
    },
  },
)

/** Weights of convnext_tiny. torchvision's `ConvNeXt_Tiny_Weights`. */
export const ConvNeXtTinyWeights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'ConvNeXt_Tiny_Weights', 'convnext_tiny', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'convnext_tiny-983f1562.pth',
      numParams: 28589128,
      metrics: { acc1: 82.52, acc5: 96.146 },
      gflops: 4.456,
      fileSize: 109.119,
      minSize: [32, 32],
      transforms: { resizeSize: 236, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#convnext',
    },
  },
)

/** Weights of densenet121. torchvision's `DenseNet121_Weights`. */
export const DenseNet121Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'DenseNet121_Weights', 'densenet121', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'densenet121-a639ec97.pth',
      numParams: 7978856,
      metrics: { acc1: 74.434, acc5: 91.972 },
      gflops: 2.834,
      fileSize: 30.845,
      minSize: [29, 29],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/pull/116',
    },
  },
)

/** Weights of densenet161. torchvision's `DenseNet161_Weights`. */
export const DenseNet161Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'DenseNet161_Weights', 'densenet161', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'densenet161-8d451a50.pth',
      numParams: 28681000,
      metrics: { acc1: 77.138, acc5: 93.56 },
      gflops: 7.728,
      fileSize: 110.369,
      minSize: [29, 29],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/pull/116',
    },
  },
)

/** Weights of densenet169. torchvision's `DenseNet169_Weights`. */
export const DenseNet169Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'DenseNet169_Weights', 'densenet169', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'densenet169-b2777c0a.pth',
      numParams: 14149480,
      metrics: { acc1: 75.6, acc5: 92.806 },
      gflops: 3.36,
      fileSize: 54.708,
      minSize: [29, 29],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/pull/116',
    },
  },
)

/** Weights of densenet201. torchvision's `DenseNet201_Weights`. */
export const DenseNet201Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'DenseNet201_Weights', 'densenet201', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'densenet201-c1103571.pth',
      numParams: 20013928,
      metrics: { acc1: 76.896, acc5: 93.37 },
      gflops: 4.291,
      fileSize: 77.373,
      minSize: [29, 29],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/pull/116',
    },
  },
)

/** Weights of efficientnet_b0. torchvision's `EfficientNet_B0_Weights`. */
export const EfficientNetB0Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'EfficientNet_B0_Weights', 'efficientnet_b0', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'efficientnet_b0_rwightman-7f5810bc.pth',
      numParams: 5288548,
      metrics: { acc1: 77.692, acc5: 93.532 },
      gflops: 0.386,
      fileSize: 20.451,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224, interpolation: 'bicubic' },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#efficientnet-v1',
    },
  },
)

/** Weights of efficientnet_b1. torchvision's `EfficientNet_B1_Weights`. */
export const EfficientNetB1Weights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'EfficientNet_B1_Weights', 'efficientnet_b1', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'efficientnet_b1_rwightman-bac287d4.pth',
      numParams: 7794184,
      metrics: { acc1: 78.642, acc5: 94.186 },
      gflops: 0.687,
      fileSize: 30.134,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 240, interpolation: 'bicubic' },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#efficientnet-v1',
    },
    IMAGENET1K_V2: {
      file: 'efficientnet_b1-c27df63c.pth',
      numParams: 7794184,
      metrics: { acc1: 79.838, acc5: 94.934 },
      gflops: 0.687,
      fileSize: 30.136,
      minSize: [1, 1],
      transforms: { resizeSize: 255, cropSize: 240 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe-with-lr-wd-crop-tuning',
    },
  },
)

/** Weights of efficientnet_b2. torchvision's `EfficientNet_B2_Weights`. */
export const EfficientNetB2Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'EfficientNet_B2_Weights', 'efficientnet_b2', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'efficientnet_b2_rwightman-c35c1473.pth',
      numParams: 9109994,
      metrics: { acc1: 80.608, acc5: 95.31 },
      gflops: 1.088,
      fileSize: 35.174,
      minSize: [1, 1],
      transforms: { resizeSize: 288, cropSize: 288, interpolation: 'bicubic' },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#efficientnet-v1',
    },
  },
)

/** Weights of efficientnet_b3. torchvision's `EfficientNet_B3_Weights`. */
export const EfficientNetB3Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'EfficientNet_B3_Weights', 'efficientnet_b3', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'efficientnet_b3_rwightman-b3899882.pth',
      numParams: 12233232,
      metrics: { acc1: 82.008, acc5: 96.054 },
      gflops: 1.827,
      fileSize: 47.184,
      minSize: [1, 1],
      transforms: { resizeSize: 320, cropSize: 300, interpolation: 'bicubic' },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#efficientnet-v1',
    },
  },
)

/** Weights of efficientnet_b4. torchvision's `EfficientNet_B4_Weights`. */
export const EfficientNetB4Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'EfficientNet_B4_Weights', 'efficientnet_b4', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'efficientnet_b4_rwightman-23ab8bcd.pth',
      numParams: 19341616,
      metrics: { acc1: 83.384, acc5: 96.594 },
      gflops: 4.394,
      fileSize: 74.489,
      minSize: [1, 1],
      transforms: { resizeSize: 384, cropSize: 380, interpolation: 'bicubic' },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#efficientnet-v1',
    },
  },
)

/** Weights of efficientnet_b5. torchvision's `EfficientNet_B5_Weights`. */
export const EfficientNetB5Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'EfficientNet_B5_Weights', 'efficientnet_b5', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'efficientnet_b5_lukemelas-1a07897c.pth',
      numParams: 30389784,
      metrics: { acc1: 83.444, acc5: 96.628 },
      gflops: 10.266,
      fileSize: 116.864,
      minSize: [1, 1],
      transforms: { resizeSize: 456, cropSize: 456, interpolation: 'bicubic' },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#efficientnet-v1',
    },
  },
)

/** Weights of efficientnet_b6. torchvision's `EfficientNet_B6_Weights`. */
export const EfficientNetB6Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'EfficientNet_B6_Weights', 'efficientnet_b6', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'efficientnet_b6_lukemelas-24a108a5.pth',
      numParams: 43040704,
      metrics: { acc1: 84.008, acc5: 96.916 },
      gflops: 19.068,
      fileSize: 165.362,
      minSize: [1, 1],
      transforms: { resizeSize: 528, cropSize: 528, interpolation: 'bicubic' },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#efficientnet-v1',
    },
  },
)

/** Weights of efficientnet_b7. torchvision's `EfficientNet_B7_Weights`. */
export const EfficientNetB7Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'EfficientNet_B7_Weights', 'efficientnet_b7', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'efficientnet_b7_lukemelas-c5b4e57e.pth',
      numParams: 66347960,
      metrics: { acc1: 84.122, acc5: 96.908 },
      gflops: 37.746,
      fileSize: 254.675,
      minSize: [1, 1],
      transforms: { resizeSize: 600, cropSize: 600, interpolation: 'bicubic' },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#efficientnet-v1',
    },
  },
)

/** Weights of efficientnet_v2_l. torchvision's `EfficientNet_V2_L_Weights`. */
export const EfficientNetV2LWeights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'EfficientNet_V2_L_Weights', 'efficientnet_v2_l', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'efficientnet_v2_l-59c71312.pth',
      numParams: 118515272,
      metrics: { acc1: 85.808, acc5: 97.788 },
      gflops: 56.08,
      fileSize: 454.573,
      minSize: [33, 33],
      transforms: { resizeSize: 480, cropSize: 480, interpolation: 'bicubic', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#efficientnet-v2',
    },
  },
)

/** Weights of efficientnet_v2_m. torchvision's `EfficientNet_V2_M_Weights`. */
export const EfficientNetV2MWeights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'EfficientNet_V2_M_Weights', 'efficientnet_v2_m', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'efficientnet_v2_m-dc08266a.pth',
      numParams: 54139356,
      metrics: { acc1: 85.112, acc5: 97.156 },
      gflops: 24.582,
      fileSize: 208.01,
      minSize: [33, 33],
      transforms: { resizeSize: 480, cropSize: 480 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#efficientnet-v2',
    },
  },
)

/** Weights of efficientnet_v2_s. torchvision's `EfficientNet_V2_S_Weights`. */
export const EfficientNetV2SWeights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'EfficientNet_V2_S_Weights', 'efficientnet_v2_s', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'efficientnet_v2_s-dd5fe13b.pth',
      numParams: 21458488,
      metrics: { acc1: 84.228, acc5: 96.878 },
      gflops: 8.366,
      fileSize: 82.704,
      minSize: [33, 33],
      transforms: { resizeSize: 384, cropSize: 384 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#efficientnet-v2',
    },
  },
)

/** Weights of mnasnet0_5. torchvision's `MNASNet0_5_Weights`. */
export const MNASNet0_5Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'MNASNet0_5_Weights', 'mnasnet0_5', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'mnasnet0.5_top1_67.823-3ffadce67e.pth',
      numParams: 2218512,
      metrics: { acc1: 67.734, acc5: 87.49 },
      gflops: 0.104,
      fileSize: 8.591,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/1e100/mnasnet_trainer',
    },
  },
)

/** Weights of mnasnet0_75. torchvision's `MNASNet0_75_Weights`. */
export const MNASNet0_75Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'MNASNet0_75_Weights', 'mnasnet0_75', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'mnasnet0_75-7090bc5f.pth',
      numParams: 3170208,
      metrics: { acc1: 71.18, acc5: 90.496 },
      gflops: 0.215,
      fileSize: 12.303,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/pull/6019',
    },
  },
)

/** Weights of mnasnet1_0. torchvision's `MNASNet1_0_Weights`. */
export const MNASNet1_0Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'MNASNet1_0_Weights', 'mnasnet1_0', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'mnasnet1.0_top1_73.512-f206786ef8.pth',
      numParams: 4383312,
      metrics: { acc1: 73.456, acc5: 91.51 },
      gflops: 0.314,
      fileSize: 16.915,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/1e100/mnasnet_trainer',
    },
  },
)

/** Weights of mnasnet1_3. torchvision's `MNASNet1_3_Weights`. */
export const MNASNet1_3Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'MNASNet1_3_Weights', 'mnasnet1_3', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'mnasnet1_3-a4c69d6f.pth',
      numParams: 6282256,
      metrics: { acc1: 76.506, acc5: 93.522 },
      gflops: 0.526,
      fileSize: 24.246,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/pull/6019',
    },
  },
)

/** Weights of mobilenet_v2. torchvision's `MobileNet_V2_Weights`. */
export const MobileNetV2Weights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'MobileNet_V2_Weights', 'mobilenet_v2', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'mobilenet_v2-b0353104.pth',
      numParams: 3504872,
      metrics: { acc1: 71.878, acc5: 90.286 },
      gflops: 0.301,
      fileSize: 13.555,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#mobilenetv2',
    },
    IMAGENET1K_V2: {
      file: 'mobilenet_v2-7ebf99e0.pth',
      numParams: 3504872,
      metrics: { acc1: 72.154, acc5: 90.822 },
      gflops: 0.301,
      fileSize: 13.598,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe-with-reg-tuning',
    },
  },
)

/** Weights of mobilenet_v3_large. torchvision's `MobileNet_V3_Large_Weights`. */
export const MobileNetV3LargeWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'MobileNet_V3_Large_Weights', 'mobilenet_v3_large', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'mobilenet_v3_large-8738ca79.pth',
      numParams: 5483032,
      metrics: { acc1: 74.042, acc5: 91.34 },
      gflops: 0.217,
      fileSize: 21.114,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#mobilenetv3-large--small',
    },
    IMAGENET1K_V2: {
      file: 'mobilenet_v3_large-5c1a4163.pth',
      numParams: 5483032,
      metrics: { acc1: 75.274, acc5: 92.566 },
      gflops: 0.217,
      fileSize: 21.107,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe-with-reg-tuning',
    },
  },
)

/** Weights of mobilenet_v3_small. torchvision's `MobileNet_V3_Small_Weights`. */
export const MobileNetV3SmallWeights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'MobileNet_V3_Small_Weights', 'mobilenet_v3_small', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'mobilenet_v3_small-047dcff4.pth',
      numParams: 2542856,
      metrics: { acc1: 67.668, acc5: 87.402 },
      gflops: 0.057,
      fileSize: 9.829,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#mobilenetv3-large--small',
    },
  },
)

/** Weights of regnet_x_16gf. torchvision's `RegNet_X_16GF_Weights`. */
export const RegNetX16GFWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'RegNet_X_16GF_Weights', 'regnet_x_16gf', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'regnet_x_16gf-2007eb11.pth',
      numParams: 54278536,
      metrics: { acc1: 80.058, acc5: 94.944 },
      gflops: 15.941,
      fileSize: 207.627,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#medium-models',
    },
    IMAGENET1K_V2: {
      file: 'regnet_x_16gf-ba3796d7.pth',
      numParams: 54278536,
      metrics: { acc1: 82.716, acc5: 96.196 },
      gflops: 15.941,
      fileSize: 207.627,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
)

/** Weights of regnet_x_1_6gf. torchvision's `RegNet_X_1_6GF_Weights`. */
export const RegNetX1_6GFWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'RegNet_X_1_6GF_Weights', 'regnet_x_1_6gf', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'regnet_x_1_6gf-e3633e7f.pth',
      numParams: 9190136,
      metrics: { acc1: 77.04, acc5: 93.44 },
      gflops: 1.603,
      fileSize: 35.339,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#small-models',
    },
    IMAGENET1K_V2: {
      file: 'regnet_x_1_6gf-a12f2b72.pth',
      numParams: 9190136,
      metrics: { acc1: 79.668, acc5: 94.922 },
      gflops: 1.603,
      fileSize: 35.339,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe-with-fixres',
    },
  },
)

/** Weights of regnet_x_32gf. torchvision's `RegNet_X_32GF_Weights`. */
export const RegNetX32GFWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'RegNet_X_32GF_Weights', 'regnet_x_32gf', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'regnet_x_32gf-9d47f8d0.pth',
      numParams: 107811560,
      metrics: { acc1: 80.622, acc5: 95.248 },
      gflops: 31.736,
      fileSize: 412.039,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#large-models',
    },
    IMAGENET1K_V2: {
      file: 'regnet_x_32gf-6eb8fdc6.pth',
      numParams: 107811560,
      metrics: { acc1: 83.014, acc5: 96.288 },
      gflops: 31.736,
      fileSize: 412.039,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
)

/** Weights of regnet_x_3_2gf. torchvision's `RegNet_X_3_2GF_Weights`. */
export const RegNetX3_2GFWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'RegNet_X_3_2GF_Weights', 'regnet_x_3_2gf', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'regnet_x_3_2gf-f342aeae.pth',
      numParams: 15296552,
      metrics: { acc1: 78.364, acc5: 93.992 },
      gflops: 3.177,
      fileSize: 58.756,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#medium-models',
    },
    IMAGENET1K_V2: {
      file: 'regnet_x_3_2gf-7071aa85.pth',
      numParams: 15296552,
      metrics: { acc1: 81.196, acc5: 95.43 },
      gflops: 3.177,
      fileSize: 58.756,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
)

/** Weights of regnet_x_400mf. torchvision's `RegNet_X_400MF_Weights`. */
export const RegNetX400MFWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'RegNet_X_400MF_Weights', 'regnet_x_400mf', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'regnet_x_400mf-adf1edd5.pth',
      numParams: 5495976,
      metrics: { acc1: 72.834, acc5: 90.95 },
      gflops: 0.414,
      fileSize: 21.258,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#small-models',
    },
    IMAGENET1K_V2: {
      file: 'regnet_x_400mf-62229a5f.pth',
      numParams: 5495976,
      metrics: { acc1: 74.864, acc5: 92.322 },
      gflops: 0.414,
      fileSize: 21.257,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe-with-fixres',
    },
  },
)

/** Weights of regnet_x_800mf. torchvision's `RegNet_X_800MF_Weights`. */
export const RegNetX800MFWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'RegNet_X_800MF_Weights', 'regnet_x_800mf', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'regnet_x_800mf-ad17e45c.pth',
      numParams: 7259656,
      metrics: { acc1: 75.212, acc5: 92.348 },
      gflops: 0.8,
      fileSize: 27.945,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#small-models',
    },
    IMAGENET1K_V2: {
      file: 'regnet_x_800mf-94a99ebd.pth',
      numParams: 7259656,
      metrics: { acc1: 77.522, acc5: 93.826 },
      gflops: 0.8,
      fileSize: 27.945,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe-with-fixres',
    },
  },
)

/** Weights of regnet_x_8gf. torchvision's `RegNet_X_8GF_Weights`. */
export const RegNetX8GFWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'RegNet_X_8GF_Weights', 'regnet_x_8gf', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'regnet_x_8gf-03ceed89.pth',
      numParams: 39572648,
      metrics: { acc1: 79.344, acc5: 94.686 },
      gflops: 7.995,
      fileSize: 151.456,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#medium-models',
    },
    IMAGENET1K_V2: {
      file: 'regnet_x_8gf-2b70d774.pth',
      numParams: 39572648,
      metrics: { acc1: 81.682, acc5: 95.678 },
      gflops: 7.995,
      fileSize: 151.456,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
)

/** Weights of regnet_y_128gf. torchvision's `RegNet_Y_128GF_Weights`. */
export const RegNetY128GFWeights: WeightsEnum<'IMAGENET1K_SWAG_E2E_V1' | 'IMAGENET1K_SWAG_LINEAR_V1'> = weightsEnum(
  'RegNet_Y_128GF_Weights', 'regnet_y_128gf', 'IMAGENET1K_SWAG_E2E_V1', {
    IMAGENET1K_SWAG_E2E_V1: {
      file: 'regnet_y_128gf_swag-c8ce3e52.pth',
      numParams: 644812894,
      metrics: { acc1: 88.228, acc5: 98.682 },
      gflops: 374.57,
      fileSize: 2461.564,
      minSize: [1, 1],
      transforms: { resizeSize: 384, cropSize: 384, interpolation: 'bicubic' },
      recipe: 'https://github.com/facebookresearch/SWAG',
      license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
    },
    IMAGENET1K_SWAG_LINEAR_V1: {
      file: 'regnet_y_128gf_lc_swag-cbe8ce12.pth',
      numParams: 644812894,
      metrics: { acc1: 86.068, acc5: 97.844 },
      gflops: 127.518,
      fileSize: 2461.564,
      minSize: [1, 1],
      transforms: { resizeSize: 224, cropSize: 224, interpolation: 'bicubic' },
      recipe: 'https://github.com/pytorch/vision/pull/5793',
      license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
    },
  },
)

/** Weights of regnet_y_16gf. torchvision's `RegNet_Y_16GF_Weights`. */
export const RegNetY16GFWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2' | 'IMAGENET1K_SWAG_E2E_V1' | 'IMAGENET1K_SWAG_LINEAR_V1'> = weightsEnum(
  'RegNet_Y_16GF_Weights', 'regnet_y_16gf', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'regnet_y_16gf-9e6ed7dd.pth',
      numParams: 83590140,
      metrics: { acc1: 80.424, acc5: 95.24 },
      gflops: 15.912,
      fileSize: 319.49,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#large-models',
    },
    IMAGENET1K_V2: {
      file: 'regnet_y_16gf-3e4a00f9.pth',
      numParams: 83590140,
      metrics: { acc1: 82.886, acc5: 96.328 },
      gflops: 15.912,
      fileSize: 319.49,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
    IMAGENET1K_SWAG_E2E_V1: {
      file: 'regnet_y_16gf_swag-43afe44d.pth',
      numParams: 83590140,
      metrics: { acc1: 86.012, acc5: 98.054 },
      gflops: 46.735,
      fileSize: 319.49,
      minSize: [1, 1],
      transforms: { resizeSize: 384, cropSize: 384, interpolation: 'bicubic' },
      recipe: 'https://github.com/facebookresearch/SWAG',
      license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
    },
    IMAGENET1K_SWAG_LINEAR_V1: {
      file: 'regnet_y_16gf_lc_swag-f3ec0043.pth',
      numParams: 83590140,
      metrics: { acc1: 83.976, acc5: 97.244 },
      gflops: 15.912,
      fileSize: 319.49,
      minSize: [1, 1],
      transforms: { resizeSize: 224, cropSize: 224, interpolation: 'bicubic' },
      recipe: 'https://github.com/pytorch/vision/pull/5793',
      license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
    },
  },
)

/** Weights of regnet_y_1_6gf. torchvision's `RegNet_Y_1_6GF_Weights`. */
export const RegNetY1_6GFWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'RegNet_Y_1_6GF_Weights', 'regnet_y_1_6gf', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'regnet_y_1_6gf-b11a554e.pth',
      numParams: 11202430,
      metrics: { acc1: 77.95, acc5: 93.966 },
      gflops: 1.612,
      fileSize: 43.152,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#small-models',
    },
    IMAGENET1K_V2: {
      file: 'regnet_y_1_6gf-0d7bc02a.pth',
      numParams: 11202430,
      metrics: { acc1: 80.876, acc5: 95.444 },
      gflops: 1.612,
      fileSize: 43.152,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
)

/** Weights of regnet_y_32gf. torchvision's `RegNet_Y_32GF_Weights`. */
export const RegNetY32GFWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2' | 'IMAGENET1K_SWAG_E2E_V1' | 'IMAGENET1K_SWAG_LINEAR_V1'> = weightsEnum(
  'RegNet_Y_32GF_Weights', 'regnet_y_32gf', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'regnet_y_32gf-4dee3f7a.pth',
      numParams: 145046770,
      metrics: { acc1: 80.878, acc5: 95.34 },
      gflops: 32.28,
      fileSize: 554.076,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#large-models',
    },
    IMAGENET1K_V2: {
      file: 'regnet_y_32gf-8db6d4b5.pth',
      numParams: 145046770,
      metrics: { acc1: 83.368, acc5: 96.498 },
      gflops: 32.28,
      fileSize: 554.076,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
    IMAGENET1K_SWAG_E2E_V1: {
      file: 'regnet_y_32gf_swag-04fdfa75.pth',
      numParams: 145046770,
      metrics: { acc1: 86.838, acc5: 98.362 },
      gflops: 94.826,
      fileSize: 554.076,
      minSize: [1, 1],
      transforms: { resizeSize: 384, cropSize: 384, interpolation: 'bicubic' },
      recipe: 'https://github.com/facebookresearch/SWAG',
      license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
    },
    IMAGENET1K_SWAG_LINEAR_V1: {
      file: 'regnet_y_32gf_lc_swag-e1583746.pth',
      numParams: 145046770,
      metrics: { acc1: 84.622, acc5: 97.48 },
      gflops: 32.28,
      fileSize: 554.076,
      minSize: [1, 1],
      transforms: { resizeSize: 224, cropSize: 224, interpolation: 'bicubic' },
      recipe: 'https://github.com/pytorch/vision/pull/5793',
      license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
    },
  },
)

/** Weights of regnet_y_3_2gf. torchvision's `RegNet_Y_3_2GF_Weights`. */
export const RegNetY3_2GFWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'RegNet_Y_3_2GF_Weights', 'regnet_y_3_2gf', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'regnet_y_3_2gf-b5a9779c.pth',
      numParams: 19436338,
      metrics: { acc1: 78.948, acc5: 94.576 },
      gflops: 3.176,
      fileSize: 74.567,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#medium-models',
    },
    IMAGENET1K_V2: {
      file: 'regnet_y_3_2gf-9180c971.pth',
      numParams: 19436338,
      metrics: { acc1: 81.982, acc5: 95.972 },
      gflops: 3.176,
      fileSize: 74.567,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
)

/** Weights of regnet_y_400mf. torchvision's `RegNet_Y_400MF_Weights`. */
export const RegNetY400MFWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'RegNet_Y_400MF_Weights', 'regnet_y_400mf', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'regnet_y_400mf-c65dace8.pth',
      numParams: 4344144,
      metrics: { acc1: 74.046, acc5: 91.716 },
      gflops: 0.402,
      fileSize: 16.806,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#small-models',
    },
    IMAGENET1K_V2: {
      file: 'regnet_y_400mf-e6988f5f.pth',
      numParams: 4344144,
      metrics: { acc1: 75.804, acc5: 92.742 },
      gflops: 0.402,
      fileSize: 16.806,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
)

/** Weights of regnet_y_800mf. torchvision's `RegNet_Y_800MF_Weights`. */
export const RegNetY800MFWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'RegNet_Y_800MF_Weights', 'regnet_y_800mf', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'regnet_y_800mf-1b27b58c.pth',
      numParams: 6432512,
      metrics: { acc1: 76.42, acc5: 93.136 },
      gflops: 0.834,
      fileSize: 24.774,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#small-models',
    },
    IMAGENET1K_V2: {
      file: 'regnet_y_800mf-58fc7688.pth',
      numParams: 6432512,
      metrics: { acc1: 78.828, acc5: 94.502 },
      gflops: 0.834,
      fileSize: 24.774,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
)

/** Weights of regnet_y_8gf. torchvision's `RegNet_Y_8GF_Weights`. */
export const RegNetY8GFWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'RegNet_Y_8GF_Weights', 'regnet_y_8gf', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'regnet_y_8gf-d0d0e4a8.pth',
      numParams: 39381472,
      metrics: { acc1: 80.032, acc5: 95.048 },
      gflops: 8.473,
      fileSize: 150.701,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#medium-models',
    },
    IMAGENET1K_V2: {
      file: 'regnet_y_8gf-dc2b1b54.pth',
      numParams: 39381472,
      metrics: { acc1: 82.828, acc5: 96.33 },
      gflops: 8.473,
      fileSize: 150.701,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
)

/** Weights of resnet101. torchvision's `ResNet101_Weights`. */
export const ResNet101Weights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'ResNet101_Weights', 'resnet101', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'resnet101-63fe2227.pth',
      numParams: 44549160,
      metrics: { acc1: 77.374, acc5: 93.546 },
      gflops: 7.801,
      fileSize: 170.511,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#resnet',
    },
    IMAGENET1K_V2: {
      file: 'resnet101-cd907fc2.pth',
      numParams: 44549160,
      metrics: { acc1: 81.886, acc5: 95.78 },
      gflops: 7.801,
      fileSize: 170.53,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
)

/** Weights of resnet152. torchvision's `ResNet152_Weights`. */
export const ResNet152Weights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'ResNet152_Weights', 'resnet152', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'resnet152-394f9c45.pth',
      numParams: 60192808,
      metrics: { acc1: 78.312, acc5: 94.046 },
      gflops: 11.514,
      fileSize: 230.434,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#resnet',
    },
    IMAGENET1K_V2: {
      file: 'resnet152-f82ba261.pth',
      numParams: 60192808,
      metrics: { acc1: 82.284, acc5: 96.002 },
      gflops: 11.514,
      fileSize: 230.474,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
)

/** Weights of resnet18. torchvision's `ResNet18_Weights`. */
export const ResNet18Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'ResNet18_Weights', 'resnet18', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'resnet18-f37072fd.pth',
      numParams: 11689512,
      metrics: { acc1: 69.758, acc5: 89.078 },
      gflops: 1.814,
      fileSize: 44.661,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#resnet',
    },
  },
)

/** Weights of resnet34. torchvision's `ResNet34_Weights`. */
export const ResNet34Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'ResNet34_Weights', 'resnet34', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'resnet34-b627a593.pth',
      numParams: 21797672,
      metrics: { acc1: 73.314, acc5: 91.42 },
      gflops: 3.664,
      fileSize: 83.275,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#resnet',
    },
  },
)

/** Weights of resnet50. torchvision's `ResNet50_Weights`. */
export const ResNet50Weights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'ResNet50_Weights', 'resnet50', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'resnet50-0676ba61.pth',
      numParams: 25557032,
      metrics: { acc1: 76.13, acc5: 92.862 },
      gflops: 4.089,
      fileSize: 97.781,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#resnet',
    },
    IMAGENET1K_V2: {
      file: 'resnet50-11ad3fa6.pth',
      numParams: 25557032,
      metrics: { acc1: 80.858, acc5: 95.434 },
      gflops: 4.089,
      fileSize: 97.79,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#issuecomment-1013906621',
    },
  },
)

/** Weights of resnext101_32x8d. torchvision's `ResNeXt101_32X8D_Weights`. */
export const ResNeXt101_32X8DWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'ResNeXt101_32X8D_Weights', 'resnext101_32x8d', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'resnext101_32x8d-8ba56ff5.pth',
      numParams: 88791336,
      metrics: { acc1: 79.312, acc5: 94.526 },
      gflops: 16.414,
      fileSize: 339.586,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#resnext',
    },
    IMAGENET1K_V2: {
      file: 'resnext101_32x8d-110c445d.pth',
      numParams: 88791336,
      metrics: { acc1: 82.834, acc5: 96.228 },
      gflops: 16.414,
      fileSize: 339.673,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe-with-fixres',
    },
  },
)

/** Weights of resnext101_64x4d. torchvision's `ResNeXt101_64X4D_Weights`. */
export const ResNeXt101_64X4DWeights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'ResNeXt101_64X4D_Weights', 'resnext101_64x4d', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'resnext101_64x4d-173b62eb.pth',
      numParams: 83455272,
      metrics: { acc1: 83.246, acc5: 96.454 },
      gflops: 15.46,
      fileSize: 319.318,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/pull/5935',
    },
  },
)

/** Weights of resnext50_32x4d. torchvision's `ResNeXt50_32X4D_Weights`. */
export const ResNeXt50_32X4DWeights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'ResNeXt50_32X4D_Weights', 'resnext50_32x4d', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'resnext50_32x4d-7cdf4587.pth',
      numParams: 25028904,
      metrics: { acc1: 77.618, acc5: 93.698 },
      gflops: 4.23,
      fileSize: 95.789,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#resnext',
    },
    IMAGENET1K_V2: {
      file: 'resnext50_32x4d-1a0047aa.pth',
      numParams: 25028904,
      metrics: { acc1: 81.198, acc5: 95.34 },
      gflops: 4.23,
      fileSize: 95.833,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
)

/** Weights of shufflenet_v2_x0_5. torchvision's `ShuffleNet_V2_X0_5_Weights`. */
export const ShuffleNetV2X0_5Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'ShuffleNet_V2_X0_5_Weights', 'shufflenet_v2_x0_5', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'shufflenetv2_x0.5-f707e7126e.pth',
      numParams: 1366792,
      metrics: { acc1: 60.552, acc5: 81.746 },
      gflops: 0.04,
      fileSize: 5.282,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/ericsun99/Shufflenet-v2-Pytorch',
    },
  },
)

/** Weights of shufflenet_v2_x1_0. torchvision's `ShuffleNet_V2_X1_0_Weights`. */
export const ShuffleNetV2X1_0Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'ShuffleNet_V2_X1_0_Weights', 'shufflenet_v2_x1_0', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'shufflenetv2_x1-5666bf0f80.pth',
      numParams: 2278604,
      metrics: { acc1: 69.362, acc5: 88.316 },
      gflops: 0.145,
      fileSize: 8.791,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/ericsun99/Shufflenet-v2-Pytorch',
    },
  },
)

/** Weights of shufflenet_v2_x1_5. torchvision's `ShuffleNet_V2_X1_5_Weights`. */
export const ShuffleNetV2X1_5Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'ShuffleNet_V2_X1_5_Weights', 'shufflenet_v2_x1_5', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'shufflenetv2_x1_5-3c479a10.pth',
      numParams: 3503624,
      metrics: { acc1: 72.996, acc5: 91.086 },
      gflops: 0.296,
      fileSize: 13.557,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/pull/5906',
    },
  },
)

/** Weights of shufflenet_v2_x2_0. torchvision's `ShuffleNet_V2_X2_0_Weights`. */
export const ShuffleNetV2X2_0Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'ShuffleNet_V2_X2_0_Weights', 'shufflenet_v2_x2_0', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'shufflenetv2_x2_0-8be3c8ee.pth',
      numParams: 7393996,
      metrics: { acc1: 76.23, acc5: 93.006 },
      gflops: 0.583,
      fileSize: 28.433,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/pull/5906',
    },
  },
)

/** Weights of squeezenet1_0. torchvision's `SqueezeNet1_0_Weights`. */
export const SqueezeNet1_0Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'SqueezeNet1_0_Weights', 'squeezenet1_0', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'squeezenet1_0-b66bff10.pth',
      numParams: 1248424,
      metrics: { acc1: 58.092, acc5: 80.42 },
      gflops: 0.819,
      fileSize: 4.778,
      minSize: [21, 21],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/pull/49#issuecomment-277560717',
    },
  },
)

/** Weights of squeezenet1_1. torchvision's `SqueezeNet1_1_Weights`. */
export const SqueezeNet1_1Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'SqueezeNet1_1_Weights', 'squeezenet1_1', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'squeezenet1_1-b8a52dc0.pth',
      numParams: 1235496,
      metrics: { acc1: 58.178, acc5: 80.624 },
      gflops: 0.349,
      fileSize: 4.729,
      minSize: [17, 17],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/pull/49#issuecomment-277560717',
    },
  },
)

/** Weights of vgg11. torchvision's `VGG11_Weights`. */
export const VGG11Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'VGG11_Weights', 'vgg11', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'vgg11-8a719046.pth',
      numParams: 132863336,
      metrics: { acc1: 69.02, acc5: 88.628 },
      gflops: 7.609,
      fileSize: 506.84,
      minSize: [32, 32],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#alexnet-and-vgg',
    },
  },
)

/** Weights of vgg11_bn. torchvision's `VGG11_BN_Weights`. */
export const VGG11BNWeights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'VGG11_BN_Weights', 'vgg11_bn', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'vgg11_bn-6002323d.pth',
      numParams: 132868840,
      metrics: { acc1: 70.37, acc5: 89.81 },
      gflops: 7.609,
      fileSize: 506.881,
      minSize: [32, 32],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#alexnet-and-vgg',
    },
  },
)

/** Weights of vgg13. torchvision's `VGG13_Weights`. */
export const VGG13Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'VGG13_Weights', 'vgg13', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'vgg13-19584684.pth',
      numParams: 133047848,
      metrics: { acc1: 69.928, acc5: 89.246 },
      gflops: 11.308,
      fileSize: 507.545,
      minSize: [32, 32],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#alexnet-and-vgg',
    },
  },
)

/** Weights of vgg13_bn. torchvision's `VGG13_BN_Weights`. */
export const VGG13BNWeights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'VGG13_BN_Weights', 'vgg13_bn', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'vgg13_bn-abd245e5.pth',
      numParams: 133053736,
      metrics: { acc1: 71.586, acc5: 90.374 },
      gflops: 11.308,
      fileSize: 507.59,
      minSize: [32, 32],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#alexnet-and-vgg',
    },
  },
)

/** Weights of vgg16. torchvision's `VGG16_Weights`. */
export const VGG16Weights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_FEATURES'> = weightsEnum(
  'VGG16_Weights', 'vgg16', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'vgg16-397923af.pth',
      numParams: 138357544,
      metrics: { acc1: 71.592, acc5: 90.382 },
      gflops: 15.47,
      fileSize: 527.796,
      minSize: [32, 32],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#alexnet-and-vgg',
    },
    IMAGENET1K_FEATURES: {
      file: 'vgg16_features-amdegroot-88682ab5.pth',
      numParams: 138357544,
      metrics: { acc1: Number.NaN, acc5: Number.NaN },
      gflops: 15.47,
      fileSize: 527.802,
      minSize: [32, 32],
      transforms: { resizeSize: 256, cropSize: 224, mean: [0.48235, 0.45882, 0.40784], std: [0.00392156862745098, 0.00392156862745098, 0.00392156862745098] },
      recipe: 'https://github.com/amdegroot/ssd.pytorch#training-ssd',
      categories: null,
    },
  },
)

/** Weights of vgg16_bn. torchvision's `VGG16_BN_Weights`. */
export const VGG16BNWeights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'VGG16_BN_Weights', 'vgg16_bn', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'vgg16_bn-6c64b313.pth',
      numParams: 138365992,
      metrics: { acc1: 73.36, acc5: 91.516 },
      gflops: 15.47,
      fileSize: 527.866,
      minSize: [32, 32],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#alexnet-and-vgg',
    },
  },
)

/** Weights of vgg19. torchvision's `VGG19_Weights`. */
export const VGG19Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'VGG19_Weights', 'vgg19', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'vgg19-dcbb9e9d.pth',
      numParams: 143667240,
      metrics: { acc1: 72.376, acc5: 90.876 },
      gflops: 19.632,
      fileSize: 548.051,
      minSize: [32, 32],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#alexnet-and-vgg',
    },
  },
)

/** Weights of vgg19_bn. torchvision's `VGG19_BN_Weights`. */
export const VGG19BNWeights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'VGG19_BN_Weights', 'vgg19_bn', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'vgg19_bn-c79401a0.pth',
      numParams: 143678248,
      metrics: { acc1: 74.218, acc5: 91.842 },
      gflops: 19.632,
      fileSize: 548.143,
      minSize: [32, 32],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#alexnet-and-vgg',
    },
  },
)

/** Weights of vit_b_16. torchvision's `ViT_B_16_Weights`. */
export const ViTB16Weights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_SWAG_E2E_V1' | 'IMAGENET1K_SWAG_LINEAR_V1'> = weightsEnum(
  'ViT_B_16_Weights', 'vit_b_16', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'vit_b_16-c867db91.pth',
      numParams: 86567656,
      metrics: { acc1: 81.072, acc5: 95.318 },
      gflops: 17.564,
      fileSize: 330.285,
      minSize: [224, 224],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#vit_b_16',
    },
    IMAGENET1K_SWAG_E2E_V1: {
      file: 'vit_b_16_swag-9ac1b537.pth',
      numParams: 86859496,
      metrics: { acc1: 85.304, acc5: 97.65 },
      gflops: 55.484,
      fileSize: 331.398,
      minSize: [384, 384],
      transforms: { resizeSize: 384, cropSize: 384, interpolation: 'bicubic' },
      recipe: 'https://github.com/facebookresearch/SWAG',
      license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
    },
    IMAGENET1K_SWAG_LINEAR_V1: {
      file: 'vit_b_16_lc_swag-4e70ced5.pth',
      numParams: 86567656,
      metrics: { acc1: 81.886, acc5: 96.18 },
      gflops: 17.564,
      fileSize: 330.285,
      minSize: [224, 224],
      transforms: { resizeSize: 224, cropSize: 224, interpolation: 'bicubic' },
      recipe: 'https://github.com/pytorch/vision/pull/5793',
      license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
    },
  },
)

/** Weights of vit_b_32. torchvision's `ViT_B_32_Weights`. */
export const ViTB32Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'ViT_B_32_Weights', 'vit_b_32', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'vit_b_32-d86f8d99.pth',
      numParams: 88224232,
      metrics: { acc1: 75.912, acc5: 92.466 },
      gflops: 4.409,
      fileSize: 336.604,
      minSize: [224, 224],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#vit_b_32',
    },
  },
)

/** Weights of vit_h_14. torchvision's `ViT_H_14_Weights`. */
export const ViTH14Weights: WeightsEnum<'IMAGENET1K_SWAG_E2E_V1' | 'IMAGENET1K_SWAG_LINEAR_V1'> = weightsEnum(
  'ViT_H_14_Weights', 'vit_h_14', 'IMAGENET1K_SWAG_E2E_V1', {
    IMAGENET1K_SWAG_E2E_V1: {
      file: 'vit_h_14_swag-80465313.pth',
      numParams: 633470440,
      metrics: { acc1: 88.552, acc5: 98.694 },
      gflops: 1016.717,
      fileSize: 2416.643,
      minSize: [518, 518],
      transforms: { resizeSize: 518, cropSize: 518, interpolation: 'bicubic' },
      recipe: 'https://github.com/facebookresearch/SWAG',
      license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
    },
    IMAGENET1K_SWAG_LINEAR_V1: {
      file: 'vit_h_14_lc_swag-c1eb923e.pth',
      numParams: 632045800,
      metrics: { acc1: 85.708, acc5: 97.73 },
      gflops: 167.295,
      fileSize: 2411.209,
      minSize: [224, 224],
      transforms: { resizeSize: 224, cropSize: 224, interpolation: 'bicubic' },
      recipe: 'https://github.com/pytorch/vision/pull/5793',
      license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
    },
  },
)

/** Weights of vit_l_16. torchvision's `ViT_L_16_Weights`. */
export const ViTL16Weights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_SWAG_E2E_V1' | 'IMAGENET1K_SWAG_LINEAR_V1'> = weightsEnum(
  'ViT_L_16_Weights', 'vit_l_16', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'vit_l_16-852ce7e3.pth',
      numParams: 304326632,
      metrics: { acc1: 79.662, acc5: 94.638 },
      gflops: 61.555,
      fileSize: 1161.023,
      minSize: [224, 224],
      transforms: { resizeSize: 242, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#vit_l_16',
    },
    IMAGENET1K_SWAG_E2E_V1: {
      file: 'vit_l_16_swag-4f3808c9.pth',
      numParams: 305174504,
      metrics: { acc1: 88.064, acc5: 98.512 },
      gflops: 361.986,
      fileSize: 1164.258,
      minSize: [512, 512],
      transforms: { resizeSize: 512, cropSize: 512, interpolation: 'bicubic' },
      recipe: 'https://github.com/facebookresearch/SWAG',
      license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
    },
    IMAGENET1K_SWAG_LINEAR_V1: {
      file: 'vit_l_16_lc_swag-4d563306.pth',
      numParams: 304326632,
      metrics: { acc1: 85.146, acc5: 97.422 },
      gflops: 61.555,
      fileSize: 1161.023,
      minSize: [224, 224],
      transforms: { resizeSize: 224, cropSize: 224, interpolation: 'bicubic' },
      recipe: 'https://github.com/pytorch/vision/pull/5793',
      license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
    },
  },
)

/** Weights of vit_l_32. torchvision's `ViT_L_32_Weights`. */
export const ViTL32Weights: WeightsEnum<'IMAGENET1K_V1'> = weightsEnum(
  'ViT_L_32_Weights', 'vit_l_32', 'IMAGENET1K_V1', {
    IMAGENET1K_V1: {
      file: 'vit_l_32-c7638314.pth',
      numParams: 306535400,
      metrics: { acc1: 76.972, acc5: 93.07 },
      gflops: 15.378,
      fileSize: 1169.449,
      minSize: [224, 224],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/tree/main/references/classification#vit_l_32',
    },
  },
)

/** Weights of wide_resnet101_2. torchvision's `Wide_ResNet101_2_Weights`. */
export const WideResNet101_2Weights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'Wide_ResNet101_2_Weights', 'wide_resnet101_2', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'wide_resnet101_2-32ee1156.pth',
      numParams: 126886696,
      metrics: { acc1: 78.848, acc5: 94.284 },
      gflops: 22.753,
      fileSize: 242.896,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/pull/912#issue-445437439',
    },
    IMAGENET1K_V2: {
      file: 'wide_resnet101_2-d733dc28.pth',
      numParams: 126886696,
      metrics: { acc1: 82.51, acc5: 96.02 },
      gflops: 22.753,
      fileSize: 484.747,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
)

/** Weights of wide_resnet50_2. torchvision's `Wide_ResNet50_2_Weights`. */
export const WideResNet50_2Weights: WeightsEnum<'IMAGENET1K_V1' | 'IMAGENET1K_V2'> = weightsEnum(
  'Wide_ResNet50_2_Weights', 'wide_resnet50_2', 'IMAGENET1K_V2', {
    IMAGENET1K_V1: {
      file: 'wide_resnet50_2-95faca4d.pth',
      numParams: 68883240,
      metrics: { acc1: 78.468, acc5: 94.086 },
      gflops: 11.398,
      fileSize: 131.82,
      minSize: [1, 1],
      transforms: { resizeSize: 256, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/pull/912#issue-445437439',
    },
    IMAGENET1K_V2: {
      file: 'wide_resnet50_2-9ba9bcbe.pth',
      numParams: 68883240,
      metrics: { acc1: 81.602, acc5: 95.758 },
      gflops: 11.398,
      fileSize: 263.124,
      minSize: [1, 1],
      transforms: { resizeSize: 232, cropSize: 224 },
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe-with-fixres',
    },
  },
)
