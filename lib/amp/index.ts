// The `torch.amp` namespace: mixed precision.

export { type AutocastOptions, autocast, isAutocastAvailable } from './autocast.js'
export { type CustomFwdOptions, customBwd, customFwd } from './custom-function.js'
export {
  GradScaler,
  type GradScalerOptions,
  gradScaler,
  type ScalerOutputs,
} from './grad-scaler.js'
export type { GradScalerStateDict } from './scaler-state.js'
