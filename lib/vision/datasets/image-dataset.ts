import { checkFunction, checkOneOf } from '../../check.js'
import { Dataset } from '../../data/dataset.js'
import { type Described, described } from '../../data/described.js'
import { DatasetError } from '../../data/errors.js'
import { type Pair, pair } from '../../data/pair.js'
import type { ImageInput } from '../../native.js'
import { Tensor } from '../../torch/tensor.js'
import {
  checkDecodeOptions,
  DECODE_OPTIONS,
  type DecodeImageOptions,
  decodeBytes,
  readPicture,
} from '../image/decode.js'
import { ImageDecodeError } from '../image/errors.js'
import { PictureRecipe } from '../loader/recipe.js'
import { isPipeline, ownsResult, type Pipeline, runOwned } from '../transforms/pipeline.js'
import { type CacheOption, checkCacheOption, RawCache } from './raw-cache.js'

/** What every data set of pictures takes; `T` is its target before `targetTransform`. */
export interface ImageDatasetOptions<X = Tensor, Y = number, T = number>
  extends DecodeImageOptions {
  /** Applied to each decoded image: a pipeline, or a function, which may be asynchronous. */
  transform?: (image: Tensor) => X | Promise<X>
  /** Applied to each target. */
  targetTransform?: (target: T) => Y
  /** Makes an image of a file, in place of `decodeImage`. */
  loader?: (path: string) => Tensor | Promise<Tensor>
  /**
   * How a `dataloader` decodes JPEG files: `'exact'` (default) gives the pixels that Pillow gives,
   * `'fast'` decodes pictures that are shrunk to less than half at a lower resolution.
   */
  decode?: 'exact' | 'fast'
  /**
   * Keeps decoded pictures from the first epoch for the others: 'raw', or with settings. What a
   * `dataloader` makes by a pipeline goes by way of it; what `getItem` gives does not. Default: none.
   */
  cache?: CacheOption
}

/** The names of the options that every data set of pictures takes. */
export const IMAGE_OPTIONS = [
  'transform',
  'targetTransform',
  'loader',
  'cache',
  'decode',
  ...DECODE_OPTIONS,
] as const

/** A picture's path and the index of its class. */
export type ImageSample = readonly [path: string, target: number]

/** The pictures of an {@link ImageDataset}. */
export interface ImageList {
  /** The folder that the data set was made of. */
  readonly root: string
  readonly classes: readonly string[]
  readonly samples: readonly ImageSample[]
  /** The index of each class by its name, where a class has several; by default as `classes` says. */
  readonly classToIdx?: Readonly<Record<string, number>>
}

/**
 * Picture files with one target each. A sample is (image, target), for `.x` and `.y` or `[x, y]`;
 * without a transform the image is uint8 [3, height, width].
 */
export class ImageDataset<X = Tensor, Y = number, T = number> extends Dataset<Pair<X, Y>> {
  /** The folder that the data set was made of. */
  readonly root: string
  /** The names of the classes, by index. */
  override readonly classes: readonly string[]
  /** The index of each class by its name. */
  readonly classToIdx: Readonly<Record<string, number>>
  /** The path and class index of each picture. */
  readonly samples: readonly ImageSample[]
  /** The class index of each picture. */
  readonly targets: readonly number[]
  readonly #options: ImageDatasetOptions<X, Y, T>
  readonly #ownsImages: boolean
  readonly #decoding: Required<DecodeImageOptions>
  readonly #recipe: PictureRecipe | undefined
  readonly #cache: RawCache | undefined

