// From a pipeline to what the native loader does of it, and what is left to do on its batches.

import { deviceName, deviceType } from '../../torch/device.js'
import type { DeviceLike } from '../../torch/types.js'
import { ViewsStep } from '../transforms/lambda.js'
import type { HeightWidth } from '../transforms/size.js'
import type { RunnableStep } from '../transforms/transform.js'
import { type BatchType, DRAW_NOTHING, operationOf, valueOperationOf } from './operations.js'

/** What is done to a pipeline's pictures, and where, in order. */
export interface CompiledPipeline {
  /** The steps that native code takes, for native/image/program.h. */
  readonly program: Float64Array
  /** The number of these that draw random numbers. */
  readonly streams: number
  /** The height and width of what the program makes. */
  readonly size: HeightWidth
  readonly dtype: BatchType
  /** A function of the user's on what the program has made, and the rest of the pipeline behind it. */
  readonly lambda: { readonly step: ViewsStep; readonly rest: CompiledPipeline } | undefined
  /** Where batches go before what is left. */
  readonly device: DeviceLike | undefined
  /** The steps that are left, for single pictures in order. */
  readonly single: readonly RunnableStep[]
  /** The steps after these, which treat a batch as its pictures. */
  readonly whole: readonly RunnableStep[]
}

/** Steps that do the same to a value wherever it is. */
const POINTWISE = new Set(['toTensor', 'toDtype', 'convertImageDtype', 'normalize'])

/** The kind of a device, such as 'cuda'. */
export const kindOf = (device: DeviceLike): string => deviceType(deviceName(device) ?? '')

/** Where a part of a pipeline begins that is not its start. */
interface Beginning {
  readonly size: HeightWidth
  readonly streams: number
  readonly device: DeviceLike | undefined
}

/**
 * Compiles the steps of a pipeline for pictures of bytes.
 *
 * What is native is the longest run of steps from the first on after which all pictures have one size;
 * again behind functions of the user's on bytes.
 *
 * @returns undefined when there is no such run
 */
export function compile(
  steps: readonly RunnableStep[],
  beginning?: Beginning,
): CompiledPipeline | undefined {
  const draft = new Draft(beginning)
  let compiled = draft.finish(steps)
  for (const [i, step] of steps.entries()) {
    const left = steps.slice(i + 1)
    if (step instanceof ViewsStep) return draft.finishWith(step, left) ?? compiled
    if (!draft.add(step)) break
    compiled = draft.finish(left) ?? compiled
  }
  return compiled
}

/** A program that grows step by step. */
class Draft {
  /** What is done to pictures, up to the steps on values that come last. */
  readonly #code: number[] = []
  /** The type of the pictures after it. */
  #committed: BatchType = 'uint8'
  /** The steps on values behind it, which a device can do as well. */
  #values: { readonly step: RunnableStep; readonly code: readonly number[] }[] = []
  #dtype: BatchType = 'uint8'
  #streams = 0
  #size: HeightWidth | undefined
  #device: DeviceLike | undefined

  constructor(beginning?: Beginning) {
    if (beginning === undefined) return
    this.#size = beginning.size
    // The random numbers of the steps before are passed over.
    for (let i = 0; i < beginning.streams; i++) this.#code.push(...DRAW_NOTHING)
    this.#streams = beginning.streams
    this.#device = beginning.device
  }

  /** Adds a step, if it is native. */
  add(step: RunnableStep): boolean {
    if (step.name === 'to') {
      this.#device = (step.params as { device: DeviceLike }).device
      return true
    }
    return POINTWISE.has(step.name) ? this.#addValues(step) : this.#addOperation(step)
  }

  #addValues(step: RunnableStep): boolean {
    const operation = valueOperationOf(step.name, step.params, this.#dtype)
    if (operation === undefined) return false
    this.#values.push({ step, code: operation.code })
    this.#dtype = operation.dtype
    return true
  }

  #addOperation(step: RunnableStep): boolean {
    const operation = operationOf(step.name, step.params, this.#size, this.#dtype)
    if (operation === undefined || this.#dtype === 'bfloat16') return false
    // Steps on values stay the last ones as long as what follows would do the same before them.
    if (!operation.moves) {
      this.#code.push(...this.#values.flatMap(({ code }) => code))
      this.#values = []
      this.#committed = this.#dtype
    }
    this.#code.push(...operation.code)
    if (operation.draws) this.#streams += 1
    this.#size = operation.size
    return true
  }

  /** The program, with the steps that are left; undefined where pictures have no common size. */
  finish(left: readonly RunnableStep[]): CompiledPipeline | undefined {
    const size = this.#size
    if (size === undefined) return undefined
    const common = { streams: this.#streams, size, device: this.#device, lambda: undefined }
    if (this.#device !== undefined && kindOf(this.#device) !== 'cpu') {
      // Values are computed on the device: bytes are a quarter of the traffic.
      const steps = [...this.#values.map(({ step }) => step), ...left]
      const program = Float64Array.from(this.#code)
      return { ...common, program, dtype: this.#committed, ...divide(steps) }
    }
    const program = Float64Array.from([...this.#code, ...this.#values.flatMap(({ code }) => code)])
    return { ...common, program, dtype: this.#dtype, ...divide(left) }
  }

  /** The program up to a function on bytes; undefined where there are no bytes of one size. */
  finishWith(step: ViewsStep, left: readonly RunnableStep[]): CompiledPipeline | undefined {
    const size = this.#size
    if (size === undefined || this.#dtype !== 'uint8') return undefined
    const streams = this.#streams
    const rest = compile(left, { size, streams, device: this.#device })
    if (rest === undefined) return undefined
    const program = Float64Array.from(this.#code)
    const none = { device: undefined, single: [], whole: [] }
    return { ...none, program, streams, size, dtype: 'uint8', lambda: { step, rest } }
  }
}

/**
 * Divides steps into those up to the last for which a batch is not the same as its pictures, and the
 * rest. Pictures do not go to a device one by one, unless a function of the user's is to see them there.
 */
function divide(steps: readonly RunnableStep[]): Pick<CompiledPipeline, 'single' | 'whole'> {
  const last = steps.findLastIndex(({ name }) => !POINTWISE.has(name) && name !== 'to')
  const single = steps.slice(0, last + 1)
  const whole = steps.slice(last + 1)
  const seen = single.findLastIndex(({ keeps }) => keeps)
  const waits = (step: RunnableStep, i: number) => step.name === 'to' && i > seen
  return {
    single: single.filter((step, i) => !waits(step, i)),
    whole: [...single.filter(waits), ...whole],
  }
}
