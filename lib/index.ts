// node-libtorch: the public API.

export type { FunctionContext } from './autograd/function-context.js'
export type { RemovableHandle } from './autograd/hooks.js'
export {
  CheckpointError,
  checkpoint,
  load,
  loadSafetensors,
  loadTensors,
  openSafetensors,
  type SafetensorsFile,
  save,
  saveSafetensors,
} from './checkpoint/index.js'
export * as data from './data/index.js'
export {
  DataLoader,
  type DataLoaderOptions,
  Dataset,
  dataloader,
  dataset,
} from './data/index.js'
export {
  LinAlgError,
  NotImplementedError,
  OutOfMemoryError,
  TensorDisposedError,
  TorchError,
} from './errors.js'
export { WeightsError } from './hub/index.js'
export * as lr from './lr/index.js'
export * as nn from './nn/index.js'
export * as optim from './optim/index.js'
export { float } from './torch/float.js'
export { Generator } from './torch/generator.js'
export { torch } from './torch/index.js'
export { slice } from './torch/indexing.js'
export type { SharedTensor } from './torch/share.js'
export { Tensor } from './torch/tensor.js'
export type {
  Complex,
  Device,
  DeviceLike,
  DType,
  Scalar,
  TensorOptions,
} from './torch/types.js'
export {
  type EvalStep,
  evalStep,
  type LrFinderOptions,
  type LrFinderResult,
  lrFinder,
  type StepOptions,
  type StepOutput,
  type StepTensors,
  type TrainStep,
  type TrainStepOptions,
  trainStep,
} from './train/index.js'
