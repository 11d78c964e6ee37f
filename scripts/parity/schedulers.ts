// The section `lr`: learning-rate schedulers over a grid of arguments. A scheduler makes 200 steps, is saved and loaded
// halfway, and goes on.

import { lr, nn, optim } from '../../lib/index.js'
import type { Optimizer, ParamGroup } from '../../lib/optim/optimizer.js'
import { camelCase } from '../../lib/torch/camel.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { type Agreement, Attempts, type Outcome } from './attempts.js'
import { compareTensor, type Verdict } from './compare.js'
import { decode, decodeKeywords } from './decode.js'
import { SCHEDULERS } from './exceptions.js'
import type { Exchange } from './exchange.js'
import { maker } from './library.js'
import type { Encoded, Frame, TensorDescription } from './recording.js'
import type { Replayed, Section } from './section.js'

type Scheduler = lr.Scheduler | lr.ReduceOnPlateau
type Keywords = Readonly<Record<string, Encoded>>

/** One sample; scripts/parity/schedulers.py writes it. */
interface SchedulerSample {
  readonly index: number
  /** What to make: class, arguments, keyword arguments. */
  readonly sample: { readonly scheduler: SchedulerCall }
  /** Steps before scheduler and optimizer are saved. */
  readonly half: number
  /** Learning rate and momentum of each group, at first and after each step. */
  readonly rows: TensorDescription
  /** The same from the middle on, of a run that has gone on from the file. */
  readonly resumed: TensorDescription
  readonly raises?: string
}

type SchedulerCall = readonly [cls: string, args: readonly Encoded[], keywords: Keywords]
type SchedulerFrame = Frame<SchedulerSample> & { readonly groups: readonly Keywords[] }
type SavedRun = ReadonlyMap<string, Parameters<Optimizer['loadStateDict']>[0]>

/** scripts/parity/schedulers.py has the same. */
const FUNCTIONS: Readonly<Record<string, (epoch: number) => number>> = {
  hyperbola: (epoch) => 1 / (1 + epoch),
  sawtooth: (epoch) => 1 - (epoch % 7) / 10,
  slow: (epoch) => 1 - 1 / (epoch + 50),
}

const metric = (step: number): number =>
  Number((1 / (1 + step / 10) + ((step * 7919) % 13) / 50).toFixed(6))

/** `ReduceLROnPlateau` is `lr.reduceOnPlateau`, `ChainedScheduler` is `lr.chained`. */
const functionOf = (cls: string): ((...args: unknown[]) => unknown) => {
  const name = cls.replace(/LR|Scheduler/, '')
  return cls === 'SWALR' ? maker(optim.swaUtils, 'swaLr') : maker(lr, name)
}

class Run {
  readonly #optimizer: Optimizer
  readonly #scheduler: Scheduler
  readonly #rows: number[][][]

  constructor({ sample }: SchedulerSample, { dtype, groups }: SchedulerFrame) {
    const make = maker(optim, dtype === 'errors' ? 'SGD' : dtype)
    const params = groups.map((group) => ({
      params: [nn.parameter(torch.zeros([1]))],
      ...decodeKeywords(group, { tensors: [], results: [] }),
    }))
    this.#optimizer = make(params) as Optimizer
    this.#scheduler = this.#decode(sample) as Scheduler
    this.#rows = [this.#row()]
  }

