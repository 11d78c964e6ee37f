// The `nn` namespace: modules and the functions that make them. The classes are there for `instanceof`.

import './clone.js'

export { module } from './define.js'
export { functional } from './functional/index.js'
export {
  registerModuleForwardHook,
  registerModuleForwardPreHook,
  registerModuleFullBackwardHook,
  registerModuleFullBackwardPreHook,
} from './global-hooks.js'
export type {
  ForwardHook,
  ForwardPreHook,
  FullBackwardHook,
  FullBackwardPreHook,
  HookGradients,
} from './hooks.js'
export * as init from './init/index.js'
export { type LoadReport, Module, type StateDict, type TensorModule } from './module.js'
export * from './modules/activation.js'
export * from './modules/adaptive.js'
export * from './modules/attention.js'
export * from './modules/containers.js'
export * from './modules/conv.js'
export * from './modules/dropout.js'
export * from './modules/embedding.js'
export * from './modules/linear.js'
export * from './modules/losses.js'
export * from './modules/max-pooling.js'
export * from './modules/normalization.js'
export * from './modules/other-losses.js'
export * from './modules/padding.js'
export * from './modules/pooling.js'
export * from './modules/rnn.js'
export * from './modules/rnn-cells.js'
export * from './modules/sequential.js'
export * from './modules/transformer.js'
export * from './modules/transformer-layers.js'
export * from './modules/transformer-stacks.js'
export * from './modules/vision.js'
export { Parameter, parameter } from './parameter.js'
export { Summary, type SummaryOptions, type SummaryRow, summary } from './summary.js'
export * as utils from './utils/index.js'
