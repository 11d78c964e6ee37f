// The section `nn`: ModuleInfo. A module is made, printed, loaded, called, differentiated and saved.

import { nn } from '../../lib/index.js'
import type { Module, StateDict } from '../../lib/nn/module.js'
import { torch } from '../../lib/torch/index.js'
import { Tensor } from '../../lib/torch/tensor.js'
import type { DType } from '../../lib/torch/types.js'
import { type Agreement, Attempts, type Outcome, unrecorded } from './attempts.js'
import {
  compare,
  compareTensor,
  compareTensors,
  compareTexts,
  type Verdict,
  worst,
} from './compare.js'
import { cotangent } from './cotangent.js'
import { decodeCall, tensorOf } from './decode.js'
import { MODULES } from './exceptions.js'
import type { Exchange } from './exchange.js'
import { maker } from './library.js'
import type { Encoded, Frame, Input, TensorDescription } from './recording.js'
import { SEED } from './replay.js'
import type { Replayed, Section } from './section.js'

type Call = readonly [args: readonly Encoded[], keywords: { readonly [name: string]: Encoded }]
type Gradients = Readonly<Record<string, TensorDescription | null>>

/** One sample of a module; scripts/parity/modules.py writes it. */
interface ModuleSample {
  readonly index: number
  readonly unrecorded?: string
  readonly tensors: readonly Input[]
  /** PyTorch's class. */
  readonly cls: string
  readonly training: boolean
  /** What the module is turned to. */
  readonly dtype: DType
  readonly construct: Call
  readonly forward?: Call
  readonly repr: string
  readonly out: Encoded
  /** Inputs that gradients are taken of, by position. */
  readonly inputs?: readonly number[]
  readonly gradients?: readonly (TensorDescription | null)[]
  readonly parameterGradients?: Gradients
  readonly gradientRaises?: string
  /** The state dict after the forward. */
  readonly after: Readonly<Record<string, TensorDescription>>
  readonly raises?: string
}

class ModuleReplay {
  readonly #sample: ModuleSample
  readonly #frame: Frame<ModuleSample>
  readonly #attempts = new Attempts({ slack: 1, values: true })
  readonly #tensors: readonly Tensor[]

