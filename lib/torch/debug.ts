// Debug mode: each tensor remembers where in the user's program it was made, and where it was disposed.

import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkBoolean, checkOptions } from '../check.js'
import { TensorDisposedError, TorchError } from '../errors.js'
import { native, type TensorHandle } from '../native.js'

/** What {@link debug} turns on and off. */
export interface DebugOptions {
  /** Each tensor remembers the JavaScript stack of where it was made, and of where it was disposed. */
  creationStacks?: boolean
}

/** Live tensors made in one place. */
export interface LiveTensors {
  /** The JavaScript stack of where they were made, innermost call first. */
  stack: string
  /** How many live. */
  count: number
  /** Bytes of the memory that they hold; what several of them share counts once. */
  bytes: number
}

/** While `on` is true, the Tensor class calls {@link noteMade} and {@link noteDisposed}. */
export const debugMode = { on: false }

/** Handles of disposed tensors, by which native code still knows their notes. */
let disposed = new WeakMap<object, TensorHandle>()

const library = path.dirname(path.dirname(fileURLToPath(import.meta.url))) + path.sep
const STACK_DEPTH = 32

/** The stack of the user's program, without this library's and Node's own frames. */
export function stackHere(): string {
  const holder: { stack?: string } = {}
  const depth = Error.stackTraceLimit
  Error.stackTraceLimit = STACK_DEPTH
  Error.captureStackTrace(holder, stackHere)
  Error.stackTraceLimit = depth
  const frames = String(holder.stack).split('\n').slice(1)
  const theirs = frames.filter((frame) => !frame.includes(library) && !frame.includes('(node:'))
  return (theirs.length > 0 ? theirs : frames).join('\n')
}

/** Notes that a tensor has just been made. */
export function noteMade(handle: TensorHandle): void {
  native.noteMade(handle, stackHere())
}

/** Runs `dispose`, which disposes tensors, and notes that it did so here. */
export function noteDisposing(dispose: () => void): void {
  native.noteDisposing(stackHere())
  try {
    dispose()
  } finally {
    native.noteDisposing('')
  }
}

/** Notes that `tensor`, whose handle was `handle`, has been disposed. */
export function noteDisposed(tensor: object, handle: TensorHandle): void {
  disposed.set(tensor, handle)
}

const HOW_TO_TURN_ON = 'set NODE_LIBTORCH_DEBUG=1 or call torch.debug({ creationStacks: true })'

/** The error for a use of a tensor after its `dispose()`. */
export function disposedError(tensor: object): TensorDisposedError {
  const handle = disposed.get(tensor)
  const where =
    handle !== undefined
      ? native.whereDisposed(handle)
      : debugMode.on
        ? '; that was before debug mode was turned on'
        : `; ${HOW_TO_TURN_ON} to learn where`
  return new TensorDisposedError(`this tensor has been disposed${where}`)
}

/**
 * Turns debug mode on or off for this thread, and tells whether it is on. The environment variable
 * `NODE_LIBTORCH_DEBUG=1` turns it on from the start. In debug mode a {@link TensorDisposedError} says where the tensor
 * was made and where it was disposed, and {@link liveTensors} lists what lives by where it was made. It costs some
 * microseconds and a note for each tensor, and nothing while it is off.
 *
 * @example torch.debug({ creationStacks: true })
 */
export function debug(options?: DebugOptions): Required<DebugOptions> {
  const { creationStacks } = checkOptions('debug', options, ['creationStacks'])
  if (creationStacks !== undefined) {
    debugMode.on = checkBoolean('debug', 'creationStacks', creationStacks)
    native.setNoteSites(creationStacks)
    if (!creationStacks) disposed = new WeakMap()
  }
  return { creationStacks: debugMode.on }
}

/**
 * The live tensors of this thread that were made in debug mode, grouped by where they were made, those that hold most
 * memory first: what a leak is made of. Does not keep them alive.
 *
 * @throws TorchError outside debug mode
 * @example console.table(torch.liveTensors().slice(0, 5))
 */
export function liveTensors(): LiveTensors[] {
  if (!debugMode.on) {
    throw new TorchError(`liveTensors: needs debug mode; ${HOW_TO_TURN_ON}`)
  }
  return native
    .liveSites()
    .map(([stack, count, bytes]) => ({ stack, count, bytes }))
    .sort((a, b) => b.bytes - a.bytes || b.count - a.count)
}

if (process.env.NODE_LIBTORCH_DEBUG === '1') debug({ creationStacks: true })