  constructor(
    { root, classes, samples, classToIdx }: ImageList,
    options: ImageDatasetOptions<X, Y, T>,
  ) {
    super()
    this.root = root
    this.classes = classes
    this.classToIdx = classToIdx ?? Object.fromEntries(classes.map((name, index) => [name, index]))
    this.samples = samples
    this.targets = samples.map(([, target]) => target)
    this.#options = options
    const { loader, transform, decode = 'exact' } = options
    const closed = transform === undefined || (isPipeline(transform) && ownsResult(transform))
    this.#ownsImages = loader === undefined && closed
    this.#decoding = checkDecodeOptions('ImageDataset', options)
    const pipeline = isPipeline(transform) ? transform : undefined
    const decoding = { ...this.#decoding, decode }
    this.#recipe = loader === undefined ? new PictureRecipe(pipeline, decoding) : undefined
    this.#cache = cacheOf(options, samples.length, this.#recipe)
  }

  override get length(): number {
    return this.samples.length
  }

  /** @throws {@link ImageDecodeError} or {@link DatasetError}, both with the path, when a transform fails */
  override async getItem(index: number): Promise<Pair<X, Y>> {
    const [path] = this.samples[index] as ImageSample
    const { loader, transform } = this.#options
    try {
      const image = await (loader === undefined ? this.#decoded(index) : loader(path))
      const x = await this.#transformed(image, transform)
      return pair(x as X, await this.#target(index))
    } catch (cause) {
      if (cause instanceof ImageDecodeError) throw cause
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new DatasetError(`'${path}': ${reason}`, path, { cause, stage: 'transform' })
    }
  }

  /** Frees an image that was copied into a batch, unless a function of the user's may hold it. */
  override release({ x }: Pair<X, Y>): void {
    if (this.#ownsImages && x instanceof Tensor) x.dispose()
  }

  /** The target of a sample before `targetTransform`: its class index, unless a data set has others. */
  protected targetOf(index: number): T | Promise<T> {
    return this.targets[index] as T
  }

  /** What native code reads a picture from: its file, unless a data set keeps its pictures elsewhere. */
  protected sourceOf(index: number): ImageInput {
    return this.#path(index)
  }

  /** The bytes of a picture's file, for formats that native code does not decode. */
  protected bytesOf(index: number): Promise<Uint8Array> {
    return readPicture(this.#path(index))
  }

  /** What a loader makes batches of without `getItem`, unless a subclass has one of its own. */
  get [described](): Described | undefined {
    const recipe = this.getItem === ImageDataset.prototype.getItem ? this.#recipe : undefined
    return (
      recipe && {
        recipe,
        at: (index) => ({
          path: this.#path(index),
          source: this.#cached(index, this.sourceOf(index)),
          bytes: () => this.bytesOf(index),
          decoded: (pixels: ImageInput) => this.#cached(index, pixels),
          target: () => this.#target(index),
        }),
      }
    )
  }

  #cached(index: number, picture: ImageInput): ImageInput {
    return this.#cache === undefined ? picture : this.#cache.source(index, picture)
  }

  async #decoded(index: number): Promise<Tensor> {
    return decodeBytes(await this.bytesOf(index), this.#path(index), this.#decoding)
  }

  #path(index: number): string {
    return (this.samples[index] as ImageSample)[0]
  }

  async #target(index: number): Promise<Y> {
    const { targetTransform } = this.#options
    const target = await this.targetOf(index)
    return (targetTransform === undefined ? target : targetTransform(target)) as Y
  }

  #transformed(image: Tensor, transform: ImageDatasetOptions<X, Y, T>['transform']) {
    if (transform === undefined) return image
    return this.#ownsImages ? runOwned(transform as unknown as Pipeline, image) : transform(image)
  }
}

function cacheOf(
  { cache }: { cache?: CacheOption },
  pictures: number,
  recipe: PictureRecipe | undefined,
): RawCache | undefined {
  if (cache === undefined) return undefined
  const settings = checkCacheOption('ImageDataset', cache)
  if (recipe?.isNative) return new RawCache(pictures, settings)
  throw new TypeError(
    'ImageDataset: cache needs a pipeline for transform whose first steps are native and give one size (docs/loader.md), and no loader: it keeps what native code decodes',
  )
}

/** Checks the options that every data set of pictures takes. */
export function checkImageOptions<X, Y, T>(
  where: string,
  options: ImageDatasetOptions<X, Y, T>,
): void {
  for (const name of ['transform', 'targetTransform', 'loader'] as const) {
    if (options[name] !== undefined) checkFunction(where, name, options[name])
  }
  checkDecodeOptions(where, options)
  const { decode, loader } = options
  if (decode !== undefined) checkOneOf(where, 'decode', decode, ['exact', 'fast'])
  const unused = (['decode', ...DECODE_OPTIONS] as const).find(
    (name) => options[name] !== undefined,
  )
  if (loader !== undefined && unused !== undefined) {
    throw new TypeError(
      `${where}: loader and ${unused} exclude each other: loader decodes by itself`,
    )
  }
}
