// torch.jit.trace: programs made from modules of ours.

import { inCallback } from '../autograd/mode-stack.js'
import { checkBoolean, checkNumber, checkOptions, fail, isThenable } from '../check.js'
import { type JitValue, native } from '../native.js'
import { Module, moduleHandle } from '../nn/module.js'
import { Tensor } from '../torch/tensor.js'
import { ScriptModule, view } from './script-module.js'
import { checkProgram } from './trace-check.js'
import { warnOfReading } from './trace-warnings.js'
import { lower, raise } from './values.js'

/** What a trace can follow: tensors, arrays of them (tuples in TorchScript), Maps and plain objects of them (dicts). */
export type Traceable =
  | Tensor
  | readonly Traceable[]
  | ReadonlyMap<string, Tensor>
  | { readonly [name: string]: Tensor }

/** What the program gives where the module gives `Output`. */
export type Traced<Output> = Output extends Tensor | readonly unknown[]
  ? Output
  : ReadonlyMap<string, Tensor>

/** Options of {@link trace}. */
export interface TraceOptions {
  /** Whether to trace a second time, and to compare programs and results; true unless said otherwise. */
  checkTrace?: boolean
  /** More inputs to compare with. Other sizes and other values show what the trace has fixed. */
  checkInputs?: readonly (readonly Traceable[])[]
  /** Difference of results, relative and absolute, that passes for none. */
  checkTolerance?: number
  /** Whether to refuse results that are dicts: the program always gives the keys that the examples gave. */
  strict?: boolean
  /** Names of the program's arguments, `input`, `input_1`, … unless given. */
  argumentNames?: readonly string[]
}

/** A module, or a function of tensors. */
export type TraceModel<Output> = (...inputs: never[]) => Output

/**
 * A program made of the operators that a module, or a function of tensors, calls on example inputs. PyTorch's
 * `torch.jit.trace`. Parameters and buffers of the module are the program's too, under the same names and in the same
 * memory; `save` makes a file that Python's `torch.jit.load` reads.
 *
 * **A trace holds operators and nothing of JavaScript.** What JavaScript decides is fixed as it was for the examples:
 * branches, numbers that `item()` has read (which warns), sizes out of `shape`. Let operators decide (`x.flatten(1)`,
 * `x.view([-1, 4])`, `torch.where`), and give inputs of other sizes as `checkInputs` to find what was fixed.
 *
 * Dropout in training mode makes the program random, which warns: call `eval()` first.
 *
 * @throws TorchError if other inputs make another program, or the program gives other results than the module
 * @example
 * const traced = torch.jit.trace(model.eval(), [torch.randn([1, 3, 224, 224])])
 * await traced.save('model.pt')
 */
export function trace<Output>(
  model: TraceModel<Output>,
  exampleInputs: Tensor | readonly Traceable[],
  options?: TraceOptions,
): ScriptModule<Traced<Output>> {
  const where = 'jit.trace'
  const {
    checkTrace = true,
    checkInputs = [],
    checkTolerance = 1e-5,
    strict = true,
    argumentNames,
  } = checkOptions(where, options, [
    'checkTrace',
    'checkInputs',
    'checkTolerance',
    'strict',
    'argumentNames',
  ])
  checkBoolean(where, 'checkTrace', checkTrace)
  checkBoolean(where, 'strict', strict)
  checkNumber(where, 'checkTolerance', checkTolerance, { min: 0 })
  if (typeof model !== 'function') fail(where, 'model', 'a module or a function', model)
  if (model instanceof ScriptModule) fail(where, 'model', 'no TorchScript program already', model)
  const inputs = exampleInputs instanceof Tensor ? [exampleInputs] : exampleInputs
  if (!Array.isArray(inputs)) fail(where, 'exampleInputs', 'an array of inputs', exampleInputs)
  const names = inputNames(where, inputs.length, argumentNames)
  const run = (values: readonly Traceable[]) =>
    traceOnce<Traced<Output>>(where, model, values, names, strict)
  const program = warnOfReading(() => run(inputs))
  if (checkTrace) {
    const sets = [inputs, ...checkInputs]
    checkProgram(where, { model, program, run, sets, tolerance: checkTolerance })
  }
  return program
}

function inputNames(where: string, count: number, given: unknown): string[] {
  if (given === undefined) {
    return Array.from({ length: count }, (_, i) => (i === 0 ? 'input' : `input_${i}`))
  }
  const isName = (name: unknown): boolean =>
    typeof name === 'string' && /^[A-Za-z_]\w*$/.test(name) && name !== 'self'
  if (!Array.isArray(given) || given.length !== count || !given.every(isName)) {
    fail(where, 'argumentNames', `an array of ${count} identifiers`, given)
  }
  if (new Set(given).size !== count) fail(where, 'argumentNames', 'distinct names', given)
  return given
}

function traceOnce<Output>(
  where: string,
  model: TraceModel<unknown>,
  inputs: readonly Traceable[],
  names: string[],
  strict: boolean,
): ScriptModule<Output> {
  const isModule = model instanceof Module
  const classNames = isModule
    ? model
        .modules()
        .flatMap((module) => [moduleHandle(where, 'model', module), module.constructor.name])
    : []
  const forward = (values: JitValue[]): JitValue =>
    inCallback(() => {
      const result = model(...(values.map((value, i) => like(inputs[i], raise(value))) as never[]))
      if (isThenable(result)) fail(where, 'model', 'a synchronous forward', result)
      return lower(where, 'the result of forward', result)
    })
  const handle = native.jitTrace(
    isModule ? moduleHandle(where, 'model', model) : null,
    forward,
    inputs.map((input, i) => lower(where, names[i] ?? '', input)),
    names,
    strict,
    ...classNames,
  )
  return view(handle)
}

/** A traced input in the form in which the example was given: native code knows tuples and dicts only. */
function like(example: unknown, value: unknown): unknown {
  if (Array.isArray(example)) return example.map((one, i) => like(one, (value as unknown[])[i]))
  if (value instanceof Map && !(example instanceof Map)) return Object.fromEntries(value)
  return value
}
