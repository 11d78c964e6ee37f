// `models`: networks for images, and their published weights.

export { AlexNet, type AlexNetOptions, alexnet } from './alexnet.js'
export type { ModelBuilder, PretrainedOptions } from './builder.js'
export {
  ConvNeXt,
  type ConvNeXtOptions,
  type ConvNeXtStage,
  convnextBase,
  convnextLarge,
  convnextSmall,
  convnextTiny,
} from './convnext.js'
export {
  DenseNet,
  type DenseNetOptions,
  densenet121,
  densenet161,
  densenet169,
  densenet201,
} from './densenet.js'
export * from './efficientnet.js'
export type { EfficientNetStage } from './efficientnet-blocks.js'
export * from './mnasnet.js'
export { MobileNetV2, type MobileNetV2Options, mobilenetV2 } from './mobilenet-v2.js'
export {
  MobileNetV3,
  type MobileNetV3Block,
  type MobileNetV3Options,
  mobilenetV3Large,
  mobilenetV3Small,
} from './mobilenet-v3.js'
export { imageClassification } from './preset.js'
export {
  getModel,
  getModelBuilder,
  getModelWeights,
  getWeight,
  type ListOptions,
  list,
} from './registry.js'
export * from './regnet.js'
export * from './resnet.js'
export * from './shufflenet-v2.js'
export * from './squeezenet.js'
export * from './vgg.js'
export {
  VisionTransformer,
  type VisionTransformerOptions,
  vitB16,
  vitB32,
  vitH14,
  vitL16,
  vitL32,
} from './vision-transformer.js'
export * from './weights.generated.js'
export { listWeights } from './weights.js'
export {
  IMAGENET_CATEGORIES,
  type Weights,
  type WeightsEnum,
  type WeightsTransforms,
} from './weights-enum.js'
