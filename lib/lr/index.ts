// The `lr` namespace: learning-rate schedulers.

export { type Chained, chained } from './chained.js'
export { type Constant, type ConstantOptions, constant } from './constant.js'
export {
  type CosineAnnealing,
  type CosineAnnealingOptions,
  cosineAnnealing,
} from './cosine-annealing.js'
export {
  type CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
  cosineAnnealingWarmRestarts,
} from './cosine-annealing-warm-restarts.js'
export {
  type CustomScheduler,
  type GetLr,
  type LrSchedulerOptions,
  lrScheduler,
} from './custom.js'
export { type Cyclic, type CyclicOptions, cyclic } from './cyclic.js'
export type { EpochOptions } from './epoch-scheduler.js'
export { type Exponential, type ExponentialOptions, exponential } from './exponential.js'
export type { EpochFunction } from './factor-functions.js'
export { type Lambda, lambda } from './lambda.js'
export { type Linear, type LinearOptions, linear } from './linear.js'
export { type MultiStep, type MultiStepOptions, multiStep } from './multi-step.js'
export { type Multiplicative, multiplicative } from './multiplicative.js'
export { type OneCycle, type OneCycleOptions, oneCycle } from './one-cycle.js'
export { type Polynomial, type PolynomialOptions, polynomial } from './polynomial.js'
export {
  type ReduceOnPlateau,
  type ReduceOnPlateauOptions,
  reduceOnPlateau,
} from './reduce-on-plateau.js'
export { Scheduler } from './scheduler.js'
export { SchedulerBase } from './scheduler-base.js'
export { type Sequential, type SequentialOptions, sequential } from './sequential.js'
export type { SchedulerStateDict, StateValue } from './state.js'
export { type Step, type StepOptions, step } from './step.js'
