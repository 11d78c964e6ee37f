// Whether a traced program does what the module does.

import { TorchError } from '../errors.js'
import { native } from '../native.js'
import { moduleHandle } from '../nn/module.js'
import { forkRng } from '../torch/random.js'
import { Tensor } from '../torch/tensor.js'
import { warnOnce } from '../warn.js'
import type { ScriptModule } from './script-module.js'
import type { Traceable, TraceModel } from './trace.js'

/** What there is to compare. */
interface Comparison {
  readonly model: TraceModel<unknown>
  readonly program: ScriptModule<unknown>
  /** Traces the model once more. */
  readonly run: (inputs: readonly Traceable[]) => ScriptModule<unknown>
  /** The example inputs, and others. */
  readonly sets: readonly (readonly Traceable[])[]
  readonly tolerance: number
}

const ADVICE =
  'What JavaScript decides by the values or sizes of tensors (branches, item(), shape) is fixed in a trace as it was ' +
  'for the example inputs: let operators decide, or pass { checkTrace: false } if this is meant'

/** Traces again for each set of inputs and compares programs, then results. Other random numbers are not disturbed. */
export function checkProgram(where: string, comparison: Comparison): void {
  const { model, program, run, sets, tolerance } = comparison
  const text = programText(program)
  const random = native.jitRandomOperators(moduleHandle(where, 'program', program))
  if (random.length > 0) {
    warnOnce(
      `${where}: the results of ${[...new Set(random)].join(', ')} are random, so that the program cannot be compared ` +
        'with the module; has eval() been forgotten?',
    )
  }
  sets.forEach((inputs, i) => {
    const which = i === 0 ? 'the example inputs again' : `checkInputs[${i - 1}]`
    forkRng(() => {
      const difference = firstDifference(text, programText(run(copied(inputs))))
      if (difference !== undefined) {
        throw new TorchError(`${where}: ${which} make another program: ${difference}. ${ADVICE}`)
      }
      if (random.length > 0) return
      const expected = tensorsOf(model(...(copied(inputs) as never[])))
      const got = tensorsOf(program(...copied(inputs)))
      const wrong = expected.findIndex((tensor, k) => !isClose(tensor, got[k], tolerance))
      if (wrong >= 0 || expected.length !== got.length) {
        const result = expected.length === 1 ? 'the result' : `result ${wrong}`
        throw new TorchError(
          `${where}: for ${which} ${result} of the program is not the module's. ${ADVICE}`,
        )
      }
    })
  })
}

const programText = (program: ScriptModule<unknown>): string =>
  native.jitProgramText(moduleHandle('jit.trace', 'program', program))

/** The first line in which two programs differ, in both; undefined if they are the same. */
function firstDifference(a: string, b: string): string | undefined {
  const [first, second] = [a.split('\n'), b.split('\n')]
  const at = first.findIndex((line, i) => line !== second[i])
  if (at < 0 && first.length === second.length) return undefined
  const line = (lines: readonly string[]): string => lines[at < 0 ? first.length : at]?.trim() ?? ''
  return `"${line(first)}" has become "${line(second)}"`
}

/** Copies, since a module may change its inputs. */
function copied(inputs: readonly Traceable[]): Traceable[] {
  const copy = (value: Traceable): Traceable => {
    if (value instanceof Tensor) {
      return value.detach().clone().requiresGrad_(value.requiresGrad)
    }
    if (Array.isArray(value)) return value.map(copy)
    const entries = value instanceof Map ? [...value] : Object.entries(value)
    const copies = entries.map(([name, tensor]) => [name, copy(tensor)] as [string, Tensor])
    return value instanceof Map ? new Map(copies) : Object.fromEntries(copies)
  }
  return inputs.map(copy)
}

/** The tensors of a result, in order; those of an object or Map by its keys' order. */
function tensorsOf(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value]
  if (Array.isArray(value)) return value.flatMap(tensorsOf)
  if (value instanceof Map) return [...value.values()].flatMap(tensorsOf)
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(tensorsOf) : []
}

function isClose(a: Tensor, b: Tensor | undefined, tolerance: number): boolean {
  if (b === undefined || a.dtype !== b.dtype || String(a.shape) !== String(b.shape)) return false
  const options = { rtol: tolerance, atol: tolerance, equalNan: true }
  return a.detach().allclose(b.detach(), options)
}
