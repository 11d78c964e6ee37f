// Runs one recorded sample again with this library.

import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { compare, compareTensor, type Strictness, type Verdict, worst } from './compare.js'
import { decode, decodeKeywords, type SharedMemory, tensorOf } from './decode.js'
import { AbsentError, find } from './library.js'
import type { Call, Frame, Sample } from './recording.js'

/** Seed before every call; scripts/parity/sample.py has it too. */
const SEED = 42

/** One part of a sample that does not come out as in Python. */
export interface Mismatch {
  /**
   * `absent`: no such name; `throws`: raises where Python does not; `silent`: does not raise where Python does;
   * `unrecorded`: Python's sample cannot be written down; `inexact`: equal within the tolerance, not to the bit;
   * otherwise what differs.
   */
  readonly kind:
    | 'absent'
    | 'throws'
    | 'silent'
    | 'unrecorded'
    | 'inexact'
    | 'type'
    | 'dtype'
    | 'shape'
    | 'stride'
    | 'values'
  /** PyTorch's name of what was called, or `backward`. */
  readonly form: string
  readonly detail: string
}

/** How far two results agree: to the bit, within the tolerance, or not. */
export type Agreement = 'equal' | 'close' | 'different'

/** How a sample came out. */
export interface Outcome {
  /** The worst of all forms of the call. */
  readonly forward: Agreement
  /** Undefined where the sample has no gradients. */
  readonly backward?: Agreement
  readonly mismatches: readonly Mismatch[]
}

/** The tensors of a sample, and what its calls have returned so far. */
interface Values {
  readonly tensors: readonly Tensor[]
  readonly results: unknown[]
}

/**
 * Replays a sample; every tensor made on the way is freed.
 *
 * @param slack factor on the tolerances, for recordings of another machine: with 1, what is not equal to the bit is noted
 */
export const replay = (sample: Sample, frame: Frame, slack = 1): Outcome =>
  torch.scope(() => new Replay(sample, frame, slack).run())

class Replay {
  readonly #sample: Sample
  readonly #frame: Frame
  readonly #how: Strictness
  readonly #mismatches: Mismatch[] = []

  constructor(sample: Sample, frame: Frame, slack: number) {
    this.#sample = sample
    this.#frame = frame
    this.#how = { slack, values: sample.uninitialized !== true }
  }

