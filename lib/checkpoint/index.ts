// Files of tensors: PyTorch's .pth in both directions, safetensors in both directions.

export { CheckpointError } from './error.js'
export {
  type CheckpointKey,
  type CheckpointValue,
  type LoadOptions,
  type LoadTensorsOptions,
  load,
  loadTensors,
} from './load.js'
export type { MemoryOptions } from './reading.js'
export * as checkpoint from './run/index.js'
export { type SaveSafetensorsOptions, saveSafetensors } from './safetensors.js'
export {
  loadSafetensors,
  openSafetensors,
  SafetensorsFile,
  safetensorsMetadata,
  type TensorInfo,
} from './safetensors-file.js'
export { type Savable, save } from './save.js'
export { OrderedDict, PickledObject } from './values.js'
