// The queue in front of the compute thread, on which libtorch works while JavaScript goes on.
//
// Each JS thread has its own compute thread. A job starts when the one before has been completed here, so that what its
// completion writes (a learning rate) is there for the next. A job that may call JavaScript takes its turn in the same
// queue and runs here.

import { AsyncResource } from 'node:async_hooks'
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
  /** What the result of the job becomes. */
  finish(raw: Raw): Result
  /** The same work on this thread, with the tensors that the job has held. */
  inJs(tensors: Tensor[]): Result | PromiseLike<Result>
}

const waiting: (() => Promise<void>)[] = []
let draining = false
let watchesExit = false

async function drain(): Promise<void> {
  draining = true
  for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await task()
  draining = false
}

/** Runs a call when all before it have ended. */
export function enqueue<Raw, Result>(call: AsyncCall<Raw, Result>): Promise<Result> {
  const mode = currentMode()
  // Callbacks of the user find the async context of the call, not that of whoever has filled the queue.
  const context = new AsyncResource('node-libtorch')
  const promise = new Promise<Result>((resolve, reject) => {
    waiting.push(() => perform(call, mode, context).then(resolve, reject))
  })
  if (!draining) void drain()
  return traced(promise)
}

async function perform<Raw, Result>(
  call: AsyncCall<Raw, Result>,
  mode: Mode,
  context: AsyncResource,
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
  return context.runInAsyncScope(() =>
    withMode(
      'callAsync',
      () => mode,
      () => call.inJs(tensors),
    ),
  )
}

/** Starts the job; null if it has to run here. */
function start<Raw, Result>(call: AsyncCall<Raw, Result>, mode: Mode): Promise<unknown> | null {
  try {
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
