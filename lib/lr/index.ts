// The `lr` namespace: learning-rate schedulers.

export { type OneCycle, type OneCycleOptions, oneCycle } from './one-cycle.js'
export { Scheduler, type SchedulerStateDict } from './scheduler.js'
