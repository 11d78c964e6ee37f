import { SchedulerBase } from './scheduler-base.js'

/** Base class of the schedulers that follow the number of steps alone. PyTorch's `LRScheduler`. */
export abstract class Scheduler<
  State extends { _last_lr: number[] } = { _last_lr: number[] },
> extends SchedulerBase<State> {
  /** Moves on by one step: call it after `optimizer.step()`, once for each epoch or batch as the schedule counts. */
  abstract step(): void

  /** @internal The step from nothing to epoch 0, which also begins a part of a {@link Sequential}. */
  abstract initialStep(): void

  /** @internal Takes back the step that construction took. */
  abstract undoStep(): void
}
