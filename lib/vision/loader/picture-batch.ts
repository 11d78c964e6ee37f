// Whole batches of pictures: made natively as far as their pipeline allows, then finished here.

import {
  type BatchAssembly,
  type BatchMemory,
  inMemory,
  type MakeContext,
} from '../../data/assembly.js'
import { defaultCollate } from '../../data/collate.js'
import { DatasetError } from '../../data/errors.js'
import { pair } from '../../data/pair.js'
import { withRandomKey } from '../../data/random.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import { runSteps } from '../transforms/steps.js'
import type { CompiledPipeline } from './compile.js'
import type { Picture, Placed } from './fill.js'
import { type Settings, type StagedBatch, Stages } from './stages.js'

/** A batch before its samples are collated. */
interface Made {
  /** The pictures [N, C, H, W]; in a list where steps of the user's may have made them of several shapes. */
  readonly images: Tensor | readonly Tensor[]
  readonly targets: readonly unknown[]
}

/** A batch that is being made. */
interface Draft {
  readonly staged: StagedBatch
  /** The pictures after the steps that single ones go through, by place. */
  readonly images: Map<number, Tensor>
  /** The targets of the pictures that the batch will have, by place. */
  readonly left: Map<number, unknown>
}

/** The way to batches of the pictures that `at` gives, through a compiled pipeline. */
export function pictureAssembly(
  at: (index: number) => Picture,
  pipeline: CompiledPipeline,
  settings: Settings,
): BatchAssembly<Made, unknown> {
  const maker = new BatchMaker(at, pipeline, settings)
  const { collate } = settings
  const { keeps } = maker
  return {
    split: (indices) => [indices],
    make: (indices, context) => maker.make(indices, context),
    collate: ([made]) =>
      collate === undefined
        ? collateWhole(made as Made, keeps, settings)
        : collate(samplesOf(made as Made)),
    stages: () => maker.stages(),
    close: () => maker.close(),
    isSingle: false,
    copies: false,
    release: ({ images }) => {
      if (!keeps) dispose(images)
    },
    discard: collate === undefined ? dispose : () => {},
  }
}

/** @param keeps - whether a function of the user's may hold the pictures */
function collateWhole({ images, targets }: Made, keeps: boolean, memory: BatchMemory): unknown {
  if (images instanceof Tensor) return pair(images, defaultCollate(targets))
  const whole = pair(defaultCollate(images), defaultCollate(targets))
  if (!keeps) dispose(images)
  return inMemory(whole, memory)
}

function samplesOf({ images, targets }: Made): unknown[] {
  if (!(images instanceof Tensor)) return targets.map((target, i) => pair(images[i], target))
  const samples = targets.map((target, i) => pair(images.select(0, i), target))
  // Each sample holds the memory of the batch.
  images.dispose()
  return samples
}

function dispose(value: unknown): void {
  if (value instanceof Tensor) value.dispose()
  else if (Array.isArray(value)) value.forEach(dispose)
}

class BatchMaker {
  readonly #at: (index: number) => Picture
  readonly #stages: Stages
  /** What is left to do behind the last stage. */
  readonly #pipeline: CompiledPipeline

  constructor(at: (index: number) => Picture, pipeline: CompiledPipeline, settings: Settings) {
    this.#at = at
    this.#stages = new Stages(pipeline, settings)
    this.#pipeline = this.#stages.last
  }

  /** Whether a function of the user's may hold the pictures. */
  get keeps(): boolean {
    return this.#pipeline.single.some((step) => step.keeps)
  }

  async make(indices: readonly number[], context: MakeContext): Promise<Made> {
    let wanted = indices.map((index, place) => ({ picture: this.#at(index), index, place }))
    const staged = this.#stages.begin(indices.length)
    const batch: Draft = { staged, images: new Map(), left: new Map() }
    const stop = () => staged.cancel()
    context.signal.addEventListener('abort', stop)
    try {
      for (let attempt = 0; wanted.length > 0; attempt++) {
        wanted = await this.#attempt(batch, wanted, attempt, context)
      }
      return this.#finish(batch)
    } catch (error) {
      staged.out.dispose()
      if (!this.keeps) dispose([...batch.images.values()])
      throw error
    } finally {
      context.signal.removeEventListener('abort', stop)
      staged.disposeOthers()
    }
  }

  stages(): Readonly<Record<string, number>> {
    return this.#stages.times()
  }

  close(): Promise<void> {
    return this.#stages.close()
  }

  /** Makes samples; those that take the place of failed ones are left to do. */
  async #attempt(
    batch: Draft,
    wanted: readonly Placed[],
    attempt: number,
    context: MakeContext,
  ): Promise<Placed[]> {
    const [failures, targets] = await Promise.all([
      batch.staged.fill(wanted, context),
      Promise.allSettled(wanted.map(async ({ picture }) => picture.target())),
    ])
    const others: Placed[] = []
    const { out } = batch.staged
    const source = this.#pipeline.single.length > 0 ? this.#moved(out) : out
    try {
      for (const [i, one] of wanted.entries()) {
        if (context.signal.aborted) throw new Error('the iteration has ended')
        const { index, place } = one
        try {
          if (failures[i] !== undefined) throw failures[i]
          const target = targets[i] as PromiseSettledResult<unknown>
          if (target.status === 'rejected') throw target.reason
          if (this.#pipeline.single.length > 0) {
            batch.images.set(place, this.#single(source, one, context))
            // These steps run on the JS thread, which other work waits for.
            await new Promise((resolve) => setImmediate(resolve))
          }
          batch.left.set(place, target.value)
        } catch (cause) {
          const other = context.instead({ index, position: place, cause, attempt })
          if (other !== undefined) others.push({ picture: this.#at(other), index: other, place })
        }
      }
    } finally {
      if (source !== out) source.dispose()
    }
    return others
  }

  /** A batch where its pipeline wants it: one copy, which the CPU does not wait for. */
  #moved(batch: Tensor): Tensor {
    const { device } = this.#pipeline
    return device === undefined ? batch : batch.to({ device, nonBlocking: true })
  }

  /** Leaves out the places of samples that could not be made, and does what is left to do for all. */
  #finish({ staged: { out }, images, left }: Draft): Made {
    const places = [...left.keys()].sort((a, b) => a - b)
    const targets = places.map((place) => left.get(place))
    const { single, whole } = this.#pipeline
    if (single.length > 0) {
      out.dispose()
      return { images: places.map((place) => images.get(place) as Tensor), targets }
    }
    let batch = out
    if (places.length < out.size(0)) {
      batch = torch.scope(() => out.indexSelect(0, torch.tensor(places, { dtype: 'int64' })))
      out.dispose()
    }
    const moved = this.#moved(batch)
    if (moved !== batch) batch.dispose()
    return { images: runSteps(whole, moved, true), targets }
  }

  /** Runs the steps that are left on one picture of a batch, with the random numbers that are left. */
  #single(batch: Tensor, { picture, index, place }: Placed, key: MakeContext): Tensor {
    const { streams, single, whole } = this.#pipeline
    const steps = [...single, ...whole]
    const { seed, epoch } = key
    try {
      return withRandomKey(
        { seed, epoch, purpose: 'sample', index },
        () => runSteps(steps, batch.select(0, place), true),
        streams,
      )
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      const { path } = picture
      throw new DatasetError(`'${path}': ${reason}`, path, { cause, stage: 'transform' })
    }
  }
}