  #decode(value: Encoded): unknown {
    if (Array.isArray(value)) return value.map((element) => this.#decode(element))
    const { scheduler, named } = (value ?? {}) as { scheduler?: SchedulerCall; named?: string }
    if (named !== undefined) return FUNCTIONS[named]
    if (scheduler === undefined) return Number.isFinite(value) ? value : decodePlain(value)
    const [cls, args, keywords] = scheduler
    const options = Object.fromEntries(
      Object.entries(keywords).map(([name, option]) => [
        lowerCamelCase(name),
        this.#decode(option),
      ]),
    )
    const positional = args.map((element) => this.#decode(element))
    if (cls !== 'ChainedScheduler') positional.unshift(this.#optimizer)
    if (Object.keys(options).length > 0) positional.push(options)
    return functionOf(cls)(...positional)
  }

  #row(): number[][] {
    type Group = ParamGroup<{ lr: number; momentum?: number; betas?: readonly number[] }>
    return (this.#optimizer.paramGroups as readonly Group[]).map(({ lr, momentum, betas }) => [
      lr,
      momentum ?? (betas?.[0] as number),
    ])
  }

  advance(start: number, end: number): void {
    this.#optimizer.step()
    for (let step = start; step < end; step++) {
      if (this.#scheduler instanceof lr.Scheduler) this.#scheduler.step()
      else this.#scheduler.step(metric(step))
      this.#rows.push(this.#row())
    }
  }

  /** The rows from one on. */
  numbers(from = 0): Tensor {
    return torch.tensor(this.#rows.slice(from), { dtype: 'float64' })
  }

  load(file: SavedRun): void {
    this.#scheduler.loadStateDict(file.get('scheduler') as never)
    this.#optimizer.loadStateDict(file.get('optimizer') as never)
  }

  save(): object {
    return { scheduler: this.#scheduler.stateDict(), optimizer: this.#optimizer.stateDict() }
  }
}

/** A value that holds no scheduler; whole floats are numbers, since options of schedulers know no types. */
const decodePlain = (value: Encoded): unknown => {
  const decoded = decode(value, { tensors: [], results: [] })
  return typeof decoded === 'object' && decoded !== null ? Number(decoded) : decoded
}

/** `T_max` is `tMax`. */
const lowerCamelCase = (name: string): string =>
  `${name[0]?.toLowerCase()}${camelCase(name).slice(1)}`

function replaySample(
  sample: SchedulerSample,
  frame: SchedulerFrame,
  theirs: SavedRun | undefined,
): [Outcome, object | undefined] {
  const attempts = new Attempts({ slack: 1, values: true })
  const { mismatches, how } = attempts
  const { half, rows, resumed, raises } = sample
  if (raises !== undefined) {
    const form = JSON.stringify(sample.sample.scheduler)
    const result = attempts.raising(form, raises, () => new Run(sample, frame).advance(0, 10))
    return [{ parts: { result }, mismatches }, undefined]
  }
  const end = half + (resumed.shape[0] as number)
  const parts: Record<string, Agreement> = {}
  const part = (name: string, body: () => Verdict): void => {
    parts[name] = attempts.agreeing(name, body)
  }
  let saved: object | undefined
  part('steps', () => {
    const run = new Run(sample, frame)
    run.advance(0, half)
    saved = run.save()
    run.advance(half, end)
    return compareTensor(run.numbers(), rows, frame, how)
  })
  if (theirs !== undefined) {
    part('from Python', () => {
      const run = new Run(sample, frame)
      run.load(theirs)
      run.advance(half, end)
      return compareTensor(run.numbers(1), resumed, frame, how)
    })
  }
  return [{ parts, mismatches }, saved]
}

async function* replay(frame: SchedulerFrame, exchange?: Exchange): AsyncGenerator<Replayed> {
  const theirs = (await exchange?.read(frame)) ?? new Map()
  const ours = new Map<number, object>()
  for (const sample of frame.samples) {
    const { index } = sample
    const [outcome, saved] = torch.scope(() =>
      replaySample(sample, frame, theirs.get(index) as SavedRun | undefined),
    )
    if (saved !== undefined) ours.set(index, saved)
    yield { index, outcome }
  }
  await exchange?.give(frame, ours as never)
}

export const schedulers: Section = {
  name: 'lr',
  subject: 'schedulers',
  dtypes: ['SGD', 'Adam'],
  exceptions: SCHEDULERS,
  givesBack: true,
  replay,
}
