// torch.jit: what Python has in the module `torch.jit`.

import { native } from '../native.js'

export { type FreezeOptions, freeze, optimizeForInference } from './freeze.js'
export { type LoadOptions, load } from './load.js'
export { type SaveOptions, ScriptModule } from './script-module.js'
export { type TraceOptions, trace } from './trace.js'
export type { ScriptInput, ScriptKey, ScriptOutput } from './values.js'

/** Whether a `torch.jit.trace` is running its module. PyTorch's `torch.jit.is_tracing`. */
export const isTracing = (): boolean => native.jitIsTracing()