  constructor(sample: ModuleSample, frame: Frame<ModuleSample>) {
    this.#sample = sample
    this.#frame = frame
    const shared = new Map<number, Tensor>()
    this.#tensors = sample.tensors.map((input) =>
      tensorOf(input, frame, shared).requiresGrad_(input.grad === true),
    )
  }

  /** The outcome, and the state that the module has in the end. */
  run(initial: StateDict | undefined): [Outcome, StateDict | undefined] {
    const { cls, raises, repr, inputs, after } = this.#sample
    const { mismatches } = this.#attempts
    if (raises !== undefined) {
      const result = this.#attempts.raising(cls, raises, () => this.#call(this.#make()))
      return [{ parts: { result }, mismatches }, undefined]
    }
    const parts: Record<string, Agreement> = {}
    const part = (name: string, body: () => Verdict): Agreement => {
      parts[name] = this.#attempts.agreeing(name, body)
      return parts[name]
    }
    let module: Module | undefined
    const construction = this.#attempts.agreeing('first state', () => {
      module = this.#make()
      return initial === undefined ? 'equal' : compareStates(module.stateDict(), initial)
    })
    if (module === undefined) return [{ parts: { result: construction }, mismatches }, undefined]
    const made: Module = module
    part('printed', () => compareTexts(String(made), repr))
    if (initial !== undefined) {
      parts['first state'] = construction
      part('from Python', () => {
        made.loadStateDict(initial)
        return compareStates(made.stateDict(), initial)
      })
    }
    let output: unknown
    const result = part('result', () => {
      output = this.#call(made)
      return compare(output, this.#sample.out, this.#frame, this.#attempts.how)
    })
    if (result === 'different') return [{ parts, mismatches }, undefined]
    if (inputs !== undefined) parts.gradients = this.#differentiate(made, output)
    part('state', () => this.#compareState(made.stateDict(), after))
    return [{ parts, mismatches }, made.stateDict()]
  }

  /** The module in its first state, which the seed decides. */
  #make(): Module {
    const { cls, construct, dtype, training } = this.#sample
    torch.manualSeed(SEED)
    const module = maker(nn, cls)(...this.#decode(construct)) as Module
    return module.to(dtype).train(training)
  }

  #call(module: Module): unknown {
    torch.manualSeed(SEED)
    return module(...(this.#decode(this.#sample.forward ?? [[], {}]) as never[]))
  }

  #decode([args, keywords]: Call): unknown[] {
    return decodeCall(args, keywords, { tensors: this.#tensors, results: [] })
  }

  #differentiate(module: Module, output: unknown): Agreement {
    const { inputs = [], gradients = [], parameterGradients = {}, gradientRaises } = this.#sample
    const parameters = module.namedParameters()
    const take = (): (Tensor | null)[] => {
      const outputs = tensorsOf(output).filter((tensor) => tensor.requiresGrad)
      const wanted = [
        ...inputs.map((i) => this.#tensors[i] as Tensor),
        ...parameters.map(([, parameter]) => parameter),
      ]
      return torch.autograd.grad(outputs, wanted, {
        gradOutputs: outputs.map(cotangent),
        allowUnused: true,
      })
    }
    if (gradientRaises !== undefined) {
      return this.#attempts.raising('gradients', gradientRaises, take)
    }
    return this.#attempts.agreeing('gradients', () => {
      const found = take()
      const names = compareTexts(
        parameters.map(([name]) => name).join(),
        Object.keys(parameterGradients).join(),
      )
      return [...gradients, ...Object.values(parameterGradients)]
        .map((wanted, i) => this.#compareGradient(found[i] ?? null, wanted))
        .reduce(worst, names)
    })
  }

  #compareGradient(found: Tensor | null, wanted: TensorDescription | null): Verdict {
    if (wanted !== null) return compareTensor(found, wanted, this.#frame, this.#attempts.how)
    return found === null ? 'equal' : { kind: 'type', detail: 'expected no gradient, got one' }
  }

  #compareState(found: StateDict, wanted: Readonly<Record<string, TensorDescription>>): Verdict {
    const state = Object.entries(wanted).map(
      ([name, tensor]) => [name, tensorOf(tensor, this.#frame)] as const,
    )
    return compareStates(found, new Map(state))
  }
}

/** The tensors of an output, in order. */
const tensorsOf = (value: unknown): Tensor[] => {
  if (value instanceof Tensor) return [value]
  return Array.isArray(value) ? value.flatMap(tensorsOf) : []
}

function compareStates(found: StateDict, wanted: StateDict): Verdict {
  const names = compareTexts([...found.keys()].join(), [...wanted.keys()].join())
  return [...wanted]
    .map(([name, tensor]): Verdict => {
      const verdict = compareTensors(found.get(name), tensor, { slack: 1, values: true })
      return typeof verdict === 'string'
        ? verdict
        : { ...verdict, detail: `${name}: ${verdict.detail}` }
    })
    .reduce(worst, names)
}

async function* replay(frame: Frame<ModuleSample>, exchange: Exchange): AsyncGenerator<Replayed> {
  const states = (await exchange?.read(frame)) ?? new Map()
  const ours = new Map<number, StateDict>()
  for (const sample of frame.samples) {
    const { index } = sample
    if (sample.unrecorded !== undefined) {
      yield { index, outcome: unrecorded(sample.unrecorded) }
      continue
    }
    const [outcome, state] = torch.scope(() =>
      new ModuleReplay(sample, frame).run(states.get(index) as StateDict | undefined),
    )
    if (state !== undefined) ours.set(index, state)
    yield { index, outcome }
  }
  await exchange?.give(frame, ours)
}

export const modules: Section = {
  name: 'nn',
  subject: 'modules',
  dtypes: ['float32', 'float64', 'bfloat16', 'complex64'],
  exceptions: MODULES,
  givesBack: true,
  replay,
}