  run(): Outcome {
    const { unrecorded, raises, forms = [], outputs } = this.#sample
    const mismatches = this.#mismatches
    if (unrecorded !== undefined) {
      mismatches.push({ kind: 'unrecorded', form: '', detail: unrecorded })
      return { forward: 'different', mismatches }
    }
    const values = this.#values()
    if (raises !== undefined) {
      const forward = this.#raising(names(this.#sample.calls), raises, () => this.#calls(values))
      return { forward, mismatches }
    }
    const forward = this.#forward(values)
    const others = forms.map((form) => this.#form(form))
    const agreement = [forward, ...others].reduce(leastOf)
    if (outputs === undefined) return { forward: agreement, mismatches }
    // Without its result there is nothing to differentiate; the forward has told why.
    const backward = forward === 'different' ? 'different' : this.#backward(values)
    return { forward: agreement, backward, mismatches }
  }

  /** Fresh inputs. */
  #values(): Values {
    const shared: SharedMemory = new Map()
    const tensors = this.#sample.tensors.map((input) => {
      const tensor = tensorOf(input, this.#frame, shared)
      return input.grad === true ? tensor.requiresGrad_() : tensor
    })
    return { tensors, results: [] }
  }

  /** Runs one part that has to agree. */
  #attempt(form: string, part: () => Verdict): Agreement {
    try {
      const verdict = part()
      if (verdict === 'close' && this.#how.slack === 1) {
        this.#mismatches.push({ kind: 'inexact', form, detail: 'within the tolerance' })
      }
      if (typeof verdict === 'string') return verdict
      this.#mismatches.push({ ...verdict, form })
    } catch (error) {
      const kind = error instanceof AbsentError ? 'absent' : 'throws'
      this.#mismatches.push({ kind, form, detail: firstLine(error) })
    }
    return 'different'
  }

  /** Runs one part that has to raise. */
  #raising(form: string, python: string, part: () => void): Agreement {
    try {
      part()
    } catch (error) {
      if (!(error instanceof AbsentError)) return 'equal'
      this.#mismatches.push({ kind: 'absent', form, detail: firstLine(error) })
      return 'different'
    }
    this.#mismatches.push({ kind: 'silent', form, detail: `Python raises ${python}` })
    return 'different'
  }

  #call({ f, a, k }: Call, values: Values): void {
    const args = a.map((value) => decode(value, values))
    const keywords = decodeKeywords(k, values)
    if (Object.keys(keywords).length > 0) args.push(keywords)
    values.results.push(find(f)(...args))
  }

  #calls(values: Values): void {
    torch.manualSeed(SEED)
    for (const call of this.#sample.calls) this.#call(call, values)
  }

  /** The call as the database makes it: its result, and what it has done to its arguments. */
  #forward(values: Values): Agreement {
    const { calls, result, out, changed = [] } = this.#sample
    return this.#attempt(names(calls), () => {
      this.#calls(values)
      return changed
        .map(([i, now]) => compareTensor(values.tensors[i], now, this.#frame, this.#how))
        .reduce(worst, compare(decode(result, values), out, this.#frame, this.#how))
    })
  }

  /** The same call under another name: as a method, in place, or by an alias. */
  #form(form: string): Agreement {
    const { calls, out } = this.#sample
    const values = this.#values()
    return this.#attempt(form, () =>
      torch.noGrad(() => {
        torch.manualSeed(SEED)
        this.#call({ ...(calls[0] as Call), f: form }, values)
        return compare(values.results[0], out, this.#frame, this.#how)
      }),
    )
  }

  /** The gradients of the inputs for the recorded cotangents. */
  #backward(values: Values): Agreement {
    const { after = [], outputs = [], gradients = [], gradientRaises } = this.#sample
    const differentiate = (): (Tensor | null)[] => {
      for (const call of after) this.#call(call, values)
      const heads = outputs.map((output) => decode(output, values) as Tensor)
      const leaves = values.tensors.filter((_, i) => this.#sample.tensors[i]?.grad === true)
      return torch.autograd.grad(heads, leaves, {
        gradOutputs: heads.map(cotangent),
        allowUnused: true,
      })
    }
    if (gradientRaises !== undefined) {
      return this.#raising('backward', gradientRaises, differentiate)
    }
    return this.#attempt('backward', () => {
      const found = differentiate()
      return gradients
        .map(([, wanted], i) => this.#compareGradient(found[i] ?? null, wanted))
        .reduce(worst, 'equal')
    })
  }

  #compareGradient(
    found: Tensor | null,
    wanted: Parameters<typeof compareTensor>[1] | null,
  ): Verdict {
    if (wanted !== null) return compareTensor(found, wanted, this.#frame, this.#how)
    return found === null ? 'equal' : { kind: 'type', detail: 'expected no gradient, got one' }
  }
}

const names = (calls: readonly Call[]): string => calls.map((call) => call.f).join(' → ')

const ORDER: readonly Agreement[] = ['equal', 'close', 'different']

const leastOf = (a: Agreement, b: Agreement): Agreement =>
  ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b

const firstLine = (error: unknown): string => {
  const { name, message } = error as Error
  return `${name}: ${message.split('\n')[0]}`
}

/** Multiples of 1/64 between -1 and 1, never zero, exact in every floating dtype; sample.py makes the same. */
function cotangent(like: Tensor): Tensor {
  const isComplex = like.dtype.startsWith('complex')
  const words = isComplex ? 2 : 1
  const values = new Float64Array(like.numel() * words)
  for (let i = 0; i < values.length; i++) {
    const k = Math.floor(i / words) + (i % words) * 29
    values[i] = (((k * 37) % 64) - 31.5) / 32
  }
  const dtype = isComplex ? 'complex128' : 'float64'
  return torch.fromBuffer(values, dtype).to(like.dtype).view(like.shape)
}
