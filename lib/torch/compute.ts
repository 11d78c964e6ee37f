// The queue in front of the compute thread, on which libtorch works while JavaScript goes on.
//
// Each JS thread has its own compute thread. A job starts when the one before has been completed here, so that what its
// completion writes (a learning rate) is there for the next. A job that may call JavaScript takes its turn in the same
// queue and runs here. What such a job itself asks for does not wait for the end of it: it has a queue of its own, which
// is served within the job's turn.

import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import { Bit, currentMode, type Mode, withMode } from '../autograd/mode-stack.js'
import { type JobNumber, native } from '../native.js'
import { computing } from './computing.js'
import type { Tensor } from './tensor.js'
import { access } from './tensor-access.js'

/** A call whose work can be done on the compute thread. */
export interface AsyncCall<Raw, Result> {
  /** The prepared job: it holds the tensors of the call, and its modes. */
  readonly job: JobNumber
  /** Whether it must run on this thread for a reason that native code cannot see; asked when its turn has come. */
  readonly needsJs?: (() => boolean) | undefined
  /** What is to be done on this thread before, when its turn has come. */
  begin?(): void
  /** What the result of the job becomes. */
  finish(raw: Raw): Result
  /** The same work on this thread, with the tensors that the job has held. */
  inJs(tensors: Tensor[]): Result | PromiseLike<Result>
}

/** Calls that run one after the other: those of this thread, or those that a call running on this thread has made. */
class Queue {
  readonly parent: Queue | null
  readonly #waiting: (() => Promise<void>)[] = []
  #draining = false
  #drained = Promise.resolve()
  #ended = false

  constructor(parent: Queue | null) {
    this.parent = parent
  }

  /** Where a call made here and now has its place. */
  static current(): Queue {
    let queue = turns.getStore() ?? all
    while (queue.#ended && queue.parent !== null) queue = queue.parent
    return queue
  }

  add(task: () => Promise<void>): void {
    this.#waiting.push(task)
    if (this.#draining) return
    this.#draining = true
    this.#drained = this.#drain()
  }

  /** Waits for what was called and not awaited; what is called later has its place in the parent's queue. */
  async end(): Promise<void> {
    while (this.#draining) await this.#drained
    this.#ended = true
  }

  async #drain(): Promise<void> {
    // The synchronous part of the call that has made these goes on with its model and optimizer.
    if (this.parent !== null) await null
    for (let task = this.#waiting.shift(); task !== undefined; task = this.#waiting.shift()) {
      await task()
    }
    this.#draining = false
  }
}

const all = new Queue(null)
/** The queue of the call on this thread that what runs belongs to. */
const turns = new AsyncLocalStorage<Queue>()
let watchesExit = false

/** Runs a call when all before it have ended; but for the one that makes it. */
export function enqueue<Raw, Result>(call: AsyncCall<Raw, Result>): Promise<Result> {
  const mode = currentMode()
  // Callbacks of the user find the async context of the call, not that of whoever has filled the queue.
  const context = new AsyncResource('node-libtorch')
  const queue = Queue.current()
  const promise = new Promise<Result>((resolve, reject) => {
    queue.add(() => perform(call, mode, context, queue).then(resolve, reject))
  })
  return traced(promise)
}

async function perform<Raw, Result>(
  call: AsyncCall<Raw, Result>,
  mode: Mode,
  context: AsyncResource,
  queue: Queue,
): Promise<Result> {
  const started = start(call, mode)
  if (started !== null) {
    computing.jobs++
    let raw: Raw
    try {
      raw = (await started) as Raw
    } finally {
      computing.jobs--
    }
    return context.runInAsyncScope(() => call.finish(raw))
  }
  const tensors = native.takeJob(call.job).map((handle) => access.wrap(handle))
  // Timers and input have their turn between calls that occupy this thread.
  await new Promise((resolve) => setImmediate(resolve))
  const turn = new Queue(queue)
  try {
    return await context.runInAsyncScope(() =>
      turns.run(turn, () =>
        withMode(
          'callAsync',
          () => mode,
          () => call.inJs(tensors),
        ),
      ),
    )
  } finally {
    await turn.end()
  }
}

/** Starts the job; null if it has to run here. */
function start<Raw, Result>(call: AsyncCall<Raw, Result>, mode: Mode): Promise<unknown> | null {
  try {
    call.begin?.()
    // Both ask JavaScript about each operation.
    if (mode.packHook !== null || (mode.bits & (Bit.Anomaly | Bit.CheckNan)) !== 0) return null
    if (call.needsJs?.() === true) return null
    if (!watchesExit) {
      watchesExit = true
      // What libtorch needs must not be destroyed under it.
      process.once('exit', () => native.stopCompute())
    }
    return native.startJob(call.job)
  } catch (error) {
    native.takeJob(call.job)
    throw error
  }
}

/** Gives an error that comes from native code the stack of the callers that wait for it. */
async function traced<Result>(promise: Promise<Result>): Promise<Result> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof Error && !/\n\s+at /.test(error.stack ?? '')) {
      Error.captureStackTrace(error, traced)
    }
    throw error
  }
}
