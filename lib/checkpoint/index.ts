// Files of tensors: PyTorch's .pth in both directions, safetensors in both directions.

export { CheckpointError } from './error.js'
export {
  type CheckpointKey,
  type CheckpointValue,
  load,
  loadTensors,
} from './load.js'
export type {
  ParseOptions as LoadOptions,
  StateDictOptions as LoadTensorsOptions,
} from './parse.js'
export {
  loadSafetensors,
  type SaveSafetensorsOptions,
  safetensorsMetadata,
  saveSafetensors,
} from './safetensors.js'
export { type Savable, save } from './save.js'
export { OrderedDict, PickledObject } from './values.js'
