// The section `optim`: OptimizerInfo. An optimizer is made, makes steps, is saved and loaded halfway, and goes on.

import { nn, optim } from '../../lib/index.js'
import type { Optimizer } from '../../lib/optim/optimizer.js'
import type { OptimizerStateDict } from '../../lib/optim/state.js'
import { torch } from '../../lib/torch/index.js'
import { Parameter, type Tensor } from '../../lib/torch/tensor.js'
import { type Agreement, Attempts, type Outcome, unrecorded } from './attempts.js'
import { compare, compareTensor, compareTexts, type Verdict, worst } from './compare.js'
import { decode, decodeKeywords, tensorOf } from './decode.js'
import { OPTIMIZERS } from './exceptions.js'
import type { Exchange } from './exchange.js'
import { maker } from './library.js'
import type { Encoded, Frame, Input, TensorDescription } from './recording.js'
import type { Replayed, Section } from './section.js'

/** Values by Python's names. */
type Record_ = Readonly<Record<string, Encoded>>

/** Parameters and state after a step. */
interface Progress {
  readonly params: readonly TensorDescription[]
  readonly state: readonly (readonly [position: number, record: Record_])[]
}

/** One sample of an optimizer; scripts/parity/optimizers.py writes it. */
interface OptimizerSample {
  readonly index: number
  readonly unrecorded?: string
  /** The parameters, then tensors among the settings. */
  readonly tensors: readonly Input[]
  /** PyTorch's class. */
  readonly cls: string
  readonly params: Encoded
  readonly keywords: Record_
  /** By step and parameter; null where there is none. */
  readonly gradients: readonly (readonly (TensorDescription | null)[])[]
  /** What a closure brings the parameters near to. */
  readonly targets: readonly TensorDescription[]
  /** Steps before the optimizer is saved. */
  readonly half: number
  /** The groups then. */
  readonly groups: readonly Record_[]
  readonly progress: readonly Progress[]
  /** The end of a run that has gone on from the file. */
  readonly resumed: Progress
  /** What is set among `for-loop`, `foreach` and `fused`; empty for optimizers without a choice. */
  readonly implementation: string
  readonly raises?: string
  /** What must raise. */
  readonly desc?: string
}

/** What a file of a run holds. */
interface Halfway {
  readonly params: readonly Tensor[]
  readonly optimizer: OptimizerStateDict
}

type SavedHalfway = ReadonlyMap<string, unknown>

class OptimizerReplay {
  readonly #sample: OptimizerSample
  readonly #frame: Frame<OptimizerSample>
  readonly #attempts = new Attempts({ slack: 1, values: true })

  constructor(sample: OptimizerSample, frame: Frame<OptimizerSample>) {
    this.#sample = sample
    this.#frame = frame
  }

  /** The outcome, and what Python goes on from. */
  run(theirs: SavedHalfway | undefined): [Outcome, Halfway | undefined] {
    const { cls, desc, raises, half, progress, resumed: end, groups, implementation } = this.#sample
    const { mismatches } = this.#attempts
    if (raises !== undefined) {
      const inputs = this.#inputs()
      this.#setGradients(inputs, 0)
      const result = this.#attempts.raising(`${cls}: ${desc}`, raises, () =>
        this.#optimizer(inputs).step(),
      )
      return [{ parts: { result }, mismatches }, undefined]
    }
    const implementations = implementation === '' ? [] : [implementation]
    const parts: Record<string, Agreement> = {}
    const part = (name: string, body: () => Verdict): Agreement => {
      parts[name] = this.#attempts.agreeing([name, ...implementations].join(', '), body)
      return parts[name]
    }
    let saved: Halfway | undefined
    part('steps', () => {
      const [params, optimizer] = this.#make()
      const verdicts = progress.map((wanted, step) => {
        this.#step(params, optimizer, step)
        const verdict = this.#compare(params, optimizer, wanted, `step ${step + 1}`)
        if (step + 1 === half) saved = halfway(params, optimizer)
        return verdict
      })
      return verdicts.reduce(worst, 'equal')
    })
    if (saved === undefined) return [{ parts, mismatches }, undefined]
    const { optimizer } = saved
    part('groups', () => this.#compareGroups(optimizer.param_groups, groups))
    if (theirs !== undefined) {
      part('from Python', () => {
        const [params, resumed] = this.#make(theirs.get('params') as readonly Tensor[])
        resumed.loadStateDict(theirs.get('optimizer') as unknown as OptimizerStateDict)
        for (let step = half; step < progress.length; step++) this.#step(params, resumed, step)
        return this.#compare(params, resumed, end, 'the end')
      })
    }
    return [{ parts, mismatches }, saved]
  }

  /** Parameters, with values of their own if given, and an optimizer of them. */
  #make(values: readonly Tensor[] = []): [Parameter[], Optimizer] {
    const inputs = this.#inputs(values)
    return [parametersOf(inputs), this.#optimizer(inputs)]
  }

