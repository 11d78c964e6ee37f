// The `optim` namespace.

export { Adadelta, type AdadeltaValues, adadelta } from './adadelta.js'
export { Adafactor, type AdafactorValues, adafactor } from './adafactor.js'
export { Adagrad, type AdagradValues, adagrad } from './adagrad.js'
export { Adam, type AdamValues, adam } from './adam.js'
export { Adamax, type AdamaxValues, adamax } from './adamax.js'
export { AdamW, type AdamWValues, adamw } from './adamw.js'
export { Asgd, type AsgdValues, asgd } from './asgd.js'
export {
  type OptimizerHook,
  registerOptimizerStepPostHook,
  registerOptimizerStepPreHook,
  type StateDictHook,
  type StateDictHookOptions,
  type StepArguments,
  type StepPostHook,
  type StepPreHook,
} from './hooks.js'
export { Lbfgs, type LbfgsValues, lbfgs } from './lbfgs.js'
export { Muon, type MuonValues, muon } from './muon.js'
export { NAdam, type NAdamValues, nadam } from './nadam.js'
export {
  type GroupInput,
  type NamedParam,
  Optimizer,
  type ParamGroup,
  type ParamsInput,
} from './optimizer.js'
export { RAdam, type RAdamValues, radam } from './radam.js'
export { RmsProp, type RmsPropValues, rmsprop } from './rmsprop.js'
export { Rprop, type RpropValues, rprop } from './rprop.js'
export { Sgd, type SgdValues, sgd } from './sgd.js'
export { SparseAdam, type SparseAdamValues, sparseAdam } from './sparse-adam.js'
export type { OptimizerStateDict, StateValue } from './state.js'
export * as swaUtils from './swa-utils/index.js'
