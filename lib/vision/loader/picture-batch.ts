// Whole batches of pictures: made natively as far as their pipeline allows, then finished here.

import type { BatchAssembly, MakeContext } from '../../data/assembly.js'
import { defaultCollate } from '../../data/collate.js'
import type { RecipeOptions } from '../../data/described.js'
import { DatasetError } from '../../data/errors.js'
import { pair } from '../../data/pair.js'
import { withRandomKey } from '../../data/random.js'
import { native, type TensorHandle } from '../../native.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import { access } from '../../torch/tensor-access.js'
import { runSteps } from '../transforms/steps.js'
import { type CompiledPipeline, kindOf } from './compile.js'
import { type Decoding, Filler, type Picture, type Placed } from './fill.js'

/** A batch before its samples are collated. */
interface Made {
  /** The pictures [N, C, H, W]; in a list where steps of the user's may have made them of several shapes. */
  readonly images: Tensor | readonly Tensor[]
  readonly targets: readonly unknown[]
}

/** A batch that is being made. */
interface Draft {
  readonly out: Tensor
  /** The pictures after the steps that single ones go through, by place. */
  readonly images: Map<number, Tensor>
  /** The targets of the pictures that the batch will have, by place. */
  readonly left: Map<number, unknown>
}

type Settings = RecipeOptions & Decoding

/** The way to batches of the pictures that `at` gives, through a compiled pipeline. */
export function pictureAssembly(
  at: (index: number) => Picture,
  pipeline: CompiledPipeline,
  settings: Settings,
): BatchAssembly<Made, unknown> {
  const maker = new BatchMaker(at, pipeline, settings)
  const { collate } = settings
  const keeps = pipeline.single.some((step) => step.keeps)
  return {
    split: (indices) => [indices],
    make: (indices, context) => maker.make(indices, context),
    collate: ([made]) =>
      collate === undefined ? collateWhole(made as Made, keeps) : collate(samplesOf(made as Made)),
    stages: () => maker.stages(),
    close: () => native.freeImageBatches(),
    copies: false,
    release: ({ images }) => {
      if (!keeps) dispose(images)
    },
    discard: collate === undefined ? dispose : () => {},
  }
}

/** @param keeps - whether a function of the user's may hold the pictures */
function collateWhole({ images, targets }: Made, keeps: boolean): unknown {
  if (images instanceof Tensor) return pair(images, defaultCollate(targets))
  const whole = pair(defaultCollate(images), defaultCollate(targets))
  if (!keeps) dispose(images)
  return whole
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
  readonly #pipeline: CompiledPipeline
  readonly #filler: Filler
  readonly #pinned: boolean
  readonly #interleaved: boolean

  constructor(at: (index: number) => Picture, pipeline: CompiledPipeline, settings: Settings) {
    this.#at = at
    this.#pipeline = pipeline
    this.#filler = new Filler(pipeline, settings, settings.threads)
    const { device = 'cpu' } = pipeline
    this.#pinned = settings.pinMemory || kindOf(device) === 'cuda'
    this.#interleaved = settings.interleaved
  }

  async make(indices: readonly number[], context: MakeContext): Promise<Made> {
    const out = this.#allocate(indices.length)
    const batch: Draft = { out, images: new Map(), left: new Map() }
    const stop = () => native.cancelImages(access.handleOf(out) as TensorHandle)
    context.signal.addEventListener('abort', stop)
    try {
      let wanted = indices.map((index, place) => ({ picture: this.#at(index), index, place }))
      for (let attempt = 0; wanted.length > 0; attempt++) {
        wanted = await this.#attempt(batch, wanted, attempt, context)
      }
      return await this.#finish(batch)
    } catch (error) {
      out.dispose()
      dispose([...batch.images.values()])
      throw error
    } finally {
      context.signal.removeEventListener('abort', stop)
    }
  }

  stages(): Readonly<Record<string, number>> {
    return this.#filler.stages()
  }

  /** A batch with unset values, in memory of earlier ones where nobody refers to it any more. */
  #allocate(count: number): Tensor {
    const { dtype, size } = this.#pipeline
    if (!this.#pinned)
      return access.wrap(native.newImageBatch(count, ...size, dtype, this.#interleaved))
    const memoryFormat = this.#interleaved ? 'channels_last' : 'contiguous_format'
    return torch.empty([count, 3, ...size], { dtype, device: 'cpu', pinMemory: true, memoryFormat })
  }

  /** Makes samples; those that take the place of failed ones are left to do. */
  async #attempt(
    batch: Draft,
    wanted: readonly Placed[],
    attempt: number,
    context: MakeContext,
  ): Promise<Placed[]> {
    const [failures, targets] = await Promise.all([
      this.#filler.fill(batch.out, wanted, context),
      Promise.allSettled(wanted.map(({ picture }) => picture.target())),
    ])
    if (context.signal.aborted) throw new Error('the iteration has ended')
    const others: Placed[] = []
    const source = this.#pipeline.single.length > 0 ? this.#moved(batch.out) : batch.out
    for (const [i, one] of wanted.entries()) {
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
    if (source !== batch.out) source.dispose()
    return others
  }

  /** A batch where its pipeline wants it: one copy, which the CPU does not wait for. */
  #moved(batch: Tensor): Tensor {
    const { device } = this.#pipeline
    return device === undefined ? batch : batch.to({ device, nonBlocking: true })
  }

  /** Leaves out the places of samples that could not be made, and does what is left to do for all. */
  async #finish({ out, images, left }: Draft): Promise<Made> {
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
