import { checkFunction } from '../../check.js'
import { type Collated, defaultCollate } from '../../data/collate.js'
import { Dataset } from '../../data/dataset.js'
import { type Described, described } from '../../data/described.js'
import { type Pair, pair } from '../../data/pair.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import { checkDecodeOptions } from '../image/decode.js'
import type { Picture } from '../loader/fill.js'
import { PictureRecipe } from '../loader/recipe.js'
import { isPipeline, ownsResult, type Pipeline, runOwned } from '../transforms/pipeline.js'

/** What every data set of images in memory takes; `T` is its target before `targetTransform`. */
export interface TensorImagesOptions<X = Tensor, Y = number, T = number> {
  /** Applied to each image: a pipeline, or a function, which may be asynchronous. */
  transform?: (image: Tensor) => X | Promise<X>
  /** Applied to each target. */
  targetTransform?: (target: T) => Y
}

/** The names of the options that every data set of images in memory takes. */
export const TENSOR_IMAGES_OPTIONS = ['transform', 'targetTransform'] as const

/** The images of a {@link TensorImages}. */
export interface ImageArrays<T = number> {
  /** [N, C, H, W]. */
  readonly images: Tensor
  /** The class index of each image. */
  readonly targets: readonly number[]
  readonly classes?: readonly string[] | undefined
  /** The target of a sample, where it is more than the class index. */
  readonly targetOf?: (index: number) => T
  /** The memory of `images` where these are uint8 with 3 channels, interleaved: native code reads it. */
  readonly pixels?: Uint8Array
}

/**
 * Transforms of which one call does for a whole batch what one call for each image does, to the last
 * bit: they move or change each element by itself.
 */
const ELEMENTWISE: ReadonlySet<string> = new Set([
  'toTensor',
  'to',
  'toDtype',
  'convertImageDtype',
  'normalize',
  'crop',
  'centerCrop',
  'pad',
  'horizontalFlip',
  'verticalFlip',
])

/**
 * Images in memory with one target each. A sample is (image, target), for `.x` and `.y` or `[x, y]`;
 * without a transform the image is a copy [C, H, W] of what is in `images`.
 *
 * A loader gets whole batches where the transform does the same to every image, and gives every image
 * random numbers of its own where the transform is random.
 */
export class TensorImages<X = Tensor, Y = number, T = number> extends Dataset<Pair<X, Y>> {
  /** All images, [N, C, H, W]. */
  readonly images: Tensor
  /** The class index of each image. */
  readonly targets: readonly number[]
  /** The names of the classes, by index. */
  override readonly classes: readonly string[] | undefined
  /** The index of each class by its name. */
  readonly classToIdx: Readonly<Record<string, number>>
  readonly #options: TensorImagesOptions<X, Y, T>
  readonly #targetOf: (index: number) => T
  readonly #ownsImages: boolean
  readonly #pixels: Uint8Array | undefined
  readonly #recipe: PictureRecipe | undefined

  /** Use {@link fromArrays}, or the function of a known data set. */
  constructor(
    { images, targets, classes, targetOf, pixels }: ImageArrays<T>,
    options: TensorImagesOptions<X, Y, T>,
  ) {
    super()
    this.images = images
    this.targets = targets
    this.classes = classes
    this.classToIdx = Object.fromEntries((classes ?? []).map((name, index) => [name, index]))
    this.#options = options
    this.#targetOf = targetOf ?? ((index) => targets[index] as T)
    const { transform } = options
    this.#ownsImages = transform === undefined || (isPipeline(transform) && ownsResult(transform))
    this.#pixels = pixels
    if (transform === undefined || isElementwise(transform)) {
      this.getBatch = (indices) => this.#batch(indices)
    } else if (pixels !== undefined && isPipeline(transform)) {
      const decoding = checkDecodeOptions('TensorImages', {})
      this.#recipe = new PictureRecipe(transform, { ...decoding, decode: 'exact' })
    }
  }

  override get length(): number {
    return this.targets.length
  }

  override getItem(index: number): Pair<X, Y> | Promise<Pair<X, Y>> {
    // A copy: what is done to a sample must not change the data set.
    const image = torch.scope(() => this.images.select(0, index).clone())
    const { transform } = this.#options
    if (transform === undefined) return pair(image as X, this.#target(index))
    if (this.#ownsImages) {
      return pair(runOwned(transform as unknown as Pipeline, image) as X, this.#target(index))
    }
    const x = transform(image)
    if (x instanceof Promise) return x.then((made) => pair(made, this.#target(index)))
    return pair(x, this.#target(index))
  }

  /** Frees an image that was copied into a batch, unless a function of the user's may hold it. */
  override release({ x }: Pair<X, Y>): void {
    if (this.#ownsImages && x instanceof Tensor) x.dispose()
  }

  /** What a loader makes batches of without `getItem`. */
  get [described](): Described | undefined {
    const recipe = this.#recipe
    const bytes = this.#pixels
    if (recipe === undefined || bytes === undefined) return undefined
    const [height, width] = this.images.shape.slice(2) as [number, number]
    const size = 3 * height * width
    return {
      recipe,
      at: (index): Picture => {
        const pixels = bytes.subarray(index * size, (index + 1) * size)
        return {
          path: `image ${index}`,
          source: [pixels, width, height],
          bytes: () => Promise.resolve(pixels),
          decoded: (picture) => picture,
          target: () => this.#target(index),
        }
      },
    }
  }

  #batch(indices: readonly number[]): Collated<Pair<X, Y>> {
    const { transform } = this.#options
    const images = torch.scope(() =>
      this.images.indexSelect(0, torch.tensor([...indices], { dtype: 'int64' })).contiguous(),
    )
    const x = transform === undefined ? images : runOwned(transform as unknown as Pipeline, images)
    const y = defaultCollate(indices.map((index) => this.#target(index)))
    return pair(x, y) as Collated<Pair<X, Y>>
  }

  #target(index: number): Y {
    const { targetTransform } = this.#options
    const target = this.#targetOf(index)
    return (targetTransform === undefined ? target : targetTransform(target)) as Y
  }
}

const isElementwise = (transform: unknown): boolean =>
  isPipeline(transform) && transform.steps.every(({ name }) => ELEMENTWISE.has(name))

/** Checks the options that every data set of images in memory takes. */
export function checkTensorImagesOptions(
  where: string,
  { transform, targetTransform }: { transform?: unknown; targetTransform?: unknown },
): void {
  if (transform !== undefined) checkFunction(where, 'transform', transform)
  if (targetTransform !== undefined) checkFunction(where, 'targetTransform', targetTransform)
}
