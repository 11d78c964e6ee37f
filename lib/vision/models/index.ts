// `models`: networks for images, and their published weights.

export {
  type BasicBlock,
  type Bottleneck,
  type ResNet,
  type ResNetOptions,
  resnet18,
  resnet34,
  resnet50,
} from './resnet.js'
export { listWeights, type Weights, type WeightsTransforms } from './weights.js'
