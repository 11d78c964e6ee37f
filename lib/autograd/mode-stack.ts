// How modes nest, and how they follow `await`.
//
// libtorch's modes belong to the thread. A mode here belongs to the function that was started in it, and, if that is
// asynchronous, to everything it awaits or starts until its promise settles: AsyncLocalStorage knows for each task the
// innermost mode it was started in. While such a function is under way, each operation first puts the thread into the
// mode of the task that runs (task.enter); at other times the thread simply is in the right mode, and nothing is paid.

import { AsyncLocalStorage } from 'node:async_hooks'
import { checkFunction, isThenable } from '../check.js'
import { TorchError } from '../errors.js'
import { type Native, native, type TensorHandle } from '../native.js'
import { task } from '../torch/task.js'
import type { Device } from '../torch/types.js'
import {
  type Autocast,
  actualAutocast,
  applyAutocast,
  forceAutocast,
  noAutocast,
} from './autocast-state.js'

/** The same bits as in native/autograd/modes.cc. */
export const Bit = { Grad: 1, Inference: 2, Anomaly: 4, CheckNan: 8 } as const

/** Packs a tensor that an operation saves for its backward, and gives the function that unpacks it. */
export type PackHook = (tensor: TensorHandle) => () => TensorHandle

/** What holds for a task. */
export interface Mode {
  readonly bits: number
  readonly packHook: PackHook | null
  /** Device of tensors made without one; null for the thread's. Nothing that libtorch knows of. */
  readonly device: Device | null
  readonly autocast: Autocast
}

/** One function that was started in a mode. */
interface Extent {
  readonly mode: Mode
  /** What it was started in. */
  readonly outer: Extent | undefined
  /** False once the function has ended: what it has started and left behind goes on in the outer mode. */
  open: boolean
}

const storage = new AsyncLocalStorage<Extent>()

/** The mode outside all extents. */
let base: Mode = { bits: native.modes(), packHook: null, device: null, autocast: noAutocast }
/** The base itself while {@link run} has put another mode in its place. */
let lentBase: Mode | undefined
/** What the thread is in. */
let applied = base
/** The extents whose function is on the stack. */
const running: Extent[] = []
/** Whether {@link endCutOff} is about to run. */
let watching = false

function modeOf(extent: Extent | undefined): Mode {
  let innermost = extent
  while (innermost !== undefined && !innermost.open) innermost = innermost.outer
  return innermost?.mode ?? base
}

function apply(mode: Mode): void {
  if (mode === applied) return
  if (mode.bits !== applied.bits) native.setModes(mode.bits)
  if (mode.packHook !== applied.packHook) native.setPackHook(mode.packHook)
  if (mode.autocast !== applied.autocast) applyAutocast(mode.autocast, applied.autocast)
  applied = mode
}

task.enter = () => apply(modeOf(storage.getStore()))

/** What depends on modes and is no call of an operator, for which the dispatcher checks itself. */
const ENTRIES = [
  'addItem',
  'aotiPrepare',
  'aotiRun',
  'autocastCacheEnabled',
  'autocastDtype',
  'autocastEnabled',
  'beginFunction',
  'beginVmap',
  'createModule',
  'fromBuffer',
  'getItem',
  'jitCall',
  'jitCopy',
  'jitFreeze',
  'jitLoad',
  'jitOptimizeForInference',
  'jitPrepare',
  'jitTrace',
  'mapFile',
  'moduleForward',
  'moduleTo',
  'prepareBackward',
  'prepareForward',
  'prepareStep',
  'runBackward',
  'setItem',
  'setOptimizerState',
  'setRequiresGrad',
  'sliceBytes',
  'stepOptimizer',
  'zeroGrad',
] as const satisfies readonly (keyof Native)[]

for (const name of ENTRIES) {
  const entry = native[name] as (...values: unknown[]) => unknown
  Object.assign(native, {
    [name]: (...values: unknown[]) => {
      if (task.active !== 0) task.enter()
      return entry(...values)
    },
  })
}

/** The mode of the running task. */
export const currentMode = (): Mode => modeOf(storage.getStore())

