// The `nn` namespace: modules and the functions that make them.

export { module } from './define.js'
export { functional } from './functional/index.js'
export { type LoadReport, Module, type StateDict, type TensorModule } from './module.js'
export { type BatchNorm2d, type BatchNormOptions, batchNorm2d } from './modules/batchnorm2d.js'
export { type Conv2d, type Conv2dOptions, conv2d, type PaddingMode } from './modules/conv2d.js'
export {
  type CrossEntropyLoss,
  type CrossEntropyLossOptions,
  crossEntropyLoss,
} from './modules/cross-entropy-loss.js'
export { type Dropout, dropout } from './modules/dropout.js'
export { type Flatten, flatten } from './modules/flatten.js'
export { type Identity, identity } from './modules/identity.js'
export { type Linear, linear } from './modules/linear.js'
export {
  type AdaptiveAvgPool2d,
  adaptiveAvgPool2d,
  type MaxPool2d,
  type MaxPool2dOptions,
  maxPool2d,
} from './modules/pooling2d.js'
export { type ReLU, relu } from './modules/relu.js'
export { type Sequential, sequential } from './modules/sequential.js'
export { type Parameter, parameter } from './parameter.js'
