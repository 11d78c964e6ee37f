// torch.utils.checkpoint: computing activations again in backward rather than keeping them.

import { checkBoolean, checkFunction, isPlainObject, isThenable } from '../check.js'
import { TorchError } from '../errors.js'
import { native, type TensorHandle } from '../native.js'
import { tensor } from '../torch/create.js'
import type { Generator } from '../torch/generator.js'
import { allDefaultGenerators, forkRng } from '../torch/random.js'
import type { Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'
import { customFunction } from './function.js'
import type { FunctionContext } from './function-context.js'
import { Bit, currentMode, inCallback, type Mode, withModeSync } from './mode-stack.js'
import { isGradEnabled } from './modes.js'

/** Options of {@link checkpoint}, in a last plain object. */
export interface CheckpointOptions {
  /** Draw the same random numbers the second time, so that dropout drops the same; true by default. */
  preserveRngState?: boolean
}

/** Leaves the second run of a function as soon as all that backward needs is there. */
class Enough extends Error {}

/** A tensor that the first run has saved. */
interface Saved {
  readonly dtype: string
  readonly shape: string
}

/** Ties the inputs to a node, which saves them as an operation would: checked for changes in place, and packed too. */
const saveInputs = customFunction({
  name: 'CheckpointInputs',
  forward(ctx, sink: { ctx?: FunctionContext }, anchor: Tensor, ...inputs: Tensor[]) {
    ctx.saveForBackward(...inputs)
    sink.ctx = ctx
    return anchor.clone()
  },
  backward() {
    throw new TorchError('checkpoint: the node of the inputs has no backward')
  },
})

/** Frees a tensor from torch.scope: it belongs to the graph. */
function keep(value: Tensor): Tensor {
  native.keepTensor(access.handleOf(value) as TensorHandle)
  return value
}

/** One call of a checkpointed function. */
class Frame {
  readonly saved: Saved[] = []
  readonly #fn: (...inputs: unknown[]) => unknown
  readonly #mode: Mode = currentMode()
  readonly #random: readonly (readonly [Generator, Tensor])[]
  /** The inputs that are no tensors; holes for the others. */
  readonly #constants: readonly unknown[]
  readonly #tensors: readonly boolean[]
  readonly #inputs: FunctionContext
  /** Keeps the node of the inputs alive. */
  readonly anchor: Tensor
  /** What second runs have computed and nobody has asked for yet, by the number of the backward. */
  readonly #computed = new Map<number, Map<number, Tensor>>()

  constructor(
    fn: (...inputs: unknown[]) => unknown,
    inputs: readonly unknown[],
    preserveRngState: boolean,
  ) {
    this.#fn = fn
    this.#tensors = inputs.map((input) => access.handleOf(input) !== undefined)
    this.#constants = inputs.map((input, i) => (this.#tensors[i] ? undefined : input))
    const sink: { ctx?: FunctionContext } = {}
    const anchor = tensor(0, { requiresGrad: true })
    this.anchor = keep(
      saveInputs(sink, anchor, ...(inputs.filter((_, i) => this.#tensors[i]) as Tensor[])),
    )
    this.#inputs = sink.ctx as FunctionContext
    this.#random = preserveRngState
      ? allDefaultGenerators().map((one) => [one, keep(one.getState())] as const)
      : []
  }

  /** The tensor number `index` of a second run, which is done when first asked for. */
  take(index: number): Tensor {
    const backward = native.graphTaskId()
    // Outside a backward nothing tells one reader from the next: each gets a run of its own.
    let computed = backward < 0 ? undefined : this.#computed.get(backward)
    if (computed === undefined) {
      for (const [earlier, left] of this.#computed) {
        if (left.size === 0) this.#computed.delete(earlier)
      }
      computed = this.#run()
      if (backward >= 0) this.#computed.set(backward, computed)
    }
    const found = computed.get(index)
    if (found === undefined) {
      throw new TorchError(
        'checkpoint: a saved tensor was asked for twice in one backward; read ctx.savedTensors once',
      )
    }
    computed.delete(index)
    return found
  }

  #run(): Map<number, Tensor> {
    const computed = new Map<number, Tensor>()
    let next = 0
    const packHook = (handle: TensorHandle): (() => TensorHandle) => {
      const index = next++
      // The function may have caught the first one.
      if (index >= this.saved.length) throw new Enough()
      const found = access.wrap(handle)
      this.#check(index, found)
      computed.set(index, found)
      if (next === this.saved.length) throw new Enough()
      return () => handle
    }
    const mode: Mode = { ...this.#mode, bits: this.#mode.bits | Bit.Grad, packHook }
    try {
      this.#withRandom(() =>
        withModeSync(
          () => mode,
          () => this.#fn(...this.#arguments()),
        ),
      )
    } catch (error) {
      if (!(error instanceof Enough)) throw error
    }
    if (computed.size < this.saved.length) {
      throw new TorchError(
        `checkpoint: the function saved ${this.saved.length} tensors for backward at first, and ${computed.size} ` +
          'when it ran again: it must do the same both times',
      )
    }
    return computed
  }

  #arguments(): unknown[] {
    const tensors = this.#inputs.savedTensors
    let next = 0
    return this.#constants.map((value, i) => (this.#tensors[i] ? tensors[next++] : value))
  }

  #withRandom(fn: () => void): void {
    if (this.#random.length === 0) {
      fn()
      return
    }
    forkRng(() => {
      for (const [generator, state] of this.#random) generator.setState(state)
      fn()
    })
  }

  #check(index: number, found: Tensor): void {
    const expected = this.saved[index] as Saved
    if (found.dtype === expected.dtype && String(found.shape) === expected.shape) return
    throw new TorchError(
      `checkpoint: the function saved a ${expected.dtype} tensor of shape [${expected.shape}] at first, and one of ` +
        `${found.dtype} and shape [${found.shape}] when it ran again: it must do the same both times`,
    )
  }
}

const OPTIONS = ['preserveRngState']

/** The options, where the last value is a plain object of nothing else. */
function takeOptions(values: readonly unknown[]): [unknown[], CheckpointOptions] {
  const last = values.at(-1)
  const keys = isPlainObject(last) ? Object.keys(last) : []
  if (keys.length === 0 || !keys.every((key) => OPTIONS.includes(key))) return [[...values], {}]
  return [values.slice(0, -1), last as CheckpointOptions]
}

/**
 * Runs `fn(...inputs)` without keeping what it computes on the way: backward runs it again to get that back. Memory
 * for time, usually for a block of a deep network. Gradients reach the inputs and whatever else `fn` uses. PyTorch's
 * `torch.utils.checkpoint.checkpoint` with `use_reentrant=False`.
 *
 * `fn` must be synchronous and do the same both times; it draws the same random numbers. It lives as long as the
 * graph, so it should not refer to what it returns by a variable.
 *
 * @param fn takes the inputs
 * @param inputs what `fn` takes, and {@link CheckpointOptions} in a last plain object
 * @returns what `fn` returns
 * @throws TorchError in backward, if `fn` does something else the second time
 * @example for (const block of blocks) x = torch.utils.checkpoint(block, x)
 */
export function checkpoint<Inputs extends readonly unknown[], Result>(
  fn: (...inputs: Inputs) => Result,
  ...inputs: [...Inputs, options?: CheckpointOptions]
): Result {
  const where = 'checkpoint'
  checkFunction(where, 'fn', fn)
  const [values, { preserveRngState = true }] = takeOptions(inputs)
  checkBoolean(where, 'preserveRngState', preserveRngState)
  const call = fn as unknown as (...values: unknown[]) => Result
  if (!isGradEnabled()) return call(...values)
  const frame = new Frame(call, values, preserveRngState)
  const result = withModeSync(
    (mode) => ({ ...mode, packHook: packFor(frame) }),
    () => call(...values),
  )
  if (isThenable(result)) {
    throw new TypeError('checkpoint: the function must not be async: backward cannot wait for it')
  }
  return result
}

/** Made here: closures share what any of them refers to, and that must not be the inputs or the result. */
function packFor(frame: Frame): (handle: TensorHandle) => () => TensorHandle {
  return (handle) => {
    const saved = access.wrap(handle)
    const index = frame.saved.push({ dtype: saved.dtype, shape: String(saved.shape) }) - 1
    saved.dispose()
    return () => access.handleOf(inCallback(() => frame.take(index))) as TensorHandle
  }
}