  #inputs(values: readonly Tensor[] = []): Tensor[] {
    return this.#sample.tensors.map((input, i) => {
      const tensor = values[i] ?? tensorOf(input, this.#frame)
      return input.parameter ? nn.parameter(tensor.detach().clone()) : tensor
    })
  }

  #optimizer(tensors: readonly Tensor[]): Optimizer {
    const { cls, params, keywords } = this.#sample
    const context = { tensors, results: [] }
    const make = maker(optim, cls)
    return make(decode(params, context), decodeKeywords(keywords, context)) as Optimizer
  }

  #step(params: readonly Parameter[], optimizer: Optimizer, step: number): void {
    if (this.#sample.targets.length > 0) {
      optimizer.step(() => this.#loss(params, optimizer))
      return
    }
    this.#setGradients(params, step)
    optimizer.step()
  }

  #setGradients(params: readonly Tensor[], step: number): void {
    params.forEach((param, i) => {
      const gradient = this.#sample.gradients[step]?.[i] ?? null
      param.grad = gradient === null ? null : tensorOf(gradient, this.#frame)
    })
  }

  #loss(params: readonly Parameter[], optimizer: Optimizer): Tensor {
    optimizer.zeroGrad()
    const loss = this.#sample.targets
      .map((target, i) => (params[i] as Parameter).sub(tensorOf(target, this.#frame)))
      .map((difference) => difference.abs().pow(3).sum())
      .reduce((sum, term) => sum.add(term))
    loss.backward()
    return loss
  }

  #compare(
    params: readonly Parameter[],
    optimizer: Optimizer,
    wanted: Progress,
    when: string,
  ): Verdict {
    const found = optimizer.stateDict().state
    const verdicts = wanted.params.map((param, i) =>
      naming(`${when}, parameter ${i}`, compareTensor(params[i], param, this.#frame, this.#how)),
    )
    verdicts.push(
      naming(
        `${when}, parameters with a state`,
        compareTexts([...found.keys()].join(), wanted.state.map(([position]) => position).join()),
      ),
    )
    for (const [position, record] of wanted.state) {
      verdicts.push(
        this.#compareRecord(found.get(position) ?? {}, record, `${when}, state ${position}`),
      )
    }
    return verdicts.reduce(worst, 'equal')
  }

  #compareGroups(found: readonly object[], wanted: readonly Record_[]): Verdict {
    return wanted
      .map((group, i) => this.#compareRecord(found[i] ?? {}, group, `group ${i}`))
      .reduce(worst, 'equal')
  }

  #compareRecord(found: object, wanted: Record_, where: string): Verdict {
    // In any order: Python's groups begin with what was given for them.
    const names = compareTexts(Object.keys(found).sort().join(), Object.keys(wanted).sort().join())
    return Object.entries(wanted)
      .map(([name, value]) =>
        naming(
          `${where}.${name}`,
          this.#compareValue((found as Record<string, unknown>)[name], value),
        ),
      )
      .reduce(worst, naming(where, names))
  }

  /** A number that is a tensor in Python, such as a learning rate given as one, is close if it is the same number. */
  #compareValue(found: unknown, wanted: Encoded): Verdict {
    const { tensor } = (wanted ?? {}) as { tensor?: TensorDescription }
    if (tensor === undefined || typeof found !== 'number') {
      return compare(found, wanted, this.#frame, this.#how)
    }
    const number = tensorOf(tensor, this.#frame).to('float64').item()
    return number === found
      ? 'close'
      : { kind: 'values', detail: `expected a Tensor of ${number}, got ${found}` }
  }

  get #how() {
    return this.#attempts.how
  }
}

const parametersOf = (tensors: readonly Tensor[]): Parameter[] =>
  tensors.filter((tensor) => tensor instanceof Parameter)

const naming = (where: string, verdict: Verdict): Verdict =>
  typeof verdict === 'string' ? verdict : { ...verdict, detail: `${where}: ${verdict.detail}` }

/** Copies: the run goes on. */
function halfway(params: readonly Parameter[], optimizer: Optimizer): Halfway {
  const copy = <T>(value: T): T => {
    if (Array.isArray(value)) {
      const elements = value.map(copy)
      return (Object.isFrozen(value) ? Object.freeze(elements) : elements) as T
    }
    if (value instanceof Map) return new Map([...value].map(([k, v]) => [k, copy(v)])) as T
    if (value === null || typeof value !== 'object') return value
    if (torch.isTensor(value)) return value.detach().clone() as T
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, copy(v)])) as T
  }
  return {
    params: params.map((param) => param.detach().clone()),
    optimizer: copy(optimizer.stateDict()),
  }
}

async function* replay(
  frame: Frame<OptimizerSample>,
  exchange?: Exchange,
): AsyncGenerator<Replayed> {
  const theirs = (await exchange?.read(frame)) ?? new Map()
  const ours = new Map<number, Halfway>()
  for (const sample of frame.samples) {
    const { index } = sample
    if (sample.unrecorded !== undefined) {
      yield { index, outcome: unrecorded(sample.unrecorded) }
      continue
    }
    const [outcome, saved] = torch.scope(() =>
      new OptimizerReplay(sample, frame).run(theirs.get(index) as SavedHalfway | undefined),
    )
    if (saved !== undefined) ours.set(index, saved)
    yield { index, outcome }
  }
  await exchange?.give(frame, ours as never)
}

export const optimizers: Section = {
  name: 'optim',
  subject: 'optimizers',
  dtypes: ['float32', 'float64', 'bfloat16', 'complex64'],
  exceptions: OPTIMIZERS,
  givesBack: true,
  replay,
}