/**
 * Ends the modes of functions that have ended without their `finally` blocks, cut off by Ctrl-C in the REPL or by the
 * timeout of `node:vm`. A microtask: no function can be under way when it runs.
 */
function endCutOff(): void {
  watching = false
  if (running.length === 0 && lentBase === undefined) return
  for (const extent of running) extent.open = false
  running.length = 0
  base = lentBase ?? base
  lentBase = undefined
  // What the thread is in is not known: libtorch has left some modes, JavaScript has not.
  native.setModes(base.bits)
  native.setPackHook(base.packHook)
  forceAutocast(base.autocast)
  applied = base
  rest()
}

function watch(): void {
  if (watching) return
  queueMicrotask(endCutOff)
  watching = true
}

/** Async hooks make every promise of the process slower, so they stay on only as long as something needs them. */
function rest(): void {
  if (running.length === 0 && task.active === 0) storage.disable()
}

async function follow(result: PromiseLike<unknown>, extent: Extent): Promise<unknown> {
  try {
    return await result
  } finally {
    extent.open = false
    task.active--
    task.enter()
    rest()
  }
}

/** Runs `fn`, synchronous or not, in the mode that `change` makes of the current one. */
export function withMode<T>(where: string, change: (mode: Mode) => Mode, fn: () => T): T {
  checkFunction(where, 'fn', fn)
  const outer = storage.getStore()
  const extent: Extent = { mode: change(modeOf(outer)), outer, open: true }
  let following = false
  watch()
  running.push(extent)
  try {
    apply(extent.mode)
    const result = storage.run(extent, fn)
    if (!isThenable(result)) return result
    following = true
    task.active++
    return follow(result, extent) as T
  } finally {
    running.pop()
    if (!following) extent.open = false
    apply(modeOf(outer))
    rest()
  }
}

/**
 * Makes `mode` that of a synchronous function, which {@link modeOf} finds while it runs. Nothing but that function runs
 * meanwhile, so where no extent is open the base itself can change, which spares AsyncLocalStorage.
 */
function run<T>(mode: Mode, fn: () => T): T {
  watch()
  if (running.length === 0 && task.active === 0) {
    const [before, lentBefore] = [base, lentBase]
    lentBase ??= base
    base = mode
    try {
      return fn()
    } finally {
      base = before
      lentBase = lentBefore
    }
  }
  const extent: Extent = { mode, outer: storage.getStore(), open: true }
  running.push(extent)
  try {
    return storage.run(extent, fn)
  } finally {
    extent.open = false
    running.pop()
    rest()
  }
}

/** As {@link withMode}, at no cost worth mentioning, for a function that is known to be synchronous. */
export function withModeSync<T>(change: (mode: Mode) => Mode, fn: () => T): T {
  const outer = currentMode()
  const mode = change(outer)
  apply(mode)
  try {
    return run(mode, fn)
  } finally {
    apply(outer)
  }
}

/**
 * Runs a function that native code has called from inside an operation or a backward: the thread is in whatever mode
 * libtorch has chosen for it, and must be so again afterwards.
 */
export function inCallback<T>(fn: () => T): T {
  const bits = native.modes()
  if (bits === applied.bits && running.length === 0 && task.active === 0) return fn()
  const before = applied
  const mode: Mode = { ...before, bits, autocast: actualAutocast(before.autocast) }
  applied = mode
  try {
    return run(mode, fn)
  } finally {
    apply(mode)
    applied = before
  }
}

/** The current mode with some bits set and others cleared. */
export const changeBits =
  (set: number, clear: number) =>
  (mode: Mode): Mode => ({ ...mode, bits: (mode.bits & ~clear) | set })

/** Changes the mode outside all functions, for the rest of the thread's life or until it is changed again. */
export function changeBase(where: string, change: (mode: Mode) => Mode): void {
  if (lentBase !== undefined || storage.getStore() !== undefined) {
    throw new TorchError(
      `${where}: cannot be called inside noGrad, detectAnomaly, a custom function and their kin, whose mode ends ` +
        'with them',
    )
  }
  base = change(base)
  apply(base)
}
