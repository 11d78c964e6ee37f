// A compiled pipeline at work: native parts, and functions of the user's on bytes between them.

import type { MakeContext } from '../../data/assembly.js'
import type { RecipeOptions } from '../../data/described.js'
import { native, type TensorHandle } from '../../native.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { access } from '../../torch/tensor-access.js'
import type { ViewsInfo, ViewsStep } from '../transforms/lambda.js'
import { type CompiledPipeline, kindOf } from './compile.js'
import { type Decoding, Filler, type Placed } from './fill.js'
import { LambdaThreads } from './lambda-threads.js'

/** What a loader wants of its batches, and how files are decoded. */
export type Settings = RecipeOptions & Decoding

type Outcome = Error | undefined

/** The part of a pipeline up to a function on bytes, or to the end. */
interface Stage {
  readonly pipeline: CompiledPipeline
  readonly filler: Filler
  readonly lambda: Lambda | undefined
}

/** The stages of a pipeline, for all batches of one iteration. */
export class Stages {
  readonly #stages: readonly Stage[]
  readonly #pinned: boolean
  readonly #interleaved: boolean
  /** The last part of the pipeline. */
  readonly last: CompiledPipeline

  constructor(pipeline: CompiledPipeline, settings: Settings) {
    clearTimeout(freeing)
    const stages: Stage[] = []
    for (let part: CompiledPipeline | undefined = pipeline; part; part = part.lambda?.rest) {
      const filler = new Filler(part, settings, settings.threads)
      stages.push({ pipeline: part, filler, lambda: part.lambda && new Lambda(part.lambda.step) })
    }
    this.#stages = stages
    this.last = (stages.at(-1) as Stage).pipeline
    const { device = 'cpu' } = this.last
    this.#pinned = settings.pinMemory || kindOf(device) === 'cuda'
    this.#interleaved = settings.interleaved
  }

  /** Memory for a batch of `count` pictures in each stage. */
  begin(count: number): StagedBatch {
    const places = this.#stages.map((stage) => ({
      ...stage,
      ...(stage.lambda
        ? bytesOf(count, stage.pipeline)
        : { out: this.#allocate(count), bytes: undefined }),
    }))
    return new StagedBatch(places)
  }

  /** Microseconds for one sample in each stage: of a thread's time in native code, of waiting for functions. */
  times(): Readonly<Record<string, number>> {
    const sum: Record<string, number> = {}
    const add = (name: string, time: number) => {
      sum[name] = (sum[name] ?? 0) + time
    }
    for (const { filler, lambda } of this.#stages) {
      for (const [name, time] of Object.entries(filler.stages())) add(name, time)
      if (lambda !== undefined) add('lambda', lambda.time)
    }
    return sum
  }

  async close(): Promise<void> {
    freeLater()
    await Promise.all(this.#stages.map(({ lambda }) => lambda?.close()))
  }

  /** In memory of earlier batches, where nobody refers to it any more. */
  #allocate(count: number): Tensor {
    const { dtype, size } = this.last
    if (!this.#pinned) {
      return access.wrap(native.newImageBatch(count, ...size, dtype, this.#interleaved))
    }
    const memoryFormat = this.#interleaved ? 'channels_last' : 'contiguous_format'
    return torch.empty([count, 3, ...size], { dtype, device: 'cpu', pinMemory: true, memoryFormat })
  }
}

/** Long enough for the next epoch to begin: it goes on in the memory of this one. */
const KEPT_MS = 10_000

let freeing: NodeJS.Timeout | undefined

/** Frees the memory that is kept for batches, unless a loader begins to use it again. */
function freeLater(): void {
  clearTimeout(freeing)
  freeing = setTimeout(() => native.freeImageBatches(), KEPT_MS).unref()
}

/** A batch in memory that JavaScript sees. */
function bytesOf(count: number, { size: [height, width] }: CompiledPipeline) {
  const bytes = new Uint8Array(count * height * width * 3)
  const out = torch.scope(() =>
    torch.fromTypedArray(bytes, [count, height, width, 3]).permute(0, 3, 1, 2),
  )
  return { out, bytes }
}

interface Place extends Stage {
  readonly out: Tensor
  /** The memory of `out`, where a function works on it. */
  readonly bytes: Uint8Array | undefined
}

/** One batch on its way through the stages. */
export class StagedBatch {
  readonly #places: readonly Place[]
  /** The batch after the last stage. */
  readonly out: Tensor

  constructor(places: readonly Place[]) {
    this.#places = places
    this.out = (places.at(-1) as Place).out
  }

  /** Fills places; gives for each picture the error it failed with, or undefined. */
  async fill(placed: readonly Placed[], context: MakeContext): Promise<Outcome[]> {
    const failures = new Map<number, Error>()
    let alive = placed
    for (const { out, bytes, filler, lambda, pipeline } of this.#places) {
      if (alive.length === 0) break
      const outcomes = await filler.fill(out, alive, context, context.signal)
      if (context.signal.aborted) throw new Error('the iteration has ended')
      alive.forEach(({ place }, i) => {
        const outcome = outcomes[i]
        if (outcome !== undefined) failures.set(place, outcome)
      })
      alive = alive.filter(({ place }) => !failures.has(place))
      if (lambda === undefined || bytes === undefined || alive.length === 0) continue
      alive = await lambda.change(bytes, alive, pipeline.size)
    }
    return placed.map(({ place }) => failures.get(place))
  }

  /** Drops what no thread has begun. */
  cancel(): void {
    for (const { out } of this.#places) native.cancelImages(access.handleOf(out) as TensorHandle)
  }

  /** Frees what the stages before the last have made. */
  disposeOthers(): void {
    for (const { out } of this.#places.slice(0, -1)) out.dispose()
  }
}

/** A function of the user's on bytes. */
class Lambda {
  readonly #run: (views: Uint8Array[], info: ViewsInfo) => void | Promise<void>
  readonly #threads: LambdaThreads | undefined
  #milliseconds = 0
  #samples = 0

  constructor({ params }: ViewsStep) {
    if ('module' in params) {
      const threads = new LambdaThreads(params.module, params.workers)
      this.#threads = threads
      this.#run = (views, info) => threads.run(views, info)
    } else {
      this.#run = params.fn
    }
  }

  /** Microseconds for one picture. */
  get time(): number {
    return (this.#milliseconds * 1e3) / Math.max(1, this.#samples)
  }

  /** Calls the function; gives the pictures as what the next stage reads. */
  async change(
    bytes: Uint8Array,
    placed: readonly Placed[],
    [height, width]: readonly [number, number],
  ): Promise<Placed[]> {
    const length = height * width * 3
    const views = placed.map(({ place }) => bytes.subarray(place * length, (place + 1) * length))
    const began = performance.now()
    // The function gets an array of its own: it may do with it what it likes.
    await this.#run([...views], { height, width, indices: placed.map(({ index }) => index) })
    this.#milliseconds += performance.now() - began
    this.#samples += placed.length
    return placed.map((one, i) => ({
      ...one,
      picture: {
        ...one.picture,
        source: [views[i] as Uint8Array, width, height] as const,
        decoded: (pixels) => pixels,
      },
    }))
  }

  async close(): Promise<void> {
    await this.#threads?.close()
  }
}
