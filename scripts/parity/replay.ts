// Runs one recorded sample again with this library.

import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { type Agreement, Attempts, leastOf, type Outcome, unrecorded } from './attempts.js'
import { compare, compareTensor, type Strictness, type Verdict, worst } from './compare.js'
import { cotangent } from './cotangent.js'
import { decode, decodeCall, type SharedMemory, tensorOf } from './decode.js'
import { find } from './library.js'
import type { Call, Frame, Sample } from './recording.js'

/** Seed before every call; scripts/parity/sample.py has it too. */
export const SEED = 42

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
  readonly #attempts: Attempts

  constructor(sample: Sample, frame: Frame, slack: number) {
    this.#sample = sample
    this.#frame = frame
    this.#how = { slack, values: sample.uninitialized !== true }
    this.#attempts = new Attempts(this.#how)
  }

  run(): Outcome {
    const { unrecorded: why, raises, forms = [], outputs } = this.#sample
    if (why !== undefined) return unrecorded(why)
    const { mismatches } = this.#attempts
    const values = this.#values()
    if (raises !== undefined) {
      const result = this.#attempts.raising(names(this.#sample.calls), raises, () =>
        this.#calls(values),
      )
      return { parts: { result }, mismatches }
    }
    const forward = this.#forward(values)
    const result = forms.map((form) => this.#form(form)).reduce(leastOf, forward)
    if (outputs === undefined) return { parts: { result }, mismatches }
    // Without its result there is nothing to differentiate; the forward has told why.
    const gradients = forward === 'different' ? 'different' : this.#backward(values)
    return { parts: { result, gradients }, mismatches }
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

  #call({ f, a, k }: Call, values: Values): void {
    values.results.push(find(f)(...decodeCall(a, k, values)))
  }

  #calls(values: Values): void {
    torch.manualSeed(SEED)
    for (const call of this.#sample.calls) this.#call(call, values)
  }

  /** The call as the database makes it: its result, and what it has done to its arguments. */
  #forward(values: Values): Agreement {
    const { calls, result, out, changed = [] } = this.#sample
    return this.#attempts.agreeing(names(calls), () => {
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
    return this.#attempts.agreeing(form, () =>
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
      return this.#attempts.raising('backward', gradientRaises, differentiate)
    }
    return this.#attempts.agreeing('backward', () => {
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
