import type { BatchAssembly } from '../../data/assembly.js'
import type { Recipe, RecipeOptions } from '../../data/described.js'
import type { Pipeline } from '../transforms/pipeline.js'
import type { RunnableStep } from '../transforms/transform.js'
import { type CompiledPipeline, compile } from './compile.js'
import type { Decoding, Picture } from './fill.js'
import { pictureAssembly } from './picture-batch.js'

/** How samples are made of picture files: decoded, then through a pipeline, if it is one that is known. */
export class PictureRecipe implements Recipe {
  readonly #pipeline: Pipeline | undefined
  readonly decoding: Decoding
  #compiled: { readonly pipeline: CompiledPipeline | undefined } | undefined

  constructor(pipeline: Pipeline | undefined, decoding: Decoding) {
    this.#pipeline = pipeline
    this.decoding = decoding
  }

  equals(other: Recipe): boolean {
    if (!(other instanceof PictureRecipe) || other.#pipeline !== this.#pipeline) return false
    const theirs = other.decoding
    const names = Object.keys(theirs) as (keyof Decoding)[]
    return names.every((name) => theirs[name] === this.decoding[name])
  }

  /** Whether a loader makes batches natively, at least the beginning of what is done to their pictures. */
  get isNative(): boolean {
    return this.#compile() !== undefined
  }

  #compile(): CompiledPipeline | undefined {
    if (this.#pipeline === undefined) return undefined
    this.#compiled ??= { pipeline: compile(this.#pipeline.steps as readonly RunnableStep[]) }
    return this.#compiled.pipeline
  }

  prepare(
    at: (index: number) => unknown,
    options: RecipeOptions,
  ): (() => BatchAssembly<unknown, unknown>) | undefined {
    const pipeline = this.#compile()
    if (pipeline === undefined) return undefined
    const settings = { ...options, ...this.decoding }
    return () => pictureAssembly(at as (index: number) => Picture, pipeline, settings)
  }
}
