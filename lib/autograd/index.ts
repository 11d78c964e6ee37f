// torch.autograd: what Python has in the module `torch.autograd`.

export { detectAnomaly, isAnomalyEnabled, setDetectAnomaly } from './anomaly.js'
export { backward, grad } from './backward.js'
export { backwardAsync } from './backward-async.js'
export { customFunction as function } from './function.js'
export type { FunctionContext } from './function-context.js'
export * as functional from './functional.js'
export { GradcheckError, gradcheck, gradgradcheck } from './gradcheck.js'
export { savedTensorsHooks } from './saved-tensors.js'
