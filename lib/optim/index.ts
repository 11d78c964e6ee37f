// The `optim` namespace.

export { Optimizer, type OptimizerStateDict, type ParamGroup } from './optimizer.js'
export { type Sgd, type SgdValues, sgd } from './sgd.js'
