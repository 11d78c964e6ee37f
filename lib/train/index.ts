// Tools around a training loop.

export {
  type LrFinderOptions,
  type LrFinderResult,
  type LrFinderSubject,
  lrFinder,
} from './lr-finder.js'
export {
  type EvalStep,
  evalStep,
  type StepOutput,
  type StepTensors,
  type TrainStep,
  trainStep,
} from './step.js'
export type { StepOptions, TrainStepOptions } from './step-options.js'
